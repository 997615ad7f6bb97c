//! `referee sync --dry-run`: what systems disagree about, written to a report and nowhere else.

use super::Failed;
use clap::Args;
use referee::domain::entity::Entity;
use referee::domain::ids::{EntityId, SystemId};
use referee::engine::Engine;
use referee::engine::dry_run::{Found, Summary};
use referee::web::api::dry_runs::json_line;
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Only with `--dry-run`.
#[derive(Args)]
pub struct DryRun {
    /// Compare and report, writing nothing to any system and nothing to the database
    #[arg(long)]
    dry_run: bool,
    /// Of the dry run: only this entity
    #[arg(long, requires = "dry_run")]
    entity: Option<String>,
    /// Of the dry run: one line of JSON for each difference goes to this file
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    report: Option<PathBuf>,
    /// Of the dry run: say the outcome as one line of JSON for each entity
    #[arg(long, requires = "dry_run")]
    json: bool,
}

#[derive(Serialize)]
struct Outcome<'a> {
    entity: &'a EntityId,
    #[serde(flatten)]
    summary: &'a Summary,
}

impl DryRun {
    pub fn is_wanted(&self) -> bool {
        self.dry_run
    }

    /// Compares the named systems, or all, entity by entity.
    pub async fn run(self, engine: &Engine, systems: &[SystemId]) -> Result<ExitCode, Failed> {
        let setup = engine.setup();
        let wanted = |entity: &&Entity| self.entity.as_deref().is_none_or(|id| id == entity.id.as_str());
        let entities: Vec<&Entity> = setup.catalog.entities.iter().filter(wanted).collect();
        if entities.is_empty() {
            return Err(match &self.entity {
                Some(entity) => format!("there is no entity “{entity}”").into(),
                None => "no entity is configured: there is nothing to compare".into(),
            });
        }
        let mut report = Report::open(self.report.as_deref())?;
        for entity in entities {
            let mut tell = |found: &Found| report.tell(entity, found);
            let summary = engine.dry_run(&entity.id, systems, &mut tell).await?;
            if self.json {
                println!("{}", serde_json::to_string(&Outcome { entity: &entity.id, summary: &summary })?);
            } else {
                print(entity, &summary);
            }
        }
        report.close()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A report under way. It has its name only once it is whole and on the disk.
struct Report(Option<(BufWriter<File>, PathBuf, PathBuf)>);

impl Report {
    fn open(path: Option<&Path>) -> Result<Self, Failed> {
        let Some(path) = path else { return Ok(Self(None)) };
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial).map_err(|error| format!("{}: {error}", partial.display()))?;
        Ok(Self(Some((BufWriter::new(file), partial, path.to_owned()))))
    }

    fn tell(&mut self, entity: &Entity, found: &Found) -> std::io::Result<()> {
        let Some((file, _, _)) = &mut self.0 else { return Ok(()) };
        file.write_all(&json_line(entity, found)?)?;
        file.write_all(b"\n")
    }

    fn close(self) -> Result<(), Failed> {
        let Some((file, partial, path)) = self.0 else { return Ok(()) };
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&partial, &path).map_err(|error| format!("{}: {error}", path.display()))?;
        // The name is on the disk when its folder is.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(())
    }
}

fn print(entity: &Entity, summary: &Summary) {
    let Summary { records, agree, differ, left_out, lacking, differences, written } = summary;
    println!("{}: {records} records compared, {agree} agree, {differ} differ", entity.label);
    if *left_out > 0 {
        println!("  {left_out} left out: a row stands twice or cannot be read");
    }
    for (system, count) in lacking {
        println!("  {count} are not in {system}");
    }
    for (field, counts) in differences {
        let label =
            entity.slot(field).map_or_else(|| "the record itself".to_owned(), |slot| slot.label.to_owned());
        let mut parts = vec![format!("{} for review", counts.review)];
        parts.extend((counts.settle > 0).then(|| format!("{} settled by rule", counts.settle)));
        parts.extend(
            (counts.leave_different > 0).then(|| format!("{} stand as decided", counts.leave_different)),
        );
        println!("  {label}: {}", parts.join(", "));
    }
    for (field, count) in written {
        let label = entity.slot(field).map_or_else(|| field.0.clone(), |slot| (*slot.label).to_owned());
        println!("  {label}: {count} written differently, the same");
    }
}
