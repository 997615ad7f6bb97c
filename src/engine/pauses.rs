//! Pausing one mapping: one object of one system, while the system's others go on.
//!
//! Paused reading: no run of it begins, by schedule, by hand or by command; one under way ends as it
//! would. Paused writing: what is to be sent there waits, nothing of it is lost or left to a person,
//! and goes on where it stopped; what was sent without an answer is settled then.

use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::ids::{EntityId, SystemId};
use crate::store::pauses::{self, Pause};

/// What of a mapping is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Reading,
    Writing,
}

impl Way {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Writing => "writing",
        }
    }
}

impl Setup {
    /// What of a mapping is paused.
    #[must_use]
    pub fn pause(&self, system: &SystemId, entity: &EntityId) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.system == *system && pause.entity == *entity)
    }

    /// Why a mapping is not read, if it is not.
    #[must_use]
    pub fn not_read(&self, system: &SystemId, entity: &EntityId) -> Option<&str> {
        self.pause(system, entity).and_then(|pause| pause.reading.as_deref())
    }

    /// Why a mapping is not written, if it is not.
    #[must_use]
    pub fn not_written(&self, system: &SystemId, entity: &EntityId) -> Option<&str> {
        self.pause(system, entity).and_then(|pause| pause.writing.as_deref())
    }

    /// What a system's runs read: its mappings that are not paused.
    pub fn read_of<'a>(&'a self, system: &'a SystemId) -> impl Iterator<Item = EntityId> + 'a {
        let own = self.catalog.mappings.iter().filter(move |mapping| mapping.system == *system);
        own.map(|mapping| mapping.entity.clone())
            .filter(move |entity| self.not_read(system, entity).is_none())
    }

    /// That nothing of a system is read, in words.
    pub(super) fn nothing_to_read(&self, system: &SystemId) -> Refusal {
        let mapped = self.catalog.mappings.iter().any(|mapping| mapping.system == *system);
        let text = if mapped { "reading everything of it is paused" } else { "nothing of it is mapped" };
        Refusal::WrongState(format!("{}: {text}", self.catalog.label(system)))
    }
}

impl Engine {
    /// Stops reading or writing one object of a system for a reason, or lets it go on.
    ///
    /// # Errors
    /// The viewer may not, there is no such mapping, no reason is given, or the store failed.
    pub async fn pause_mapping(
        &self,
        viewer: &Viewer,
        (system, entity): (&SystemId, &EntityId),
        way: Way,
        paused: bool,
        because: &str,
    ) -> Result<(), Refusal> {
        if !viewer.may(Right::Configure) {
            return Err(Refusal::Forbidden);
        }
        // What is mapped no longer can still be let go on: its deliveries wait for that.
        let mapped = !paused || self.setup().catalog.mapping(system, entity).is_some();
        if !mapped || !viewer.sees(entity) {
            return Err(Refusal::NotFound("mapping"));
        }
        let because = because.trim().to_owned();
        if because.is_empty() || because.chars().count() > 500 {
            return Err(Refusal::Invalid("Say why, in 1 to 500 characters".to_owned()));
        }
        let (viewer, system, entity) = (viewer.clone(), system.clone(), entity.clone());
        self.store
            .write::<_, Refusal, _>(async move |w| {
                let mut pause = pauses::get(w, &system, &entity).await?;
                let why = paused.then(|| because.clone());
                match way {
                    Way::Reading => pause.reading = why,
                    Way::Writing => pause.writing = why,
                }
                pauses::save(w, &pause).await?;
                let about =
                    About { system: Some(system.clone()), entity: Some(entity.clone()), ..About::default() };
                let event = Event::new(Action::ConfigurationChanged, viewer.actor(), about);
                let event = event.fact("paused", paused).fact("what", way.as_str());
                Ok(((), vec![event.fact("reason", &because)]))
            })
            .await?;
        self.reload().await?;
        Ok(())
    }
}
