//! `referee sync`, `referee system` and `referee link`: work on an installation that may be running.

use super::Failed;
use super::dry_run::DryRun;
use super::place::Place;
use clap::{Args, Subcommand};
use referee::domain::ids::{EntityId, SystemId};
use referee::engine::Engine;
use referee::engine::accounts::command_line;
use referee::engine::sync::Trigger;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Read systems now and judge what changed.
#[derive(Args)]
pub struct Sync {
    /// Only this system; may be given several times
    #[arg(long = "system", value_name = "SYSTEM")]
    systems: Vec<String>,
    /// Read everything, also where changes alone could be asked for
    #[arg(long, conflicts_with = "dry_run")]
    full: bool,
    #[command(flatten)]
    dry_run: DryRun,
    #[command(flatten)]
    place: Place,
}

/// Connected systems.
#[derive(Subcommand)]
pub enum System {
    /// Seal the secret of a system (password or token), read from standard input
    Secret(Secret),
}

#[derive(Args)]
pub struct Secret {
    /// The system's id in the configuration
    system: String,
    #[command(flatten)]
    place: Place,
}

/// Which rows of several systems are one record.
#[derive(Subcommand)]
pub enum Link {
    /// Import links from a CSV file whose header names systems and whose rows name their ids
    #[command(after_help = "\
Example, pairs.csv:
  portal,warehouse
  C-20418,WH-008841

  referee link import --entity customer pairs.csv")]
    Import(Import),
}

#[derive(Args)]
pub struct Import {
    #[arg(long)]
    entity: String,
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

type Opened = (referee::app::folder::DataFolder, Arc<Engine>);

async fn engine(place: &Place) -> Result<Opened, Failed> {
    let start = place.start(None)?;
    let (folder, store) = start.store().await?;
    let engine = start.engine(&store).await?;
    Ok((folder, engine))
}

/// For a dry run, which stores nothing: not the configuration either.
async fn dry_engine(place: &Place) -> Result<Opened, Failed> {
    let start = place.start(None)?;
    let (folder, store) = start.store().await?;
    let engine = start.dry_engine(&store).await?;
    Ok((folder, engine))
}

/// A system of that id, or which there are.
fn known(engine: &Engine, id: String) -> Result<SystemId, Failed> {
    let (setup, id) = (engine.setup(), SystemId(id));
    if setup.catalog.system(&id).is_some() {
        return Ok(id);
    }
    let all: Vec<&str> = setup.catalog.systems.iter().map(|system| system.id.as_str()).collect();
    let all = if all.is_empty() { "none is configured".to_owned() } else { all.join(", ") };
    Err(format!("there is no system \"{id}\"; there are: {all}").into())
}

impl Sync {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        let dry = self.dry_run.is_wanted();
        let opened = if dry { dry_engine(&self.place).await? } else { engine(&self.place).await? };
        let (_folder, engine) = opened;
        let trigger = Trigger { name: "command", by: command_line(), full: self.full };
        let systems: Vec<SystemId> =
            self.systems.into_iter().map(|id| known(&engine, id)).collect::<Result<_, _>>()?;
        if dry {
            return self.dry_run.run(&engine, &systems).await;
        }
        let mut runs = Vec::new();
        for system in &systems {
            runs.extend(engine.sync(system, &trigger).await?);
        }
        if systems.is_empty() {
            runs = engine.sync_all(&trigger).await?;
        }
        if runs.is_empty() {
            println!("Nothing is configured to be read: name a file under business.file in referee.toml.");
        }
        let mut failed = false;
        for run in runs {
            let run = engine.run(&run.id).await?;
            let counts = &run.counts;
            println!(
                "{} {}: {} read, {} changed, {} set aside, {} conflicts opened, {} settled by rule",
                run.system,
                run.entity,
                counts.read,
                counts.changed,
                counts.quarantined,
                counts.opened,
                counts.settled_by_rule
            );
            if let Some(error) = run.error {
                eprintln!("{} {}: {error}", run.system, run.entity);
                failed = true;
            }
        }
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

impl System {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        let Self::Secret(Secret { system, place }) = self;
        let (_folder, engine) = engine(&place).await?;
        let mut text = String::new();
        std::io::stdin().take(64 * 1024).read_to_string(&mut text)?;
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err("no secret came on standard input".into());
        }
        let system = known(&engine, system)?;
        engine.save_secret(&system, text, command_line()).await?;
        println!("The secret of {system} is sealed.");
        Ok(ExitCode::SUCCESS)
    }
}

impl Link {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        let Self::Import(Import { entity, file, place }) = self;
        let (_folder, engine) = engine(&place).await?;
        let reader = csv::ReaderBuilder::new().flexible(true).from_path(&file);
        let mut reader = reader.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
        let systems: Vec<SystemId> = reader.headers()?.iter().map(SystemId::from).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            rows.push(record?.iter().map(str::to_owned).collect());
        }
        let count = engine.import_links(&command_line(), &EntityId(entity), &systems, rows).await?;
        println!("{count} rows linked.");
        Ok(ExitCode::SUCCESS)
    }
}
