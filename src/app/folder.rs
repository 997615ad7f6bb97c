//! The data folder: one instance at a time, and the key that seals what is secret.

use crate::domain::chance::{self, Random};
use crate::domain::seal::Key;
use data_encoding::BASE64;
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

const LOCK: &str = "instance.lock";
const KEY: &str = "referee.key";
const DATABASE: &str = "referee.db";
/// There is a database, or was.
const MARK: &str = ".database";
const KEY_HEADER: &str =
    "# Referee's key, version 1. It opens stored passwords and personal values: keep a copy elsewhere.";

/// Why a data folder cannot be used; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("the data folder {} cannot be written ({error}): make it writable, or name another with --data", folder.display())]
    ReadOnly { folder: PathBuf, error: io::Error },
    #[error("the data folder {} is in use by another Referee{who}: stop that one, or name another folder with --data", folder.display())]
    InUse { folder: PathBuf, who: String },
    #[error("the key file {} {problem}", path.display())]
    Key { path: PathBuf, problem: String },
    #[error("the database {} is gone: put the file back, or restore a backup with its key; to begin anew, name an empty folder with --data", path.display())]
    Gone { path: PathBuf },
    #[error("the data folder {} cannot be used ({error}): name another with --data", path.display())]
    Other { path: PathBuf, error: io::Error },
}

/// An open data folder; the lock is held as long as this lives.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// `None` when the folder is shared with the instance that holds it.
    _lock: Option<File>,
}

impl DataFolder {
    /// Makes the folder if it is missing and takes its lock.
    ///
    /// # Errors
    /// The folder cannot be made or written, or another instance holds it.
    pub fn take(path: &Path) -> Result<Self, FolderError> {
        make(path)?;
        let mut file = open_lock(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FolderError::InUse { folder: path.to_owned(), who: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(other(&path.join(LOCK), error)),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(|e| read_only(path, e))?;
        Ok(Self { path: path.to_owned(), _lock: Some(file) })
    }

    /// Takes the folder, or shares it with the server that runs on it: for a command such as
    /// `user add`, which may run beside `serve`. The second answer says whether it is ours alone.
    ///
    /// # Errors
    /// The folder cannot be made or written.
    pub fn take_or_share(path: &Path) -> Result<(Self, bool), FolderError> {
        match Self::take(path) {
            Ok(folder) => Ok((folder, true)),
            Err(FolderError::InUse { .. }) => Ok((Self { path: path.to_owned(), _lock: None }, false)),
            Err(error) => Err(error),
        }
    }

    /// Whether a folder holds a database of Referee's.
    #[must_use]
    pub fn has_database(folder: &Path) -> bool {
        folder.join(DATABASE).is_file()
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The address of the SQLite database inside, its file made with narrow rights: what SQLite
    /// adds beside it takes them over. That there was one is marked: an empty one in the place of one
    /// that is gone would look as if nothing had ever been decided.
    ///
    /// # Errors
    /// The file cannot be made, or it was there and is gone.
    pub fn database(&self) -> Result<String, FolderError> {
        let (path, mark) = (self.path.join(DATABASE), self.path.join(MARK));
        if mark.exists() && !path.exists() {
            return Err(FolderError::Gone { path });
        }
        let made = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
        made.map_err(|e| read_only(&self.path, e))?;
        if !mark.exists() {
            let marked = OpenOptions::new().append(true).create(true).mode(0o600).open(&mark);
            if let Err(error) = marked {
                tracing::warn!(%error, "it cannot be marked that there is a database in the data folder");
            }
        }
        Ok(sqlite_url(&path))
    }

    /// The key of this folder, made at the first start.
    ///
    /// # Errors
    /// The file is not a key, others may read it, or it is missing beside a database that needs it.
    pub fn key(&self, random: &dyn Random) -> Result<Key, FolderError> {
        let path = self.path.join(KEY);
        match File::open(&path) {
            Ok(file) => read_key(&path, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.make_key(&path, random),
            Err(error) => Err(other(&path, error)),
        }
    }

    /// Whether a file can be written in the folder now. It needs no more than the path: who asks
    /// must not keep the lock.
    ///
    /// # Errors
    /// It cannot: the disk is full, or no longer writable.
    pub fn probe(folder: &Path) -> io::Result<()> {
        let path = folder.join(".probe");
        let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        let written = written.and_then(|mut file| file.write_all(&[0; 4096]));
        let removed = std::fs::remove_file(&path);
        written.and(removed)
    }

    fn make_key(&self, path: &Path, random: &dyn Random) -> Result<Key, FolderError> {
        let database = self.path.join(DATABASE);
        if database.metadata().is_ok_and(|file| file.len() > 0) {
            let problem =
                format!("is missing, and {} was sealed with it: put the file back", database.display());
            return Err(FolderError::Key { path: path.to_owned(), problem });
        }
        let key = Key::new(chance::bytes(random));
        let text = format!("{KEY_HEADER}\n{}\n", BASE64.encode(key.bytes()));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let written =
            file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        written.map_err(|e| read_only(&self.path, e))?;
        Ok(key)
    }
}

/// `sqlite:///path`, with what an address cannot hold encoded.
#[must_use]
pub fn sqlite_url(path: &Path) -> String {
    match url::Url::from_file_path(path) {
        Ok(url) => format!("sqlite://{}", url.path()),
        // A relative path: SQLite reads it from the working folder.
        Err(()) => format!("sqlite://{}", path.display()),
    }
}

/// Makes the folder for its owner alone. One that is there and ours, or empty, is narrowed.
fn make(path: &Path) -> Result<(), FolderError> {
    if !path.exists() {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| read_only(path, e))?;
        }
        DirBuilder::new().mode(0o700).create(path).map_err(|e| read_only(path, e))?;
    }
    let about = path.metadata().map_err(|e| other(path, e))?;
    if !about.is_dir() {
        return Err(other(path, io::Error::new(io::ErrorKind::NotADirectory, "is not a folder")));
    }
    if about.permissions().mode() & 0o077 != 0 {
        narrow(path)?;
    }
    Ok(())
}

fn narrow(path: &Path) -> Result<(), FolderError> {
    let mut entries = std::fs::read_dir(path).map_err(|e| other(path, e))?;
    let ours = path.join(KEY).exists() || entries.next().is_none();
    if ours {
        std::fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(|e| read_only(path, e))?;
    } else {
        tracing::warn!(folder = %path.display(), "other users of this computer can look into the data folder");
    }
    Ok(())
}

fn open_lock(path: &Path) -> Result<File, FolderError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(path.join(LOCK)).map_err(|e| read_only(path, e))
}

/// ` (process 123)`, as the holder wrote it.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(32).read_to_string(&mut text));
    match text.trim().parse::<u32>() {
        Ok(process) if read.is_ok() => format!(" (process {process})"),
        _ => String::new(),
    }
}

