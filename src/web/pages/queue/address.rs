//! The address of the queue: every view, filter and page of it, and nothing anywhere else.

use crate::domain::ids::{ConflictId, EntityId, FieldId, SystemId, UserId};
use crate::domain::policy::Stakes;
use crate::domain::suggestion::Grade;
use crate::domain::time::{Time, parse_stamp, stamp};
use crate::domain::words::Sought;
use crate::engine::Setup;
use crate::store::conflicts::Conflict;
use crate::store::queue::{AGES, Due, Filter, Order, Position, Under, Waiting, Whose, Words};
use crate::web::failure::{Code, Failure};
use crate::web::when::Clockface;
use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// The assignee of what belongs to nobody.
pub const NOBODY: &str = "nobody";

/// What is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum List {
    #[default]
    All,
    Mine,
    Unassigned,
    Others,
    Snoozed,
    Escalated,
    Itself,
    Rule,
    Failed,
    Approval,
}

impl List {
    /// The word in the address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Others => "others",
            Self::Snoozed => "snoozed",
            Self::Escalated => "escalated",
            Self::Itself => "itself",
            Self::Rule => "rule",
            Self::Failed => "failed",
            Self::Approval => "approval",
        }
    }

    /// The message that names it.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::All => "view-all",
            Self::Mine => "view-mine",
            Self::Unassigned => "view-unassigned",
            Self::Others => "filter-others",
            Self::Snoozed => "view-snoozed",
            Self::Escalated => "view-escalated",
            Self::Itself => "view-settled-itself",
            Self::Rule => "view-settled-rule",
            Self::Failed => "view-failed",
            Self::Approval => "view-approval",
        }
    }

    /// Whether it lists open conflicts.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Itself | Self::Rule | Self::Failed | Self::Approval)
    }
}

/// How near the due time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Near {
    Today,
    Overdue,
    Later,
}

impl Near {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Overdue => "overdue",
            Self::Later => "later",
        }
    }
}

/// How old a conflict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Age {
    H1,
    D1,
    D3,
    D7,
    Older,
}

impl Age {
    pub const ALL: [Self; 5] = [Self::H1, Self::D1, Self::D3, Self::D7, Self::Older];

    /// The word in the address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        AGES.get(self as usize).map_or("older", |(name, _)| name)
    }

    /// Opened before the first instant, and not before the second.
    fn span(self, now: Time) -> (Option<Time>, Option<Time>) {
        let ago = |at: usize| AGES.get(at).map(|(_, hours)| now - TimeDelta::hours(*hours));
        let at = self as usize;
        (at.checked_sub(1).and_then(ago), ago(at))
    }
}

/// The order of the list, as the address says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    #[default]
    Urgency,
    Due,
    Oldest,
    Newest,
    Title,
    Titledown,
}

impl Sort {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Due => "due",
            Self::Oldest => "oldest",
            Self::Newest => "newest",
            Self::Title => "title",
            Self::Titledown => "titledown",
        }
    }

    fn order(self) -> Order {
        match self {
            Self::Urgency => Order::Urgency,
            Self::Due => Order::Due,
            Self::Oldest => Order::Oldest,
            Self::Newest => Order::Newest,
            Self::Title => Order::Title,
            Self::Titledown => Order::TitleDown,
        }
    }
}

/// The query of `/queue`; a conflict's page carries it along to know its neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Address {
    pub view: List,
    pub field: Option<String>,
    pub cause: Option<String>,
    pub stakes: Option<Stakes>,
    pub system: Option<String>,
    pub entity: Option<String>,
    pub due: Option<Near>,
    /// The pattern of differences that are alike.
    pub like: Option<String>,
    /// The incident that holds them.
    pub incident: Option<String>,
    pub kind: Option<String>,
    /// `high`, `some`, `low`, `unknown`, `hidden` or `none`.
    pub suggestion: Option<String>,
    pub age: Option<Age>,
    /// The id of whom it is given to; `nobody`.
    pub assignee: Option<String>,
    /// The business process of the entity.
    pub process: Option<String>,
    pub tag: Option<String>,
    /// Words of the records' identifiers and values.
    #[serde(deserialize_with = "said")]
    pub q: Option<String>,
    pub sort: Sort,
    /// The columns in their order, comma-separated; empty as shipped.
    pub columns: Option<String>,
    /// The saved view this began as.
    pub saved: Option<String>,
    /// The page that begins after this row.
    pub after: Option<String>,
    /// The page that ends before this row.
    pub before: Option<String>,
}

/// A field that was left empty asks for nothing.
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
}

impl Address {
    /// This address for another list of conflicts, from its beginning.
    #[must_use]
    pub fn from_the_top(&self) -> Self {
        Self { after: None, before: None, ..self.clone() }
    }

