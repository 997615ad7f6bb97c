//! Ground floor: pure values and rules. No I/O, no clock, no randomness.

pub mod audit;
pub mod chance;
pub mod compare;
pub mod entity;
pub mod ids;
pub mod mapping;
pub mod seal;
pub mod time;
pub mod transform;
pub mod value;
