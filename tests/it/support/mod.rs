//! What several tests share: real servers, started by the tests and ended with them.

pub mod app;
pub mod mailbox;
pub mod postgres;
pub mod program;
pub mod rest_target;
pub mod world;
