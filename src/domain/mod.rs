//! Ground floor: pure values and rules. No I/O, no clock, no randomness.

pub mod access;
pub mod audit;
pub mod author;
pub mod catalog;
pub mod cause;
pub mod chance;
pub mod compare;
pub mod conflict;
pub mod country;
pub mod delivery;
pub mod diff;
pub mod entity;
pub mod ids;
pub mod judge;
pub mod mapping;
pub mod phone;
pub mod policy;
pub mod record;
pub mod resolution;
pub mod seal;
pub mod textdiff;
pub mod throttle;
pub mod time;
pub mod transform;
pub mod value;
pub mod words;