fn read_key(path: &Path, mut file: File) -> Result<Key, FolderError> {
    let wrong = |problem: &str| FolderError::Key { path: path.to_owned(), problem: problem.to_owned() };
    let about = file.metadata().map_err(|e| other(path, e))?;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(wrong("can be read by others: run chmod 600 on it"));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|e| other(path, e))?;
    let line = text.lines().find(|line| !line.starts_with('#') && !line.trim().is_empty());
    let bytes = line.and_then(|line| BASE64.decode(line.trim().as_bytes()).ok());
    let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(Key::new).ok_or_else(|| wrong("is not a key: put the right file back"))
}

fn read_only(folder: &Path, error: io::Error) -> FolderError {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            FolderError::ReadOnly { folder: folder.to_owned(), error }
        }
        _ => other(folder, error),
    }
}

fn other(path: &Path, error: io::Error) -> FolderError {
    FolderError::Other { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemChance;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_its_key_and_its_database_are_for_the_owner_alone() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("a/b");
        let folder = DataFolder::take(&path).unwrap();
        let key = folder.key(&SystemChance::new()).unwrap();
        folder.database().unwrap();
        std::fs::remove_file(path.join(DATABASE)).unwrap();
        assert!(folder.database().unwrap_err().to_string().contains("put the file back"));
        std::fs::write(path.join(DATABASE), "").unwrap();
        folder.database().unwrap();
        assert_eq!(mode(&path), 0o700);
        std::fs::set_permissions(path.join(DATABASE), Permissions::from_mode(0o600)).unwrap();
        for file in [LOCK, KEY, DATABASE, MARK] {
            assert_eq!(mode(&path.join(file)), 0o600, "{file}");
        }
        assert_eq!(folder.key(&SystemChance::new()).unwrap().bytes(), key.bytes());
        assert!(DataFolder::probe(folder.path()).is_ok());
    }

    #[test]
    fn a_second_instance_is_told_who_holds_the_folder() {
        let outer = tempfile::tempdir().unwrap();
        let first = DataFolder::take(outer.path()).unwrap();
        let text = DataFolder::take(outer.path()).unwrap_err().to_string();
        let process = format!("process {}", std::process::id());
        assert!(text.contains(&process) && text.contains(outer.path().to_str().unwrap()), "{text}");
        assert!(!DataFolder::take_or_share(outer.path()).unwrap().1);
        drop(first);
        assert!(DataFolder::take_or_share(outer.path()).unwrap().1);
    }

    #[test]
    fn a_key_that_is_open_to_others_broken_or_lost_is_refused() {
        let outer = tempfile::tempdir().unwrap();
        let folder = DataFolder::take(outer.path()).unwrap();
        let chance = SystemChance::new();
        folder.key(&chance).unwrap();
        let path = outer.path().join(KEY);
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert!(folder.key(&chance).unwrap_err().to_string().contains("chmod 600"));
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "nonsense").unwrap();
        assert!(folder.key(&chance).unwrap_err().to_string().contains("is not a key"));
        std::fs::remove_file(&path).unwrap();
        std::fs::write(outer.path().join(DATABASE), "x").unwrap();
        assert!(folder.key(&chance).unwrap_err().to_string().contains("is missing"));
    }
}
