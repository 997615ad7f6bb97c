//! The folder with the five systems, and what can be done to them.

use super::edit::Edit;
use super::fault::{self, Fault};
use super::file;
use super::helpdesk::Helpdesk;
use super::history::{self, Chapter, Year};
use super::people;
use super::random::Dice;
use super::stories::{self, Story};
use super::system::System;
use super::{DemoError, config};
use crate::domain::catalog::Catalog;
use crate::domain::time::{Clock, Time};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// The demo's note to itself.
const NOTE: &str = "demo.json";

/// The five systems in a folder.
pub struct World {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    note: Mutex<Note>,
}

/// What cannot be seen from the systems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    seed: u64,
    /// The present of history and stories.
    now: Time,
    /// Conflicts made on demand.
    made: u64,
    /// Where the helpdesk listened last.
    port: u16,
}

/// At which point of the invented year the systems stand after they were laid down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A year before now: [`World::history`] is still to be played, with a sync after each chapter.
    AYearAgo,
    /// At the end of that year, when all systems agree and the stories begin.
    Agreed,
}

/// Where a system is and how to get in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facts {
    pub id: &'static str,
    /// `sqlite` or `rest`
    pub kind: &'static str,
    /// Of a SQLite system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Of a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Url>,
    /// What the server wants to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl World {
    /// Lays the five systems down in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// `Occupied` where one of the files is there already; the folder or a file cannot be written.
    pub async fn lay_down(
        folder: &Path,
        seed: u64,
        clock: Arc<dyn Clock>,
        start: Start,
    ) -> Result<Self, DemoError> {
        let failed = |error| DemoError::file(folder, error);
        tokio::fs::create_dir_all(folder).await.map_err(failed)?;
        let folder = tokio::fs::canonicalize(folder).await.map_err(failed)?;
        let note = Mutex::new(Note { seed, now: clock.now(), made: 0, port: 0 });
        let world = Self { folder, clock, note };
        for occupied in System::ALL.map(|system| world.path(system)).into_iter().chain([world.note_path()]) {
            if occupied.exists() {
                return Err(DemoError::Occupied(occupied));
            }
        }
        let year = world.year();
        let population = year.at(start);
        for system in System::ALL {
            let unfinished = world.path(system).with_extension("unfinished");
            remove(&unfinished).await?;
            file::make(&unfinished, system, population).await?;
            let path = world.path(system);
            tokio::fs::rename(&unfinished, &path).await.map_err(|error| DemoError::file(&path, error))?;
        }
        world.save_note().await?;
        Ok(world)
    }

    /// The world that was laid down in a folder; None if none was.
    ///
    /// # Errors
    /// The folder's note cannot be read.
    pub async fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Option<Self>, DemoError> {
        let path = folder.join(NOTE);
        let text = match tokio::fs::read_to_string(&path).await {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DemoError::file(&path, error)),
        };
        let unreadable = |error: serde_json::Error| DemoError::Note { path, reason: error.to_string() };
        let note: Note = serde_json::from_str(&text).map_err(unreadable)?;
        let folder = tokio::fs::canonicalize(folder).await.map_err(|error| DemoError::file(folder, error))?;
        Ok(Some(Self { folder, clock, note: Mutex::new(note) }))
    }

    /// The world as it was when it was laid down, with the present of now; every fault healed.
    /// What Referee remembers of it is then of another world and has to go too.
    ///
    /// # Errors
    /// A system's file cannot be written.
    pub async fn reset(&self, start: Start) -> Result<(), DemoError> {
        let now = self.clock.now();
        self.note(|note| (note.now, note.made) = (now, 0));
        let year = self.year();
        for system in System::ALL {
            fault::heal(&self.path(system), system).await?;
            file::refill(&self.path(system), system, year.at(start)).await?;
        }
        self.save_note().await
    }

    /// The year before the stories, chapter by chapter; each ends with all systems agreeing.
    #[must_use]
    pub fn history(&self) -> Vec<Chapter> {
        self.year().chapters
    }

    /// When the year begins: every row of [`Start::AYearAgo`] was written before, every edit of
    /// the history comes after.
    #[must_use]
    pub fn begins_at(&self) -> Time {
        people::a_year_before(self.note(|note| note.now))
    }

    /// When all systems agree for the last time, before the first story.
    #[must_use]
    pub fn agreed_at(&self) -> Time {
        history::agreed_at(self.note(|note| note.now))
    }

    /// What happened after that, up to now.
    #[must_use]
    pub fn stories(&self) -> Vec<Story> {
        let (seed, now) = self.note(|note| (note.seed, note.now));
        stories::all(seed, &history::year(seed, now).end, now)
    }

    /// Makes edits in the order given, each system's all or none.
    ///
    /// # Errors
    /// A system cannot be written just now, or has no such row.
    pub async fn apply(&self, edits: &[Edit]) -> Result<(), DemoError> {
        for system in System::ALL {
            let own: Vec<&Edit> = edits.iter().filter(|edit| edit.system == system).collect();
            if !own.is_empty() {
                file::apply(&self.path(system), system, &own).await?;
            }
        }
        Ok(())
    }

    /// One more edit that makes a conflict, made now; tells which.
    ///
    /// # Errors
    /// The system it is made in cannot be written just now.
    pub async fn make_conflict(&self) -> Result<Story, DemoError> {
        let (seed, now, n) = self.note(|note| {
            note.made += 1;
            (note.seed, note.now, note.made - 1)
        });
        let agreed = history::year(seed, now).end;
        let story =
            stories::one_more(seed, &agreed, now, n, self.clock.now()).ok_or(DemoError::NobodyLeft)?;
        self.apply(&story.edits).await?;
        self.save_note().await?;
        Ok(story)
    }

    /// An import cuts the names of nearly all articles of the helpdesk short, now.
    ///
    /// # Errors
    /// The helpdesk cannot be written just now.
    pub async fn cut_names_short(&self) -> Result<(), DemoError> {
        let (seed, now) = self.note(|note| (note.seed, note.now));
        let agreed = history::year(seed, now).end;
        self.apply(&stories::cut_short(seed, &agreed, now, self.clock.now())).await
    }

    /// Lets a system fail until it is healed.
    ///
    /// # Errors
    /// `NoFault` where systems of that kind do not fail that way; the system cannot be written.
    pub async fn break_system(&self, system: System, fault: Fault) -> Result<(), DemoError> {
        fault::inflict(&self.path(system), system, fault).await
    }

    /// Ends every fault of a system.
    ///
    /// # Errors
    /// The system cannot be written.
    pub async fn heal(&self, system: System) -> Result<(), DemoError> {
        fault::heal(&self.path(system), system).await
    }

    /// Every fault there is now.
    ///
    /// # Errors
    /// A system's file cannot be read.
    pub async fn faults(&self) -> Result<Vec<(System, Fault)>, DemoError> {
        let mut all = Vec::new();
        for system in System::ALL {
            let faults = fault::has(&self.path(system), system).await?;
            all.extend(faults.into_iter().map(|fault| (system, fault)));
        }
        Ok(all)
    }

    /// Starts the helpdesk's server on loopback, where it listened last if that port is free,
    /// in a thread of its own. It ends when it is stopped or dropped.
    ///
    /// # Errors
    /// No port is to be had.
    pub async fn start_helpdesk(&self) -> Result<Helpdesk, DemoError> {
        let port = self.note(|note| note.port);
        let path = self.path(System::Helpdesk);
        let helpdesk = Helpdesk::start(&path, self.token(), self.clock.clone(), port)?;
        self.note(|note| note.port = helpdesk.address().port());
        self.save_note().await?;
        Ok(helpdesk)
    }

    /// Where the systems are, in the order of [`System::ALL`].
    #[must_use]
    pub fn facts(&self, helpdesk: &Helpdesk) -> Vec<Facts> {
        let facts = |system: System| match system {
            System::Helpdesk => Facts {
                id: system.id(),
                kind: "rest",
                path: None,
                address: Some(helpdesk.url()),
                token: Some(self.token()),
            },
            System::Portal | System::Warehouse | System::Billing | System::Hr => {
                let path = Some(self.path(system));
                Facts { id: system.id(), kind: "sqlite", path, address: None, token: None }
            }
        };
        System::ALL.map(facts).to_vec()
    }

    /// The demo's configuration, with these systems where they are. The token stands apart.
    ///
    /// # Errors
    /// `Config` where the embedded file does not fit, which a test rules out.
    pub fn catalog(&self, helpdesk: &Helpdesk) -> Result<Catalog, DemoError> {
        config::catalog(&self.facts(helpdesk))
    }

    /// A system's file.
    #[must_use]
    pub fn path(&self, system: System) -> PathBuf {
        self.folder.join(system.file())
    }

    /// What the helpdesk wants to be shown. It opens invented data on loopback and nothing else,
    /// so it may follow from the seed.
    #[must_use]
    pub fn token(&self) -> String {
        let mut dice = Dice::new(self.note(|note| note.seed), "token");
        format!("hd_{:016x}{:016x}", dice.roll(), dice.roll())
    }

    fn year(&self) -> Year {
        let (seed, now) = self.note(|note| (note.seed, note.now));
        history::year(seed, now)
    }

    fn note<T>(&self, look: impl FnOnce(&mut Note) -> T) -> T {
        look(&mut self.note.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note_path(&self) -> PathBuf {
        self.folder.join(NOTE)
    }

    async fn save_note(&self) -> Result<(), DemoError> {
        let path = self.note_path();
        let text = self.note(|note| serde_json::to_string_pretty(note)).unwrap_or_default();
        tokio::fs::write(&path, text + "\n").await.map_err(|error| DemoError::file(&path, error))
    }
}

async fn remove(path: &Path) -> Result<(), DemoError> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(DemoError::file(path, error)),
        _ => Ok(()),
    }
}
