//! Settings as a configuration holds them, and the connector they describe.

use super::files::{Files, FilesSettings};
use super::mysql::{self, MysqlSettings};
use super::postgres::{self, PostgresSettings};
use super::rest::{Rest, RestSettings};
use super::sqlite::{Sqlite, SqliteSettings};
use super::{Connector, ConnectorError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Where a system is and how to speak to it. The secret stands apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Settings {
    Sqlite(SqliteSettings),
    Postgres(PostgresSettings),
    #[serde(alias = "mariadb")]
    Mysql(MysqlSettings),
    Rest(RestSettings),
    Files(FilesSettings),
}

/// A password or token: never shown, never serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one who sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The connector of a system. Nothing is sent yet.
///
/// # Errors
/// `Refused` where the settings cannot be used, in words for whoever wrote them.
pub fn open(settings: &Settings, secret: Option<&Secret>) -> Result<Arc<dyn Connector>, ConnectorError> {
    Ok(match settings {
        Settings::Sqlite(settings) => Arc::new(Sqlite::new(settings)),
        Settings::Postgres(settings) => Arc::new(postgres::connector(settings, secret)),
        Settings::Mysql(settings) => Arc::new(mysql::connector(settings, secret)),
        Settings::Rest(settings) => Arc::new(Rest::new(settings, secret)?),
        Settings::Files(settings) => Arc::new(Files::new(settings)?),
    })
}
