//! Floor 1, left wing: what Referee remembers, in SQLite or PostgreSQL.
//!
//! [`Store::session`] reads; [`Store::write`] changes. One file per noun holds its statements.

mod audit;
mod db;
mod error;
mod migrate;
mod open;
mod write;

pub use db::{Arg, Backend, FromRow, Row, Session};
pub use error::StoreError;
pub use open::{Options, Store};
pub use write::{AsStoreError, WriteSession};

use open::Inner;
