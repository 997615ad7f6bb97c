//! Ground floor: pure values and rules. No I/O, no clock, no randomness.

pub mod compare;
pub mod country;
pub mod entity;
pub mod ids;
pub mod mapping;
pub mod phone;
pub mod time;
pub mod transform;
pub mod value;
