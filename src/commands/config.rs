//! `referee config`.

use super::Failed;
use super::place::Place;
use clap::Subcommand;
use referee::config::business;
use referee::engine::setup::problems;
use std::path::PathBuf;
use std::process::ExitCode;

/// Check and show the settings.
#[derive(Subcommand)]
pub enum Config {
    /// Read the settings and say whether they can be used
    Check(Place),
    /// Print the settings as they result from file, environment and command line, without secrets
    Show(Place),
}

impl Config {
    pub fn run(self) -> Result<ExitCode, Failed> {
        match self {
            Self::Check(place) => {
                let (config, file) = place.load()?;
                config.folder()?;
                if let Some(file) = &config.business.file {
                    let problems = problems(&business(file)?);
                    if !problems.is_empty() {
                        return Err(format!("{}:\n{}", file.display(), problems.join("\n")).into());
                    }
                }
                println!("The settings can be used. {}", source(file));
            }
            Self::Show(place) => {
                let (config, file) = place.load()?;
                println!("# {}\n{}", source(file), config.shown());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn source(file: Option<PathBuf>) -> String {
    match file {
        Some(file) => format!("Read from {}.", file.display()),
        None => "No file: defaults, environment and command line.".to_owned(),
    }
}
