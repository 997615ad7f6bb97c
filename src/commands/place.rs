//! Which installation a command is about.

use super::Failed;
use clap::Args;
use referee::app::Start;
use referee::app::folder::DataFolder;
use referee::config::{Config, Environment, Secret};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Reads an address to listen on; what is none is said with an example.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "give an address and a port, such as 127.0.0.1:8080 or [::1]:8080".to_owned())
}

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

    /// As [`Place::start`], for a command that tells of what is stored: where nothing is, nothing is made.
    pub fn existing(&self) -> Result<Start, Failed> {
        let start = self.start(None)?;
        let folder = start.config.folder()?;
        if start.config.store.url.is_none() && !DataFolder::has_database(folder) {
            let text =
                "name its folder with --data (that of a demo is the folder “referee” in the one it names)";
            return Err(format!("there is no Referee in {}: {text}", folder.display()).into());
        }
        Ok(start)
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
