//! Who is to look at a conflict, and when: waiting, escalation, and the routes of new ones.
//!
//! ```text
//!            wait (until a time, a change, a reply)
//!   in the queue ----------------------------------> waiting
//!        ^  ^  <---------------------------------------/   its time, the change, the reply
//!        |  |
//!        |   \-- sent back, with words -- escalated (to a person or a role; stays in the queue)
//!        assigned: by hand, by a route, or to the deputy of who is away
//! ```

use super::access::Role;
use super::ids::{EntityId, FieldId, UserId};
use super::time::Time;
use chrono::TimeDelta;
use std::collections::HashMap;

/// No wait is longer: what is put off has an end that a person sees.
pub const LONGEST_DAYS: i64 = 90;
/// So long a conflict that somebody skipped comes last for them.
pub const SKIPPED_HOURS: i64 = 4;

/// What may bring a conflict back before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    Time,
    /// Any of its values changes.
    Change,
    /// Somebody who was asked answers.
    Reply,
}

impl Ends {
    pub const ALL: [Self; 3] = [Self::Time, Self::Change, Self::Reply];

    /// The text form, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Change => "change",
            Self::Reply => "reply",
        }
    }

    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ends| ends.as_str() == name)
    }
}

/// A conflict that is put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub until: Time,
    pub ends: Ends,
    pub by: UserId,
}

/// Why a conflict cannot be put off until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    #[error("give a time to come")]
    Past,
    #[error("a conflict may wait {LONGEST_DAYS} days at most")]
    TooLong,
}

impl Wait {
    /// A wait that begins now.
    ///
    /// # Errors
    /// It would end before it begins, or later than [`LONGEST_DAYS`].
    pub fn new(now: Time, until: Time, ends: Ends, by: UserId) -> Result<Self, WaitError> {
        match until {
            _ if until <= now => Err(WaitError::Past),
            _ if until > now + TimeDelta::days(LONGEST_DAYS) => Err(WaitError::TooLong),
            until => Ok(Self { until, ends, by }),
        }
    }
}

/// To whom a conflict is escalated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desk {
    Person(UserId),
    Role(Role),
}

impl Desk {
    /// The text form, as stored and as forms send it: `user/<id>` or `role/<name>`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Person(id) => format!("user/{id}"),
            Self::Role(role) => format!("role/{}", role.as_str()),
        }
    }

    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        match text.split_once('/')? {
            ("user", id) if !id.is_empty() => Some(Self::Person(UserId(id.to_owned()))),
            ("role", name) => Role::of(name).map(Self::Role),
            _ => None,
        }
    }
}

/// A question that somebody gave to another desk with a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    pub to: Desk,
    /// None: Referee itself, because it is overdue.
    pub by: Option<UserId>,
    pub at: Time,
    pub question: String,
}

/// Who decides new conflicts of an entity, or of one field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub entity: EntityId,
    /// None: every field without a route of its own.
    pub field: Option<FieldId>,
    pub people: Vec<UserId>,
    /// Whom to ask, and who gets what is overdue.
    pub owner: Option<UserId>,
    /// What is overdue goes to the owner.
    pub escalates: bool,
}

/// The route of a conflict over these fields: that of the first field that has one of its own, else
/// the entity's.
#[must_use]
pub fn route_of<'r, 'f>(
    routes: &'r [Route],
    entity: &EntityId,
    fields: impl IntoIterator<Item = &'f FieldId>,
) -> Option<&'r Route> {
    let mut own = fields.into_iter().filter_map(|field| {
        routes.iter().find(|route| route.entity == *entity && route.field.as_ref() == Some(field))
    });
    let whole = || routes.iter().find(|route| route.entity == *entity && route.field.is_none());
    own.next().or_else(whole)
}

/// Somebody who may be given a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub id: UserId,
    /// Who stands in at this moment, if they are away.
    pub deputy: Option<UserId>,
    pub away: bool,
}

