//! The folder and nothing outside it: every name is resolved beneath it, links and all.

use crate::connectors::ConnectorError;
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::fs::{File, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Most files of a folder that are looked at.
const FILES: usize = 10_000;

/// How long a lock of another program is waited for.
const LOCKED: Duration = Duration::from_secs(5);

/// Which file it is, and in which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    pub bytes: u64,
    modified: (i64, i64),
}

/// A file of the folder, open for reading.
#[derive(Debug)]
pub(super) struct Opened {
    /// Its name in the folder.
    pub name: String,
    /// Its whole path, for messages.
    pub place: String,
    pub file: File,
    pub identity: Identity,
}

pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub fn new(path: &Path) -> Self {
        Self { path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()) }
    }

    fn open(&self) -> Result<OwnedFd, ConnectorError> {
        let place = self.path.display();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        rustix::fs::open(&self.path, flags, Mode::empty()).map_err(|error| match error {
            Errno::NOENT => ConnectorError::unavailable(format!("the folder {place} is not there")),
            Errno::NOTDIR => ConnectorError::Shape(format!("{place} is not a folder")),
            _ => ConnectorError::unavailable(format!("{place}: {error}")),
        })
    }

    /// The names of the files in it, in the order of their bytes; hidden ones are left out.
    pub fn names(&self) -> Result<Vec<String>, ConnectorError> {
        let fault =
            |error: io::Error| ConnectorError::unavailable(format!("{}: {error}", self.path.display()));
        let mut names = Vec::new();
        self.open()?;
        for entry in std::fs::read_dir(&self.path).map_err(fault)? {
            let name = entry.map_err(fault)?.file_name().into_string();
            names.extend(name.ok().filter(|name| !name.starts_with('.')));
            if names.len() > FILES {
                let place = self.path.display();
                return Err(ConnectorError::Refused(format!("{place} has more than {FILES} files")));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The file of that name, or the last of those a name with a `*` fits.
    /// None where there is none.
    pub fn file(&self, name: &str) -> Result<Option<Opened>, ConnectorError> {
        let Some((before, after)) = name.split_once('*') else { return self.exactly(name) };
        let fits = |found: &String| {
            found.len() >= before.len() + after.len() && found.starts_with(before) && found.ends_with(after)
        };
        self.names()?.into_iter().rfind(fits).map_or(Ok(None), |last| self.exactly(&last))
    }

    fn exactly(&self, name: &str) -> Result<Option<Opened>, ConnectorError> {
        let place = self.path.join(name).display().to_string();
        let fault = |error| self.fault(name, &error);
        // A pipe without a writer would be waited for.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let file = match beneath(&self.open()?, name, flags) {
            Ok(file) => File::from(file),
            // A NUL, or a name that is too long, is the name of nothing.
            Err(Errno::NOENT | Errno::INVAL | Errno::NAMETOOLONG) => return Ok(None),
            Err(error) => return Err(fault(error.into())),
        };
        let found = file.metadata().map_err(fault)?;
        if !found.is_file() {
            return Err(ConnectorError::Shape(format!("{place} is not a file")));
        }
        let identity = Identity {
            device: found.dev(),
            inode: found.ino(),
            bytes: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
        };
        Ok(Some(Opened { name: name.to_owned(), place, file, identity }))
    }

    fn fault(&self, name: &str, error: &io::Error) -> ConnectorError {
        let place = self.path.display();
        match error.kind() {
            ErrorKind::CrossesDevices => ConnectorError::Refused(format!(
                "{name:?} lies outside {place}, where nothing is read or written"
            )),
            ErrorKind::PermissionDenied => ConnectorError::Refused(format!("{name:?} in {place}: {error}")),
            _ => ConnectorError::unavailable(format!("{name:?} in {place}: {error}")),
        }
    }

    /// Puts `new` in the place of some bytes of a file, by a copy that takes its name when it is
    /// whole: whoever reads sees the old file or the new one. `Ok(false)` where the file is no
    /// longer the one that was opened.
    pub fn replace(
        &self,
        opened: &Opened,
        (from, len): (u64, u64),
        new: &[u8],
    ) -> Result<bool, ConnectorError> {
        let fault = |error: io::Error| ConnectorError::unavailable(format!("{}: {error}", opened.place));
        let _lock = Locked::on(&opened.file, &opened.place)?;
        let failed = |error: Errno| fault(error.into());
        let (folder, name) = self.parent(&opened.name)?;
        let found = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
        if FileType::from_raw_mode(found.st_mode) == FileType::Symlink {
            let text =
                format!("{} is a link, which a write would replace: name the file itself", opened.place);
            return Err(ConnectorError::Refused(text));
        }
        let copy = format!(".{name}.referee");
        // Left behind by a process that ended in the middle.
        let _ = rustix::fs::unlinkat(&folder, &copy, AtFlags::empty());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let target = rustix::fs::openat(&folder, &copy, flags, Mode::RUSR | Mode::WUSR).map_err(failed)?;
        let target = File::from(target);
        let permissions = opened.file.metadata().map_err(fault)?.permissions();
        target.set_permissions(permissions).map_err(fault)?;
        copied(&opened.file, &target, (from, len), new).map_err(fault)?;
        if self.exactly(&opened.name)?.is_none_or(|now| now.identity != opened.identity) {
            rustix::fs::unlinkat(&folder, &copy, AtFlags::empty()).map_err(failed)?;
            return Ok(false);
        }
        rustix::fs::renameat(&folder, &copy, &folder, name).map_err(failed)?;
        // The name is on the disk when the folder is.
        let _ = rustix::fs::fsync(&folder);
        Ok(true)
    }

    /// The folder a name lies in, which may be one below this one, and the name there.
    fn parent<'n>(&self, name: &'n str) -> Result<(OwnedFd, &'n str), ConnectorError> {
        let folder = self.open()?;
        let Some((below, name)) = name.rsplit_once('/') else { return Ok((folder, name)) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let folder = beneath(&folder, below, flags).map_err(|error| self.fault(below, &error.into()))?;
        Ok((folder, name))
    }
}

/// Opens what a name means, if every step on the way to it lies beneath the folder.
fn beneath(folder: &OwnedFd, name: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    loop {
        match rustix::fs::openat2(folder, name, flags | OFlags::CLOEXEC, Mode::empty(), resolve) {
            // Something on the way was renamed meanwhile, and it cannot be told where it lies.
            Err(Errno::AGAIN | Errno::INTR) => {}
            opened => return opened,
        }
    }
}

/// Others who write through Referee wait; whoever does not ask for locks is found by the identity.
struct Locked<'a>(&'a File);

impl<'a> Locked<'a> {
    fn on(file: &'a File, place: &str) -> Result<Self, ConnectorError> {
        let until = Instant::now() + LOCKED;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(ConnectorError::unavailable(format!("{place} is locked by another program")));
                }
                Err(TryLockError::Error(error)) => {
                    return Err(ConnectorError::unavailable(format!("{place}: {error}")));
                }
            }
        }
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // A file that was replaced keeps its lock until it is closed, which harms nobody.
        let _ = self.0.unlock();
    }
}

fn copied(mut source: &File, target: &File, (from, len): (u64, u64), new: &[u8]) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 18, target);
    source.seek(SeekFrom::Start(0))?;
    io::copy(&mut source.take(from), &mut out)?;
    out.write_all(new)?;
    source.seek(SeekFrom::Start(from + len))?;
    io::copy(&mut source, &mut out)?;
    out.flush()?;
    drop(out);
    target.sync_all()
}
