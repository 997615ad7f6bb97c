//! The queue's filters and positions as the addresses of programs say them.

use super::listing::{said, wrong};
use crate::domain::cause::Cause;
use crate::domain::policy::Stakes;
use crate::domain::suggestion::Grade;
use crate::domain::tag;
use crate::domain::time::{Time, parse_stamp, stamp};
use crate::domain::words::Sought;
use crate::store::queue::{Due, Filter, Position, Under, Waiting, Whose, Words};
use crate::web::failure::Failure;
use chrono::{NaiveTime, TimeDelta};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

/// The filters of the queue, as in the address of its page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConflictQuery {
    entity: Option<String>,
    field: Option<String>,
    cause: Option<String>,
    stakes: Option<String>,
    system: Option<String>,
    due: Option<String>,
    like: Option<String>,
    incident: Option<String>,
    view: Option<String>,
    kind: Option<String>,
    suggestion: Option<String>,
    assignee: Option<String>,
    q: Option<String>,
    tag: Option<String>,
    pub(super) cursor: Option<String>,
    pub(super) limit: Option<i64>,
}

impl ConflictQuery {
    /// # Errors
    /// A value is not one that is known.
    pub(super) fn filter(&self, now: Time) -> Result<Filter, Failure> {
        let text = |value: &Option<String>| said(value.as_ref()).map(str::to_owned);
        let cause = text(&self.cause);
        if cause.as_deref().is_some_and(|cause| !Cause::NAMES.contains(&cause)) {
            return Err(wrong("cause", &format!("one of {}", Cause::NAMES.join(", "))));
        }
        let stakes = text(&self.stakes).map(|stakes| {
            let known = Stakes::ALL.into_iter().find(|known| known.as_str() == stakes);
            known.ok_or_else(|| wrong("stakes", "low, medium or high"))
        });
        let suggestion = text(&self.suggestion).map(|name| {
            Grade::of(&name).ok_or_else(|| wrong("suggestion", "high, some, low, unknown, hidden or none"))
        });
        Ok(Filter {
            whose: self.whose()?,
            due: self.due(now)?,
            entity: text(&self.entity).map(Into::into),
            field: text(&self.field).map(Into::into),
            cause,
            stakes: stakes.transpose()?,
            system: text(&self.system).map(Into::into),
            under: text(&self.incident).map_or(Under::None, |id| Under::Incident(id.into())),
            like: text(&self.like),
            waiting: if self.is("snoozed") { Waiting::Only } else { Waiting::No },
            escalated: self.is("escalated"),
            kind: text(&self.kind),
            suggestion: suggestion.transpose()?,
            assignee: text(&self.assignee).map(Into::into),
            words: text(&self.q).map_or(Words::Any, |q| Words::Sought(Sought::of(&q))),
            tag: text(&self.tag).and_then(|tag| tag::form(&tag)),
            ..Filter::default()
        })
    }

    fn is(&self, view: &str) -> bool {
        said(self.view.as_ref()) == Some(view)
    }

    fn whose(&self) -> Result<Whose, Failure> {
        match said(self.view.as_ref()) {
            None | Some("all" | "snoozed" | "escalated") => Ok(Whose::All),
            Some("mine") => Ok(Whose::Mine),
            Some("unassigned") => Ok(Whose::Unassigned),
            Some("others") => Ok(Whose::Others),
            Some(_) => Err(wrong("view", "all, mine, unassigned, others, snoozed or escalated")),
        }
    }

    fn due(&self, now: Time) -> Result<Due, Failure> {
        match said(self.due.as_ref()) {
            None => Ok(Due::Any),
            Some("overdue") => Ok(Due::Overdue),
            Some("today") => {
                let midnight = now.date_naive().and_time(NaiveTime::MIN).and_utc();
                Ok(Due::Before(midnight + TimeDelta::days(1)))
            }
            Some(time) => parse_stamp(time)
                .map(Due::Before)
                .map_err(|_| wrong("due", "overdue, today or a time such as 2026-03-03T12:00:00Z")),
        }
    }
}

/// A position of the queue as a text that says nothing to its reader.
pub(super) fn cursor(position: &Position) -> String {
    let Position { overdue, stakes, due_at, id, .. } = position;
    let text = format!("{} {} {} {id}", u8::from(*overdue), stakes.rank(), stamp(*due_at));
    BASE64URL_NOPAD.encode(text.as_bytes())
}

/// The position that such a text stands for.
pub(super) fn position(cursor: &str) -> Option<Position> {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok()?;
    let parts: Vec<&str> = text.split(' ').collect();
    let [overdue, stakes, due_at, id] = parts.as_slice() else { return None };
    Some(Position {
        overdue: *overdue == "1",
        stakes: Stakes::of_rank(stakes.parse().ok()?)?,
        due_at: parse_stamp(due_at).ok()?,
        // Programs are given one order, which asks for none of these.
        opened_at: Time::default(),
        title: String::new(),
        id: (*id).into(),
    })
}
