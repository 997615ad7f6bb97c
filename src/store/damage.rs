//! Whether the database file is whole, as SQLite itself finds out by walking through it. PostgreSQL has
//! its own checksums for that.

use super::db::{Backend, Session};
use super::error::StoreError;

/// How thoroughly it is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Each page is read and each row is in its place: as fast as the file can be read.
    Pages,
    /// Each index says what its table does, too.
    Indexes,
}

/// What is wrong with the file, in SQLite's words; None when nothing is, and on PostgreSQL.
///
/// # Errors
/// The database cannot be read at all for another reason than damage.
pub async fn look(s: &mut Session, depth: Depth) -> Result<Option<String>, StoreError> {
    if s.backend() == Backend::Postgres {
        return Ok(None);
    }
    let text = match depth {
        Depth::Pages => "SELECT quick_check AS value FROM pragma_quick_check LIMIT 3",
        Depth::Indexes => "SELECT integrity_check AS value FROM pragma_integrity_check LIMIT 3",
    };
    match s.sql(text).values::<String>().await {
        Ok(found) if found == ["ok"] => Ok(None),
        Ok(found) => Ok(Some(found.join("; "))),
        Err(error) if error.is_damage() => Ok(Some(error.to_string())),
        Err(error) => Err(error),
    }
}
