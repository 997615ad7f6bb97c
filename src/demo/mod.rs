//! Roof: the demo's world. Five business systems laid down in a folder, and the stories that
//! make them disagree.
//!
//! The portal, the warehouse, billing and HR are SQLite files, the helpdesk is an HTTP server on
//! loopback.
//! They are real ones of their kind: Referee reaches them through its real connectors, and every
//! conflict arises because one of them was edited after all agreed. Nothing here writes into
//! Referee's own store.
//!
//! ```text
//! seed, now ─> history (a year in which all systems keep agreeing) ─> World::lay_down
//!                                                                        │ sync: agreed
//!             stories (edits of the last two weeks) ─> World::apply ─────┤ sync: conflicts
//!             World::make_conflict, break_system, heal, reset ───────────┘
//! ```

pub mod config;
pub mod edit;
mod fault;
mod file;
pub mod goods;
pub mod helpdesk;
pub mod history;
pub mod people;
pub mod places;
pub mod random;
pub mod rows;
pub mod staff;
pub mod stage;
mod states;
pub mod stories;
pub mod suppliers;
pub mod system;
mod world;

pub use fault::Fault;
pub use helpdesk::Helpdesk;
pub use stories::{Expect, Outcome, Story};
pub use system::{System, Table};
pub use world::{Facts, Start, World};

use std::path::{Path, PathBuf};

/// What went wrong in the demo's world.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{system}: {source}")]
    Sql { system: &'static str, source: sqlx::Error },
    /// A folder in which something else is.
    #[error("{} is there already, and not as part of a demo", .0.display())]
    Occupied(PathBuf),
    #[error("{} cannot be read as a demo's note: {reason}", path.display())]
    Note { path: PathBuf, reason: String },
    #[error("{system} has no row {key:?}")]
    NoRow { system: &'static str, key: String },
    #[error("{system} cannot fail by {fault:?}")]
    NoFault { system: &'static str, fault: &'static str },
    #[error("the demo's configuration: {0}")]
    Config(String),
    #[error("there is nobody left to make a conflict of")]
    NobodyLeft,
}

impl DemoError {
    fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    fn sql(system: System, source: sqlx::Error) -> Self {
        Self::Sql { system: system.id(), source }
    }
}
