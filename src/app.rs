//! Building.
pub mod folder;
