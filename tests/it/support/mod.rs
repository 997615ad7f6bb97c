//! What several tests share: real servers, started by the tests and ended with them.

pub mod postgres;
pub mod world;
pub mod rest_target;
