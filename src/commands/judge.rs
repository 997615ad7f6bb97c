//! `referee judge` and `referee explain`: how the judge comes to what it says.

use super::Failed;
use super::place::Place;
use clap::Args;
use referee::domain::access::Viewer;
use referee::domain::case_file::CaseFile;
use referee::domain::ids::{FieldId, RecordId};
use std::path::PathBuf;
use std::process::ExitCode;

/// Judge a case file: versions, mapping and policy in; verdict and findings as JSON out.
#[derive(Args)]
#[command(after_help = "\
A case file is TOML: what each system says of one record and of its child rows, which systems lack
it, what all agreed on, and the policy. The answer has an item for every field, group and child row,
and one for `record` where a system lacks it. If the case says what it expects, the exit status is 1
where that is not met, and the reasons go to standard error; so do mistakes in the file, each with
its place. Nothing is read or written beside the file.

Example:
  referee judge tests/cases/rules/source_wins/the_source_changed.toml")]
pub struct Judge {
    file: PathBuf,
}

impl Judge {
    pub fn run(self) -> Result<ExitCode, Failed> {
        let shown = self.file.display();
        let text = std::fs::read_to_string(&self.file).map_err(|error| format!("{shown}: {error}"))?;
        let case = CaseFile::parse(&text).map_err(|error| format!("{shown}: {error}"))?;
        let explanations = case.judge().map_err(|error| format!("{shown}: {error}"))?;
        println!("{}", serde_json::to_string_pretty(&explanations)?);
        let unmet = case.unmet(&explanations);
        for sentence in &unmet {
            eprintln!("referee: {shown}: {sentence}");
        }
        Ok(if unmet.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Explain why a field of a record is judged as it is, step by step, as JSON.
#[derive(Args)]
#[command(after_help = "\
Every value and how it was normalised, the last agreed value, the rule, each guard's finding and
the outcome, in order. The same is at GET /api/v1/records/{id}/explanation.

Example:
  referee explain 0198e6b2-7c52-7cc1-9a3f-1f6a51d0a5b1 phone")]
pub struct Explain {
    /// The record's id, as it stands in the address of its page
    record: String,
    /// A field or group; all of them if left out
    field: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl Explain {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        let start = self.place.existing()?;
        let (_folder, store) = start.store().await?;
        let engine = start.dry_engine(&store).await?;
        let (record, field) = (RecordId(self.record), self.field.map(FieldId));
        let explanations = engine.explain(&Viewer::referee(), &record, field.as_ref()).await?;
        println!("{}", serde_json::to_string_pretty(&explanations)?);
        Ok(ExitCode::SUCCESS)
    }
}
