//! The log, on standard error.

use referee::config::{Log, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// Starts the log. What a panic says may hold anything, so only its place is told.
pub fn start(log: &Log) {
    // A bare level is about Referee; what the server says of its threads interests nobody.
    let bare = log.level.chars().all(char::is_alphabetic);
    let filter = if bare { format!("{},actix_server=warn", log.level) } else { log.level.clone() };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tracing::error!(place, "a panic");
    }));
}
