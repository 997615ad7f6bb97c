//! Times in rows: fixed-width UTC text.

use super::db::Row;
use super::error::StoreError;
use crate::domain::time::{Time, parse_stamp};
use serde::de::DeserializeOwned;

impl Row {
    /// A time that is never null.
    ///
    /// # Errors
    /// Null, or not a time.
    pub fn time(&self, column: &str) -> Result<Time, StoreError> {
        self.maybe_time(column)?.ok_or_else(|| StoreError::row(column, "is null"))
    }

    /// A time that may be null.
    ///
    /// # Errors
    /// Not a time.
    pub fn maybe_time(&self, column: &str) -> Result<Option<Time>, StoreError> {
        let text: Option<String> = self.maybe(column)?;
        text.map(|text| parse_stamp(&text).map_err(|e| StoreError::row(column, &e.to_string()))).transpose()
    }

    /// A JSON column.
    ///
    /// # Errors
    /// Null, or not JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|e| StoreError::row(column, &e.to_string()))
    }

    /// A text column that names a member of a closed list.
    ///
    /// # Errors
    /// Null, or a name the list does not have.
    pub fn named<T>(&self, column: &str, of: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        of(&text).ok_or_else(|| StoreError::row(column, &format!("holds “{text}”")))
    }
}