    /// The query, without `?`: `view=mine&field=phone`.
    #[must_use]
    pub fn query(&self) -> String {
        let stakes = self.stakes.map(|stakes| match stakes {
            Stakes::Low => "low",
            Stakes::Medium => "medium",
            Stakes::High => "high",
        });
        let mut query = Serializer::new(String::new());
        query.append_pair("view", self.view.as_str());
        let pairs = [
            ("field", self.field.as_deref()),
            ("cause", self.cause.as_deref()),
            ("stakes", stakes),
            ("system", self.system.as_deref()),
            ("entity", self.entity.as_deref()),
            ("due", self.due.map(Near::as_str)),
            ("like", self.like.as_deref()),
            ("incident", self.incident.as_deref()),
            ("kind", self.kind.as_deref()),
            ("suggestion", self.suggestion.as_deref()),
            ("age", self.age.map(Age::as_str)),
            ("assignee", self.assignee.as_deref()),
            ("process", self.process.as_deref()),
            ("tag", self.tag.as_deref()),
            ("q", self.q.as_deref()),
            ("sort", Some(self.sort.as_str()).filter(|_| self.sort != Sort::default())),
            ("columns", self.columns.as_deref()),
            ("saved", self.saved.as_deref()),
            ("after", self.after.as_deref()),
            ("before", self.before.as_deref()),
        ];
        for (name, value) in pairs {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// What a form of this list carries beside the words.
    #[must_use]
    pub fn beside_words(&self) -> Vec<(String, String)> {
        let query = Self { q: None, ..self.from_the_top() }.query();
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// Where this is.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/queue?{}", self.query())
    }

    /// Whether anything but the view narrows the list.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        let Self { view, sort, columns, saved, .. } = self.clone();
        let plain = Self { view, sort, columns, saved, ..Self::default() };
        self.from_the_top() != plain
    }

    /// What the store is asked for.
    #[must_use]
    pub fn filter(&self, clock: &Clockface, setup: &Setup) -> Filter {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Filter {
            whose: match self.view {
                List::Mine => Whose::Mine,
                List::Unassigned => Whose::Unassigned,
                List::Others => Whose::Others,
                _ if self.assignee.as_deref() == Some(NOBODY) => Whose::Unassigned,
                _ => Whose::All,
            },
            due: match self.due {
                None => Due::Any,
                Some(Near::Today) => Due::Before(clock.tomorrow()),
                Some(Near::Overdue) => Due::Overdue,
                Some(Near::Later) => Due::From(clock.tomorrow()),
            },
            entity: given(&self.entity).map(EntityId),
            field: given(&self.field).map(FieldId),
            cause: given(&self.cause),
            stakes: self.stakes,
            system: given(&self.system).map(SystemId),
            under: given(&self.incident).map_or(Under::None, |id| Under::Incident(id.into())),
            like: given(&self.like),
            waiting: if self.view == List::Snoozed { Waiting::Only } else { Waiting::No },
            escalated: self.view == List::Escalated,
            kind: given(&self.kind),
            suggestion: given(&self.suggestion).map(|name| Grade::of(&name).unwrap_or_default()),
            assignee: given(&self.assignee).filter(|id| id != NOBODY).map(UserId),
            opened: self.age.map_or((None, None), |age| age.span(clock.now)),
            entities: given(&self.process).map(|process| {
                let of = setup.catalog.entities.iter().filter(|entity| entity.process == process);
                of.map(|entity| entity.id.clone()).collect()
            }),
            tag: given(&self.tag),
            words: given(&self.q).map_or(Words::Any, |q| Words::Sought(Sought::of(&q))),
            order: self.sort.order(),
            free_for: None,
            rare: false,
        }
    }
}

/// A place in the list of open conflicts, as the address carries it. It keeps the instant at
/// which the list was begun: what becomes overdue meanwhile changes its place, and a row would
/// be passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub begun: Time,
    pub position: Position,
}

impl Cursor {
    /// The place of a row of a list begun then.
    #[must_use]
    pub fn of(conflict: &Conflict, begun: Time) -> Self {
        Self { begun, position: Position::of(conflict, begun) }
    }

    /// The text form.
    #[must_use]
    pub fn text(&self) -> String {
        let (at, rank) = (&self.position, self.position.stakes.rank());
        let times = format!("{}|{}|{}", stamp(self.begun), stamp(at.due_at), stamp(at.opened_at));
        let plain = format!("{times}|{}|{rank}|{}|{}", at.overdue, at.id, at.title);
        BASE64URL_NOPAD.encode(plain.as_bytes())
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// It is not one of ours.
    pub fn read(text: &str) -> Result<Self, Failure> {
        Self::parse(text).ok_or_else(|| Failure::new(Code::Malformed))
    }

    fn parse(text: &str) -> Option<Self> {
        let plain = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
        let mut parts = plain.splitn(7, '|');
        let mut time = || parse_stamp(parts.next()?).ok();
        let (begun, due_at, opened_at) = (time()?, time()?, time()?);
        let overdue = parts.next()?.parse().ok()?;
        let stakes = Stakes::of_rank(parts.next()?.parse().ok()?)?;
        let id = ConflictId(parts.next()?.to_owned());
        let title = parts.next()?.to_owned();
        Some(Self { begun, position: Position { overdue, stakes, due_at, opened_at, title, id } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let begun = parse_stamp("2026-03-03T12:00:00.000001Z").unwrap();
        let due_at = parse_stamp("2026-03-04T12:00:00Z").unwrap();
        let title = "a|b".to_owned();
        let position = Position {
            overdue: true,
            stakes: Stakes::High,
            due_at,
            opened_at: begun,
            title,
            id: "c1".into(),
        };
        let cursor = Cursor { begun, position };
        assert_eq!(Cursor::read(&cursor.text()).unwrap(), cursor);
        for wrong in ["", "x", "0199", "///", &BASE64URL_NOPAD.encode(b"a|b|c|d|e")] {
            assert!(Cursor::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_says_what_it_was_read_from() {
        let query = "view=mine&field=phone&stakes=high&due=today";
        let address = actix_web::web::Query::<Address>::from_query(query).unwrap().into_inner();
        assert_eq!(address.query(), query);
        assert!(address.is_filtered() && !Address::default().is_filtered());
        assert!(actix_web::web::Query::<Address>::from_query("view=nobody").is_err());
    }
}
