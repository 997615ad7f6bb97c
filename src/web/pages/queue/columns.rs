//! The columns of the queue: which, in which order, and the ways to change that.

use super::address::{Address, Sort};
use crate::web::messages::Msg;
use crate::web::messages::msg;
use crate::web::pages::parts::Link;

/// A column beside the record's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Field,
    Values,
    Kind,
    Entity,
    Cause,
    Stakes,
    Age,
    Due,
    Assignee,
    Suggestion,
}

impl Column {
    pub const ALL: [Self; 10] = [
        Self::Field,
        Self::Values,
        Self::Cause,
        Self::Stakes,
        Self::Age,
        Self::Due,
        Self::Assignee,
        Self::Entity,
        Self::Kind,
        Self::Suggestion,
    ];
    const SHIPPED: usize = 7;

    /// The word in the address.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Values => "values",
            Self::Kind => "kind",
            Self::Entity => "entity",
            Self::Cause => "cause",
            Self::Stakes => "stakes",
            Self::Age => "age",
            Self::Due => "due",
            Self::Assignee => "assignee",
            Self::Suggestion => "suggestion",
        }
    }

    /// The class of its head.
    fn class(self) -> &'static str {
        match self {
            Self::Values => "head-values",
            Self::Cause => "why",
            Self::Age => "age",
            Self::Assignee => "assignee",
            _ => "",
        }
    }

    fn title(self) -> Msg {
        match self {
            Self::Field => msg("column-field"),
            Self::Values => msg("column-disagrees"),
            Self::Kind => msg("facet-kind"),
            Self::Entity => msg("facet-entity"),
            Self::Cause => msg("column-cause"),
            Self::Stakes => msg("column-stakes"),
            Self::Age => msg("column-age"),
            Self::Due => msg("column-due"),
            Self::Assignee => msg("column-assignee"),
            Self::Suggestion => msg("column-suggestion"),
        }
    }

    /// The orders its head turns between.
    fn sorts(self) -> Option<(Sort, Sort)> {
        match self {
            Self::Age => Some((Sort::Oldest, Sort::Newest)),
            Self::Due => Some((Sort::Due, Sort::Due)),
            Self::Stakes => Some((Sort::Urgency, Sort::Urgency)),
            _ => None,
        }
    }
}

/// The columns an address asks for; those shipped, where it asks for none that is known.
#[must_use]
pub fn of(address: &Address) -> Vec<Column> {
    let asked = address.columns.as_deref().unwrap_or_default().split(',');
    let mut columns: Vec<Column> = Vec::new();
    for name in asked {
        let found = Column::ALL.into_iter().find(|column| column.as_str() == name);
        columns.extend(found.filter(|column| !columns.contains(column)));
    }
    if columns.is_empty() { Column::ALL.into_iter().take(Column::SHIPPED).collect() } else { columns }
}

/// The head of a column.
#[derive(Clone, Debug)]
pub struct Head {
    pub class: &'static str,
    pub text: Msg,
    /// The same list in this column's order.
    pub sort: Option<String>,
    /// `ascending`, `descending` or nothing.
    pub sorted: &'static str,
}

impl Head {
    #[must_use]
    pub fn is_values(&self) -> bool {
        self.class == Column::Values.class()
    }
}

fn sorted(address: &Address, (up, down): (Sort, Sort)) -> (Option<String>, &'static str) {
    let (now, top) = (address.sort, address.from_the_top());
    let to = |sort| Some(Address { sort, ..top.clone() }.href());
    match now {
        now if now == up && up == down => (None, "ascending"),
        now if now == up => (to(down), "ascending"),
        now if now == down => (to(up), "descending"),
        _ => (to(up), ""),
    }
}

/// The head of the record's own column.
#[must_use]
pub fn first(address: &Address) -> Head {
    let (sort, sorted) = sorted(address, (Sort::Title, Sort::Titledown));
    Head { class: "head-record", text: msg("column-record"), sort, sorted }
}

/// The heads of the columns.
#[must_use]
pub fn heads(address: &Address, columns: &[Column]) -> Vec<Head> {
    let head = |column: &Column| {
        let (sort, sorted) = column.sorts().map_or((None, ""), |sorts| sorted(address, sorts));
        Head { class: column.class(), text: column.title(), sort, sorted }
    };
    columns.iter().map(head).collect()
}

/// A column in the menu, with the lists that show it otherwise.
#[derive(Clone, Debug)]
pub struct Choice {
    pub text: Msg,
    /// Shows or hides it.
    pub turn: String,
    pub shown: bool,
    /// One place towards the record.
    pub earlier: Option<String>,
}

/// Every column, those shown first.
#[must_use]
pub fn menu(address: &Address, columns: &[Column]) -> Vec<Choice> {
    let href = |columns: &[Column]| {
        let names: Vec<&str> = columns.iter().map(Column::as_str).collect();
        Address { columns: Some(names.join(",")), ..address.from_the_top() }.href()
    };
    let hidden = Column::ALL.into_iter().filter(|column| !columns.contains(column));
    let shown = columns.iter().enumerate().map(|(at, column)| {
        let rest: Vec<Column> = columns.iter().filter(|other| *other != column).copied().collect();
        let mut moved = columns.to_vec();
        Choice {
            text: column.title(),
            // The last one stays: a table of names alone is no queue.
            turn: href(if rest.is_empty() { columns } else { &rest }),
            shown: true,
            earlier: (at > 0).then(|| {
                moved.swap(at - 1, at);
                href(&moved)
            }),
        }
    });
    let add = hidden.map(|column| {
        let all: Vec<Column> = columns.iter().copied().chain([column]).collect();
        Choice { text: column.title(), turn: href(&all), shown: false, earlier: None }
    });
    shown.chain(add).collect()
}

/// Back to the columns as shipped, where they are others.
#[must_use]
pub fn reset(address: &Address) -> Option<Link> {
    address.columns.as_ref()?;
    let href = Address { columns: None, ..address.from_the_top() }.href();
    Some(Link::new(msg("columns-reset"), href))
}
