//! The REST target of the tests as a process, for the driver in `tests/faults`: prints its address,
//! and ends when its standard input does.

#[expect(dead_code, reason = "it is made for the tests, and not all of it is used here")]
#[path = "../tests/it/support/rest_target/mod.rs"]
mod rest_target;

use std::io::{Read as _, Write as _};

fn main() {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let target = rest_target::RestTarget::start_at(port, true);
    let mut out = std::io::stdout();
    let told = writeln!(out, "{}", target.url).and_then(|()| out.flush());
    if told.is_ok() {
        // Nothing is ever said there: it ends with whoever started this.
        let _ = std::io::stdin().read(&mut [0]);
    }
}
