//! The address of the queue: every view, filter and page of it, and nothing anywhere else.

use crate::domain::ids::{ConflictId, EntityId, FieldId, SystemId};
use crate::domain::policy::Stakes;
use crate::domain::time::{Time, parse_stamp, stamp};
use crate::store::conflicts::Conflict;
use crate::store::queue::{Due, Filter, Position, Under, Whose};
use crate::web::failure::{Code, Failure};
use crate::web::when::Clockface;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// What is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum List {
    #[default]
    All,
    Mine,
    Unassigned,
    Others,
    Itself,
    Rule,
    Failed,
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
            Self::Itself => "itself",
            Self::Rule => "rule",
            Self::Failed => "failed",
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
            Self::Itself => "view-settled-itself",
            Self::Rule => "view-settled-rule",
            Self::Failed => "view-failed",
        }
    }

    /// Whether it lists open conflicts.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Itself | Self::Rule | Self::Failed)
    }
}

/// How near the due time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Near {
    Today,
    Overdue,
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
    /// The page that begins after this row.
    pub after: Option<String>,
    /// The page that ends before this row.
    pub before: Option<String>,
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
        let near = self.due.map(|near| if near == Near::Today { "today" } else { "overdue" });
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
            ("due", near),
            ("like", self.like.as_deref()),
            ("incident", self.incident.as_deref()),
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

    /// Where this is.
    #[must_use]
    pub fn href(&self) -> String {
        format!("/queue?{}", self.query())
    }

    /// Whether anything but the view narrows the list.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        let plain = Self { view: self.view, ..Self::default() };
        self.from_the_top().query() != plain.query()
    }

    /// What the store is asked for.
    #[must_use]
    pub fn filter(&self, clock: &Clockface) -> Filter {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Filter {
            whose: match self.view {
                List::Mine => Whose::Mine,
                List::Unassigned => Whose::Unassigned,
                List::Others => Whose::Others,
                _ => Whose::All,
            },
            due: match self.due {
                None => Due::Any,
                Some(Near::Today) => Due::Before(clock.tomorrow()),
                Some(Near::Overdue) => Due::Overdue,
            },
            entity: given(&self.entity).map(EntityId),
            field: given(&self.field).map(FieldId),
            cause: given(&self.cause),
            stakes: self.stakes,
            system: given(&self.system).map(SystemId),
            under: given(&self.incident).map_or(Under::None, |id| Under::Incident(id.into())),
            like: given(&self.like),
            ..Filter::default()
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
        let plain = format!("{}|{}|{rank}|{}|{}", stamp(self.begun), at.overdue, stamp(at.due_at), at.id);
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
        let mut parts = plain.splitn(5, '|');
        let begun = parse_stamp(parts.next()?).ok()?;
        let overdue = parts.next()?.parse().ok()?;
        let stakes = Stakes::of_rank(parts.next()?.parse().ok()?)?;
        let due_at = parse_stamp(parts.next()?).ok()?;
        let id = ConflictId(parts.next()?.to_owned());
        Some(Self { begun, position: Position { overdue, stakes, due_at, id } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let begun = parse_stamp("2026-03-03T12:00:00.000001Z").unwrap();
        let due_at = parse_stamp("2026-03-04T12:00:00Z").unwrap();
        let position = Position { overdue: true, stakes: Stakes::High, due_at, id: "c|1".into() };
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
