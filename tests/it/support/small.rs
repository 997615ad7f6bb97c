//! A file system that is small, and can be made read-only, where the tests may mount one.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small file system of its own, taken away at the end.
pub struct Small(PathBuf);

impl Small {
    /// None where none can be had here; that is said.
    pub fn mounted(on: &Path, megabytes: u32) -> Option<Self> {
        let size = format!("size={megabytes}m");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(on).output();
        match mount {
            Ok(done) if done.status.success() => Some(Self(on.to_owned())),
            other => {
                Self::tell(&format!("no file system can be mounted here: {other:?}"));
                None
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    fn tell(text: &str) {
        // Not `eprintln`: the test harness would swallow it.
        let _ = writeln!(std::io::stderr(), "left out: {text}");
    }

    /// Whether it could be mounted otherwise: not everywhere while files of it are open.
    pub fn again(&self, options: &str) -> bool {
        let done = Command::new("mount").args(["-o", options]).arg(&self.0).output().unwrap();
        if !done.status.success() {
            let told = String::from_utf8_lossy(&done.stderr).trim().to_owned();
            Self::tell(&format!("a file system made read-only: {told}"));
        }
        done.status.success()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
