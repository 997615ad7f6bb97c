//! The commands of Referee.

mod commands;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(commands::Cli::parse())
}