/// Who takes the next conflict of these people: whoever has least open, of equals the first named.
/// Who is away is passed over; if all are, the deputy of the first who named one. None: nobody.
#[must_use]
pub fn taker(
    people: &[UserId],
    colleagues: &HashMap<UserId, Colleague>,
    open: &HashMap<UserId, i64>,
) -> Option<UserId> {
    let known = || people.iter().filter_map(|id| colleagues.get(id));
    let here = known().filter(|one| !one.away).min_by_key(|one| open.get(&one.id).copied().unwrap_or(0));
    let deputy = || known().find_map(|one| one.deputy.as_ref()).filter(|id| present(colleagues, id));
    here.map(|one| &one.id).or_else(deputy).cloned()
}

/// Who gets what is given to `id`: their deputy while they are away, if that one is there.
#[must_use]
pub fn stands_in(id: &UserId, colleagues: &HashMap<UserId, Colleague>) -> UserId {
    let away = colleagues.get(id).filter(|one| one.away).and_then(|one| one.deputy.as_ref());
    away.filter(|deputy| present(colleagues, deputy)).unwrap_or(id).clone()
}

fn present(colleagues: &HashMap<UserId, Colleague>, id: &UserId) -> bool {
    colleagues.get(id).is_some_and(|one| !one.away)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::parse_stamp;

    fn id(name: &str) -> UserId {
        UserId(name.to_owned())
    }

    fn crew(all: &[(&str, bool, Option<&str>)]) -> HashMap<UserId, Colleague> {
        let one = |(name, away, deputy): &(&str, bool, Option<&str>)| {
            (id(name), Colleague { id: id(name), deputy: deputy.map(id), away: *away })
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn a_wait_has_an_end_within_ninety_days() {
        let now = parse_stamp("2026-03-03T12:00:00Z").unwrap();
        let until =
            |days| Wait::new(now, now + TimeDelta::days(days), Ends::Time, id("ana")).map(|w| w.until);
        assert_eq!(until(90), Ok(now + TimeDelta::days(90)));
        assert_eq!(until(0), Err(WaitError::Past));
        assert_eq!(until(91), Err(WaitError::TooLong));
    }

    #[test]
    fn a_desk_reads_back() {
        for desk in [Desk::Person(id("u1")), Desk::Role(Role::Manager)] {
            assert_eq!(Desk::of(&desk.text()), Some(desk));
        }
        assert_eq!((Desk::of("role/king"), Desk::of("user/"), Desk::of("ana")), (None, None, None));
    }

    #[test]
    fn whoever_has_least_takes_the_next() {
        let crew = crew(&[("ana", false, None), ("jonas", false, None), ("mia", true, Some("ana"))]);
        let open = HashMap::from([(id("ana"), 3), (id("jonas"), 2)]);
        let people = [id("mia"), id("ana"), id("jonas")];
        assert_eq!(taker(&people, &crew, &open), Some(id("jonas")));
        assert_eq!(taker(&people, &crew, &HashMap::new()), Some(id("ana")), "of equals the first named");
        assert_eq!(taker(&people[..1], &crew, &open), Some(id("ana")), "the deputy of who is away");
        assert_eq!(taker(&[id("nobody")], &crew, &open), None);
    }

    #[test]
    fn what_is_given_to_who_is_away_goes_to_a_deputy_who_is_there() {
        let crew = crew(&[("ana", true, Some("jonas")), ("jonas", false, None), ("mia", true, Some("ana"))]);
        assert_eq!(stands_in(&id("ana"), &crew), id("jonas"));
        assert_eq!(stands_in(&id("mia"), &crew), id("mia"), "her deputy is away too");
        assert_eq!(stands_in(&id("jonas"), &crew), id("jonas"));
    }

    #[test]
    fn a_field_has_its_own_route_before_the_entity() {
        let route = |field: Option<&str>, owner: &str| Route {
            entity: "customer".into(),
            field: field.map(FieldId::from),
            people: Vec::new(),
            owner: Some(id(owner)),
            escalates: true,
        };
        let routes = [route(None, "whole"), route(Some("phone"), "phone")];
        let entity = EntityId::from("customer");
        let of = |fields: &[FieldId]| route_of(&routes, &entity, fields).and_then(|own| own.owner.clone());
        assert_eq!(of(&["name".into(), "phone".into()]), Some(id("phone")));
        assert_eq!(of(&["name".into()]), Some(id("whole")));
        assert_eq!(route_of(&routes, &"order".into(), &[]), None);
    }
}
