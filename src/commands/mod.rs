//! One file per command. A command that ends well exits with 0; one that does not says why on
//! standard error and exits with 1; one that was called wrongly exits with 2.

mod audit;
mod config;
mod demo;
mod dry_run;
mod judge;
mod logging;
mod place;
mod serve;
mod system;
mod token;
mod user;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

const ABOUT: &str = "The human referee for conflicting business data: finds disagreements between \
systems, brings them to a person, writes the decision back, proves what happened.";

const EXAMPLES: &str = "\
Examples:
  referee demo                                          try it, with data of its own
  referee user add ana --role admin --name \"Ana Ruiz\"   make the first account
  referee serve                                         answer on http://127.0.0.1:8080
  referee sync --dry-run --report differences.jsonl     what would be found, writing nothing
  referee audit verify --database sqlite:///copy.db     check the audit log, offline

Settings come from referee.toml (in this folder, in ~/.config/referee, or named by --config),
then from variables such as REFEREE_SERVER__LISTEN, then from the command line.
'referee config show' prints what results, without secrets.";

/// `referee --version`: what a report of a problem should say.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nSQLite inside, PostgreSQL on request; TLS by rustls.\nApache-2.0. No telemetry, no update check.",
);

/// The command line.
#[derive(Parser)]
#[command(name = "referee", version = env!("CARGO_PKG_VERSION"), long_version = VERSION)]
#[command(about = ABOUT, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try Referee: five systems on this computer that disagree
    Demo(demo::Demo),
    /// Answer people and programs until told to stop
    Serve(serve::Serve),
    /// Read systems now and judge what changed; or only compare them, with --dry-run
    Sync(system::Sync),
    /// Explain why a field of a record is judged as it is
    Explain(judge::Explain),
    /// Judge a case file: what would come of these values under this policy
    Judge(judge::Judge),
    /// Secrets of connected systems
    #[command(subcommand)]
    System(system::System),
    /// Say which rows of several systems are one record
    #[command(subcommand)]
    Link(system::Link),
    /// Add, list and change who may sign in
    #[command(subcommand)]
    User(user::User),
    /// Issue, list and revoke the tokens of programs
    #[command(subcommand)]
    Token(token::Token),
    /// Check the audit log
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Check and show the settings
    #[command(subcommand)]
    Config(config::Config),
}

/// What a command says when it cannot do what it was asked.
type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command.
pub fn run(cli: Cli) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Demo(command) => command.run().await,
            Command::Serve(command) => command.run().await,
            Command::Sync(command) => command.run().await,
            Command::Explain(command) => command.run().await,
            Command::Judge(command) => command.run(),
            Command::System(command) => command.run().await,
            Command::Link(command) => command.run().await,
            Command::User(command) => command.run().await,
            Command::Token(command) => command.run().await,
            Command::Audit(command) => command.run().await,
            Command::Config(command) => command.run(),
        }
    });
    // What is still at work has nobody left to answer.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    done.unwrap_or_else(|error| failed(&error))
}

fn failed(error: &Failed) -> ExitCode {
    eprintln!("referee: {error}");
    ExitCode::FAILURE
}
