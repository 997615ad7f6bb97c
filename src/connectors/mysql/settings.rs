//! Where a MariaDB or MySQL database is.

use crate::connectors::Tls;
use crate::connectors::open::Secret;
use serde::{Deserialize, Serialize};
use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use std::path::PathBuf;

/// Where the database is. The password stands apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MysqlSettings {
    /// A name or an address.
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

fn default_port() -> u16 {
    3306
}

impl MysqlSettings {
    /// The driver's options.
    pub(super) fn options(&self, secret: Option<&Secret>) -> MySqlConnectOptions {
        let options = MySqlConnectOptions::new()
            .host(&self.host)
            .port(self.port)
            .database(&self.database)
            .username(&self.user)
            // Whatever the server, the database or the table is set to: values come and go as UTF-8.
            .charset("utf8mb4")
            .ssl_mode(match self.tls {
                Tls::Off => MySqlSslMode::Disabled,
                Tls::Verify => MySqlSslMode::VerifyIdentity,
            })
            .disable_statement_logging();
        let options = match secret {
            Some(secret) => options.password(secret.expose()),
            None => options,
        };
        match &self.ca_file {
            Some(file) => options.ssl_ca(file),
            None => options,
        }
    }
}
