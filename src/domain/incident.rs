//! Incidents: one problem of one mapping that holds many records, and how it ends.
//!
//! ```text
//!           chosen: work to do            worked off
//!   Open ------------------------> Working ----------> Ended
//!    |                                                   ^
//!    +---- chosen: nothing to do, or it passed by itself +
//! ```

use super::audit::Actor;
use super::time::Time;
use serde::{Deserialize, Serialize};

/// What happened to the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// A full pull found very many rows gone: none of them is taken as deleted.
    MassDelete,
    /// A run changed very many rows at once: no rule settles what that led to.
    MassChange,
    /// Very many new differences in a short time: no rule settles them.
    Storm,
}

impl IncidentKind {
    pub const ALL: [Self; 3] = [Self::MassDelete, Self::MassChange, Self::Storm];

    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MassDelete => "mass_delete",
            Self::MassChange => "mass_change",
            Self::Storm => "storm",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether differences wait under it.
    #[must_use]
    pub fn holds_differences(self) -> bool {
        self != Self::MassDelete
    }
}

/// How an incident ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Exactly the frozen rows are taken as deleted.
    Allowed,
    /// The frozen rows stay as held; the values of a batch are put back.
    Refused,
    /// The system's values are right everywhere.
    Accepted,
    /// One outcome for its differences, chosen by a person.
    Decided,
    /// What is left is judged as usual.
    Released,
    /// Nobody chose: what was gone is back, or nothing waits under it any longer.
    CameBack,
}

impl Ending {
    pub const ALL: [Self; 6] =
        [Self::Allowed, Self::Refused, Self::Accepted, Self::Decided, Self::Released, Self::CameBack];

    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Accepted => "accepted",
            Self::Decided => "decided",
            Self::Released => "released",
            Self::CameBack => "came_back",
        }
    }

    /// The ending of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.as_str() == name)
    }
}

/// What was chosen, by whom, why and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub ending: Ending,
    pub by: Actor,
    pub reason: String,
    pub at: Time,
}

/// Where an incident stands; each variant carries exactly that state's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncidentState {
    Open,
    /// Being carried out, in the background.
    Working(Choice),
    Ended(Choice, Time),
}

/// A transition that the present state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this incident is {0} already")]
pub struct NotOpen(pub &'static str);

impl IncidentState {
    /// The text form, as stored.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Working(_) => "working",
            Self::Ended(..) => "ended",
        }
    }

    /// What was chosen, if anything was.
    #[must_use]
    pub fn choice(&self) -> Option<&Choice> {
        match self {
            Self::Open => None,
            Self::Working(choice) | Self::Ended(choice, _) => Some(choice),
        }
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// Something was chosen that is to be worked off.
    ///
    /// # Errors
    /// Something was chosen before.
    pub fn work(self, choice: Choice) -> Result<Self, NotOpen> {
        if self.is_open() { Ok(Self::Working(choice)) } else { Err(NotOpen(self.said())) }
    }

    /// Something was chosen that takes no work.
    ///
    /// # Errors
    /// Something was chosen before.
    pub fn end(self, choice: Choice) -> Result<Self, NotOpen> {
        let at = choice.at;
        if self.is_open() { Ok(Self::Ended(choice, at)) } else { Err(NotOpen(self.said())) }
    }

    /// What was chosen has been worked off.
    #[must_use]
    pub fn done(self, at: Time) -> Self {
        match self {
            Self::Working(choice) => Self::Ended(choice, at),
            other => other,
        }
    }

    fn said(&self) -> &'static str {
        if matches!(self, Self::Working(_)) { "being carried out" } else { "ended" }
    }
}

/// From when on much is too much at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// A mass change or delete: more than so many records ...
    pub mass_records: i64,
    /// ... and more than so many of a hundred that the system holds.
    pub mass_percent: i64,
    /// A storm: so many new differences on one mapping ...
    pub storm_differences: i64,
    /// ... within so many minutes.
    pub storm_minutes: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { mass_records: 20, mass_percent: 5, storm_differences: 500, storm_minutes: 10 }
    }
}

impl Limits {
    /// Whether `n` records, of so many held, are too many at once.
    #[must_use]
    pub fn is_mass(&self, n: i64, held: i64) -> bool {
        n > self.mass_records && n.saturating_mul(100) > held.saturating_mul(self.mass_percent)
    }

    /// What is wrong with them, as sentences.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=100).contains(&self.mass_percent) || self.mass_records < 1 {
            problems.push("incidents: mass_records is 1 or more, mass_percent 1 to 100".to_owned());
        }
        if self.storm_differences < 2 || !(1..=1440).contains(&self.storm_minutes) {
            problems.push("incidents: storm_differences is 2 or more, storm_minutes 1 to 1440".to_owned());
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mass_is_more_than_both_bounds() {
        let limits = Limits::default();
        assert!(!limits.is_mass(20, 20), "twenty are never a mass, however few there are");
        assert!(limits.is_mass(21, 21) && limits.is_mass(21, 419));
        assert!(!limits.is_mass(21, 420), "exactly five of a hundred are not more than that");
        assert!(!limits.is_mass(5000, 100_000) && limits.is_mass(5001, 100_000));
    }

    #[test]
    fn an_incident_is_chosen_for_once() {
        let at = Time::default();
        let choice = |ending| Choice { ending, by: Actor::referee(), reason: String::new(), at };
        let working = IncidentState::Open.work(choice(Ending::Allowed)).unwrap();
        assert!(working.clone().work(choice(Ending::Refused)).is_err());
        assert!(working.clone().end(choice(Ending::Refused)).is_err());
        assert_eq!(working.done(at).name(), "ended");
        assert_eq!(IncidentState::Open.done(at), IncidentState::Open, "nothing was chosen");
    }

    #[test]
    fn every_name_reads_back() {
        assert!(IncidentKind::ALL.into_iter().all(|kind| IncidentKind::of(kind.as_str()) == Some(kind)));
        assert!(Ending::ALL.into_iter().all(|ending| Ending::of(ending.as_str()) == Some(ending)));
    }
}
