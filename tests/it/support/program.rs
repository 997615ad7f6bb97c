//! The program itself: its commands, and a server that can be stopped, killed and started again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The program, with nothing in its environment that could decide what it does.
pub fn referee(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_referee"));
    command.args(arguments).env_clear().env("HOME", folder).current_dir(folder);
    command
}

/// Runs a command to its end: exit code, output, errors.
pub fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    fed(folder, arguments, "")
}

/// The same with something on its standard input.
pub fn fed(folder: &Path, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = referee(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A served program, with the address it told; it is killed if the test does not stop it.
pub struct Served {
    child: Child,
    pub url: String,
    log: Arc<Mutex<String>>,
}

impl Served {
    /// On the folder `data` in `folder`, with the settings of `referee.toml` there, if any.
    pub fn start(folder: &Path) -> Self {
        let mut command = referee(folder, &["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let log = Arc::new(Mutex::new(String::new()));
        let mut url = None;
        while url.is_none() {
            let Some(line) = lines.next() else {
                panic!("the program did not say where it listens: {}", log.lock().unwrap());
            };
            if line.contains("listening") {
                url = line.split('"').nth(1).map(str::to_owned);
            }
            *log.lock().unwrap() += &(line + "\n");
        }
        let kept = log.clone();
        // Read on, or the program would wait for a reader.
        std::thread::spawn(move || lines.for_each(|line| *kept.lock().unwrap() += &(line + "\n")));
        Self { child, url: url.unwrap(), log }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has told its operator so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Kills it as a power cut would, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        assert_eq!(self.child.wait().unwrap().code(), None, "killed by a signal");
    }

    /// Asks it to stop and waits for its end.
    pub fn stop(self) {
        self.signal("-TERM");
        assert_eq!(self.end().0, Some(0));
    }

    /// Waits for the end and says how it ended and how long it took.
    pub fn end(mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        (self.child.wait().unwrap().code(), began.elapsed())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
