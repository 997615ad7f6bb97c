//! Pieces that several pages show: links with counts, facets, tabs, pages of a list, due times.

use crate::web::messages::Msg;
use crate::web::page::Tone;
use crate::web::when::When;

/// A text that leads somewhere.
#[derive(Clone, Debug)]
pub struct Link {
    pub text: Msg,
    pub href: String,
}

impl Link {
    /// A link of that text.
    #[must_use]
    pub fn new(text: Msg, href: impl Into<String>) -> Self {
        Self { text, href: href.into() }
    }
}

/// A number of rows; above what was counted exactly it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Exact(u64),
    /// At least that many.
    Over(u64),
}

impl Count {
    /// The message that shows it: `42`, `10,000+`.
    #[must_use]
    pub fn text(&self) -> Msg {
        match self {
            Self::Exact(n) => crate::web::messages::msg("number").with("n", *n),
            Self::Over(n) => crate::web::messages::msg("number-over").with("n", *n),
        }
    }
}

/// A view of a list, as a tab.
#[derive(Clone, Debug)]
pub struct Tab {
    pub text: Msg,
    pub count: Option<Count>,
    pub href: String,
    pub current: bool,
}

/// One group of filters.
#[derive(Clone, Debug)]
pub struct Facet {
    pub title: Msg,
    pub values: Vec<FacetValue>,
    /// The rest of the values, on a page of their own.
    pub more: Option<Link>,
}

/// One filter. When it is chosen, `href` takes it away.
#[derive(Clone, Debug)]
pub struct FacetValue {
    pub text: Msg,
    /// `None`: too slow to count; the filter still works.
    pub count: Option<Count>,
    pub href: String,
    pub chosen: bool,
}

/// Where a part of a list stands in the whole.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// `1 to 13 of 42`.
    pub range: Option<Msg>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// How near a due time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Later,
    Soon,
    Overdue,
}

/// When something is due.
#[derive(Clone, Debug)]
pub struct Due {
    pub when: When,
    pub urgency: Urgency,
}

impl Due {
    /// Nearly due: amber and a clock.
    #[must_use]
    pub fn is_soon(&self) -> bool {
        self.urgency == Urgency::Soon
    }

    /// Past: red and a sign.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        self.urgency == Urgency::Overdue
    }
}

/// A record's identifier in one system, with the way into that system if it has one.
#[derive(Clone, Debug)]
pub struct SystemLink {
    pub system: String,
    pub id: String,
    pub href: Option<String>,
}

/// Something said above a page's content, with the way on.
#[derive(Clone, Debug)]
pub struct Notice {
    pub tone: Tone,
    pub title: Msg,
    /// More sentences, each its own line.
    pub lines: Vec<Msg>,
    pub links: Vec<Link>,
}

/// One mistake of a form, leading to its field.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The id of the field.
    pub field: String,
    pub text: Msg,
}

/// A list that has nothing to show: why, and what to do.
#[derive(Clone, Debug)]
pub struct Empty {
    pub title: Msg,
    pub text: Msg,
    pub link: Option<Link>,
}

/// One choice of a select or a group of radio buttons.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub text: Msg,
    pub chosen: bool,
}
