//! What the forms send.

use super::super::parts::Problem;
use crate::domain::ids::{ConflictId, UserId};
use crate::domain::routing::{Desk, Ends};
use crate::domain::time::Time;
use crate::web::messages::msg;
use crate::web::when::Clockface;
use chrono::TimeDelta;

/// How long a conflict waits at most for a value to change.
const CHANGE_DAYS: i64 = 30;
/// `Later today`.
const LATER_HOURS: i64 = 3;
/// When a day of work begins.
const MORNING: i8 = 8;

/// The fields of a form, in their order.
pub struct Sent(Vec<(String, String)>);

impl Sent {
    /// Reads a form's body.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// A field's text; empty when it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }

    fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.trim())
    }

    /// The conflicts that were named, each once.
    #[must_use]
    pub fn conflicts(&self) -> Vec<ConflictId> {
        let mut ids: Vec<ConflictId> =
            self.all("conflict").filter(|id| !id.is_empty()).map(ConflictId::from).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Whom it is given to; None: nobody.
    #[must_use]
    pub fn person(&self) -> Option<UserId> {
        let to = [self.get("assign-me"), self.get("assign-to")].into_iter().find(|to| !to.is_empty());
        to.map(UserId::from)
    }

    /// # Errors
    /// None was chosen.
    pub fn desk(&self) -> Result<Desk, Problem> {
        let wrong = || Problem { field: "escalate-to".to_owned(), text: msg("problem-desk") };
        Desk::of(self.get("escalate-to")).ok_or_else(wrong)
    }

    /// Until when, and what may end it before.
    ///
    /// # Errors
    /// Nothing was chosen, or the time cannot be read.
    pub fn wait(&self, face: &Clockface) -> Result<(Time, Ends), Problem> {
        let until = match self.get("wait-until") {
            // Whoever gives a time of their own means it.
            _ if !self.get("wait-at").is_empty() => face.local_time(self.get("wait-at")),
            "later" => Some(face.now + TimeDelta::hours(LATER_HOURS)),
            "tomorrow" => face.at_hour(1, MORNING),
            "week" => face.at_hour(8 - i64::from(face.weekday(face.now)), MORNING),
            "change" => return Ok((face.now + TimeDelta::days(CHANGE_DAYS), Ends::Change)),
            _ => None,
        };
        let wrong = || Problem { field: "wait-at".to_owned(), text: msg("problem-wait") };
        until.map(|until| (until, Ends::Time)).ok_or_else(wrong)
    }
}
