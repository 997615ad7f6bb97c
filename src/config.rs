//! The settings of one installation: defaults, then `referee.toml`, then the environment
//! (`REFEREE_SECTION__KEY`), then the command line; the later wins.
//!
//! What a business configures (systems, fields, policies) is not here: it lives in the store.

mod keys;
mod secret;

pub use keys::{ConfigError, business};
pub use secret::Secret;

use crate::domain::language::Language;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// Every setting.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub store: Store,
    pub data: Data,
    pub business: Business,
    pub mail: Mail,
    pub log: Log,
}

/// `[server]`: where and how to answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address people type, if a proxy stands in front: `https://referee.example.com`.
    pub public_url: Option<Url>,
    /// Seconds after which a request is given up.
    pub request_timeout_seconds: u64,
    /// Bytes a request's body may have.
    pub body_limit_bytes: usize,
    /// Take the caller's address from the proxy's `X-Forwarded-For`.
    pub trust_forwarded: bool,
    /// Threads that answer; 0 means one per processor.
    pub workers: usize,
    /// The language of mails, and of pages for whom neither account nor browser asks for one.
    pub language: Language,
}

/// `[store]`: where to remember.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// `postgres://...` or `sqlite://...`; without it SQLite in the data folder.
    pub url: Option<Secret>,
}

/// `[data]`: the folder of the lock, the key and SQLite.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    pub folder: Option<PathBuf>,
}

/// `[business]`: systems, entities, mappings and first policies for an empty store.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Business {
    /// A TOML file; taken once, as version 1. Later differences are reported and change nothing.
    pub file: Option<PathBuf>,
}

/// `[mail]`: how alerts leave; without a host none do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    pub host: Option<String>,
    pub port: u16,
    pub from: Option<String>,
    /// Who gets alerts.
    pub to: Vec<String>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// `starttls`, `tls`, or `none` for a relay on this computer.
    pub security: MailSecurity,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    Starttls,
    Tls,
    None,
}

/// `[log]`: what is told to the operator.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,referee::engine=debug`.
    pub level: String,
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            request_timeout_seconds: 30,
            body_limit_bytes: 2 * 1024 * 1024,
            trust_forwarded: false,
            workers: 0,
            language: Language::English,
        }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            from: None,
            to: Vec::new(),
            user: None,
            password: None,
            security: MailSecurity::Starttls,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Text }
    }
}

/// The process's environment, as an argument.
pub type Environment = std::collections::BTreeMap<String, String>;

impl Config {
    /// Reads the settings: the named file, or the first of the usual places that exists, then
    /// the environment.
    ///
    /// # Errors
    /// A file cannot be read, or a key or value is not one of ours: the error names where it
    /// stands and what to do.
    pub fn load(
        file: Option<&Path>,
        environment: &Environment,
    ) -> Result<(Self, Option<PathBuf>), ConfigError> {
        let named =
            file.map(Path::to_path_buf).or_else(|| environment.get("REFEREE_CONFIG").map(PathBuf::from));
        let found = named.or_else(|| usual_places(environment).into_iter().find(|path| path.exists()));
        let mut config = match &found {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        if let (Some(business), Some(home)) = (&config.business.file, found.as_deref().and_then(Path::parent))
        {
            // What a file names lies beside it, wherever the command is given.
            config.business.file = Some(home.join(business));
        }
        config.apply_environment(environment)?;
        if config.data.folder.is_none() {
            config.data.folder = default_folder(environment);
        }
        config.check_found(found.as_deref(), environment)?;
        Ok((config, found))
    }

    /// The data folder.
    ///
    /// # Errors
    /// Neither a setting nor the environment says where it is.
    pub fn folder(&self) -> Result<&Path, ConfigError> {
        let missing = || ConfigError::new("data.folder", "is not set and there is no home folder: set it");
        self.data.folder.as_deref().ok_or_else(missing)
    }

    /// The settings as `referee.toml` would say them, secrets left out.
    #[must_use]
    pub fn shown(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }
}

fn usual_places(environment: &Environment) -> Vec<PathBuf> {
    let mut places = vec![PathBuf::from("referee.toml")];
    places.extend(home_folder(environment, "XDG_CONFIG_HOME", ".config").map(|f| f.join("referee.toml")));
    places
}

fn default_folder(environment: &Environment) -> Option<PathBuf> {
    home_folder(environment, "XDG_DATA_HOME", ".local/share")
}

/// `$XDG_.../referee`, or its default below the home folder.
fn home_folder(environment: &Environment, variable: &str, default: &str) -> Option<PathBuf> {
    // The specification says to ignore a relative path.
    let set = environment.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let home =
        || environment.get("HOME").filter(|home| !home.is_empty()).map(|home| Path::new(home).join(default));
    set.or_else(home).map(|folder| folder.join("referee"))
}
