//! Where a PostgreSQL database is.

use crate::connectors::open::Secret;
use serde::{Deserialize, Serialize};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::path::PathBuf;

/// Where the database is. The password stands apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostgresSettings {
    /// A name, an address, or the folder of a Unix socket.
    pub host: String,
    #[serde(default = "default_port")]
    pub port: u16,
    pub database: String,
    pub user: String,
    #[serde(default)]
    pub tls: Tls,
    /// PEM file of the authority that signed the server's certificate, where the operating
    /// system does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// Whether the line is encrypted. There is no way in between: one that falls back protects from
/// nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    Off,
    /// Encrypted, the certificate and its name checked.
    #[default]
    Verify,
}

fn default_port() -> u16 {
    5432
}

impl PostgresSettings {
    /// The driver's options.
    pub(super) fn options(&self, secret: Option<&Secret>) -> PgConnectOptions {
        // Everything that the driver would else take from the environment is set.
        let options = PgConnectOptions::new_without_pgpass()
            .host(&self.host)
            .port(self.port)
            .database(&self.database)
            .username(&self.user)
            .password(secret.map_or("", Secret::expose))
            .application_name("referee")
            .ssl_mode(match self.tls {
                Tls::Off => PgSslMode::Disable,
                Tls::Verify => PgSslMode::VerifyFull,
            })
            .options([
                ("statement_timeout", "30s"),
                ("lock_timeout", "5s"),
                ("idle_in_transaction_session_timeout", "60s"),
                ("bytea_output", "hex"),
            ])
            .disable_statement_logging();
        match &self.ca_file {
            Some(file) => options.ssl_root_cert(file),
            None => options,
        }
    }
}
