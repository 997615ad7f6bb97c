//! Which installation a command is about.

use super::Failed;
use clap::Args;
use referee::app::Start;
use referee::config::{Config, Environment, Secret};
use std::net::SocketAddr;
use std::path::PathBuf;

/// The installation.
#[derive(Args)]
pub struct Place {
    /// The file of settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder: lock, key and the database inside
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The database: postgres://user@host/name, instead of the one in the data folder
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Place {
    /// The settings, and the file they came from.
    pub fn load(&self) -> Result<(Config, Option<PathBuf>), Failed> {
        let environment: Environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let (mut config, file) = Config::load(self.config.as_deref(), &environment)?;
        if let Some(folder) = &self.data {
            config.data.folder = Some(folder.clone());
        }
        if let Some(url) = &self.database {
            config.store.url = Some(Secret::new(url.clone()));
        }
        config.check()?;
        Ok((config, file))
    }

    /// The settings, with the address to listen on.
    pub fn start(&self, listen: Option<SocketAddr>) -> Result<Start, Failed> {
        let (mut config, _) = self.load()?;
        if let Some(listen) = listen {
            config.server.listen = listen;
        }
        Ok(Start::new(config))
    }
}
