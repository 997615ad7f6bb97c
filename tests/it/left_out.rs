//! What a bare `cargo test` leaves out on this machine, said once and in full.

use std::io::Write;
use std::path::Path;

/// A program, and what is not tested without it.
const NEEDED: &[(&str, &str)] = &[
    ("initdb", "every test against PostgreSQL (Debian: postgresql)"),
    ("sqlite3", "the changes made from outside in the browser journeys (Debian: sqlite3)"),
    ("aiosmtpd", "that alerts are really mailed (Debian: python3-aiosmtpd)"),
    ("chromium", "the journeys in a browser (Debian: chromium)"),
    ("node", "the journeys in a browser (Debian: nodejs, npm)"),
];

/// Passes always: a bare machine may leave things out, but not in silence. `tests/run` installs
/// them, and counts what is missing as a failure.
#[test]
fn what_this_run_leaves_out() {
    let mut told = String::from("\nleft out of `cargo test`, run by `tests/run`: the browser journeys\n");
    for (program, what) in NEEDED.iter().filter(|(program, _)| !installed(program)) {
        told += &format!("not installed here: {program}; without it is left out: {what}\n");
    }
    // Not `eprintln`: the test harness would swallow it.
    std::io::stderr().write_all(told.as_bytes()).expect("standard error");
}

/// On the path, or among Debian's programs for PostgreSQL.
fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders = std::env::split_paths(&path).chain(versions.map(|version| version.path().join("bin")));
    folders.map(|folder| folder.join(program)).any(|file| Path::new(&file).exists())
}

#[test]
fn a_program_is_found_on_the_path_or_not_at_all() {
    assert!(installed("sh"));
    assert!(!installed("no-such-program-anywhere"));
}
