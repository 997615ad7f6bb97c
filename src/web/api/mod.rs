//! The interface for programs: JSON under `/api/v1`.

pub mod body;
pub mod me;
