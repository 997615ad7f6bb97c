//! A real mail server that keeps what it is given: Debian's `python3-aiosmtpd`.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SCRIPT: &str = include_str!("mailbox.py");
/// Debian's own, whose packages are the system's.
const PYTHON: &str = "/usr/bin/python3";

/// A running mail server; it ends with this value.
pub struct Mailbox {
    pub port: u16,
    child: Child,
    letters: Arc<Mutex<Vec<Value>>>,
}

impl Mailbox {
    /// One that takes everything, on a free port. None where it is not installed: the test is
    /// left out then, and says so.
    pub fn start() -> Option<Self> {
        Self::on(0, "take")
    }

    /// One on this port that does this: `take` or `refuse`.
    pub fn on(port: u16, does: &str) -> Option<Self> {
        let found = Command::new(PYTHON).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            // Not `eprintln`: the test harness would swallow it.
            let _ = writeln!(std::io::stderr(), "left out: python3-aiosmtpd is not installed");
            return None;
        }
        let mut command = Command::new(PYTHON);
        command.args(["-c", SCRIPT, &port.to_string(), does]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut lines = lines.map(|line| serde_json::from_str::<Value>(&line).unwrap());
        let port = lines.next().expect("the mail server says its port")["port"].as_u64().unwrap();
        let letters = Arc::new(Mutex::new(Vec::new()));
        let kept = letters.clone();
        std::thread::spawn(move || lines.for_each(|letter| kept.lock().unwrap().push(letter)));
        Some(Self { port: u16::try_from(port).unwrap(), child, letters })
    }

    /// Every letter so far, in the order they came.
    pub fn letters(&self) -> Vec<Value> {
        self.letters.lock().unwrap().clone()
    }

    /// The letters, once there are so many; waits for half a minute.
    pub async fn wait(&self, count: usize) -> Vec<Value> {
        for _ in 0..600 {
            if self.letters().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let letters = self.letters();
        assert_eq!(letters.len(), count, "{letters:#?}");
        letters
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The one header of that name.
pub fn header(letter: &Value, name: &str) -> String {
    let all = letter["headers"].as_array().unwrap();
    let mut own = all.iter().filter(|header| header[0] == name).map(|header| header[1].as_str().unwrap());
    let found = own.next().unwrap_or_else(|| panic!("no {name} in {letter:#}"));
    assert_eq!(own.next(), None, "{name} stands once");
    found.to_owned()
}
