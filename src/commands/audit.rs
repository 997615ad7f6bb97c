//! `referee audit`.

use super::Failed;
use clap::{Args, Subcommand};
use referee::app::folder::sqlite_url;
use referee::config::Secret;
use referee::engine::verify::{self, VerifyError};
use referee::store;
use std::path::Path;
use std::process::ExitCode;

/// Check the audit log.
#[derive(Subcommand)]
pub enum Audit {
    /// Walk the whole log and check that nothing was changed, removed or added
    #[command(after_help = "\
Nothing is written and no server is needed: it works on a copy of the database as well as on
the database in use. Exits with 0 when every entry is what was written; with 1 naming the first
entry that is not; with 2 when the database cannot be read.

Examples:
  referee audit verify --database sqlite:///var/lib/referee/referee.db
  referee audit verify --database postgres://auditor@db/referee")]
    Verify(Verify),
}

#[derive(Args)]
pub struct Verify {
    /// The database, as an address; a path means a SQLite file
    #[arg(long, value_name = "URL")]
    database: String,
}

/// The database cannot be read: nothing can be said of the log.
const UNREADABLE: u8 = 2;

impl Audit {
    pub async fn run(self) -> Result<ExitCode, Failed> {
        let Self::Verify(Verify { database }) = self;
        let url = if database.contains(':') { database } else { sqlite_url(&absolute(&database)) };
        let shown = Secret::new(url.clone());
        let verified = match store::read_only(&url).await {
            Ok(mut session) => verify::audit(&mut session).await,
            Err(error) => Err(error.into()),
        };
        Ok(match verified {
            Ok(verified) => {
                println!("verified {} entries; the last hash is {}", verified.entries, verified.hash);
                ExitCode::SUCCESS
            }
            Err(VerifyError::Broken(broken)) => {
                eprintln!("referee: the audit log is not whole: {broken}");
                ExitCode::FAILURE
            }
            Err(VerifyError::Store(error)) => {
                eprintln!("referee: {shown} cannot be read: {error}");
                ExitCode::from(UNREADABLE)
            }
        })
    }
}

fn absolute(path: &str) -> std::path::PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| Path::new(path).to_owned())
}
