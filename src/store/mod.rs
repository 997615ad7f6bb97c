//! Floor 1, left wing: what Referee remembers, in SQLite or PostgreSQL.
//!
//! [`Store::session`] reads; [`Store::write`] changes. One file per noun holds its statements.

mod agreed;
pub mod alerts;
pub mod audit;
pub mod clocks;
pub mod comments;
mod condition;
pub mod configuration;
pub mod conflicts;
pub mod damage;
mod db;
mod error;
pub mod exceptions;
pub mod field_decisions;
pub mod groups;
pub mod holdings;
pub mod idempotency;
pub mod incidents;
mod migrate;
pub mod notices;
pub mod objections;
mod open;
pub mod pauses;
pub mod policy_drafts;
pub mod policy_shadows;
pub mod questions;
pub mod queue;
pub mod records;
pub mod resolutions;
pub mod routing;
pub mod runs;
pub mod samples;
pub mod search;
pub mod selections;
pub mod separations;
pub mod sessions;
pub mod suggestion_tracks;
pub mod tags;
pub mod targets;
pub mod throttle;
mod time;
pub mod tokens;
pub mod trail;
pub mod users;
pub mod view_reports;
pub mod views;
mod whereabouts;
pub mod words;
mod write;

pub use condition::{Trouble, TroubleKind};
pub use db::{Arg, Backend, FromRow, MOST_ROWS, Row, Session};
pub use error::StoreError;
pub use migrate::is_current;
pub use open::{Options, Store, read_only};
pub use write::{AsStoreError, WriteSession};

use open::Inner;
