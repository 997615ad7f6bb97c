//! Which open conflicts a list is of, and the conditions that say so.

use crate::domain::access::Viewer;
use crate::domain::ids::{EntityId, FieldId, IncidentId, RecordId, SystemId, UserId};
use crate::domain::policy::Stakes;
use crate::domain::presence::RECORD;
use crate::domain::suggestion::Grade;
use crate::domain::time::Time;
use crate::domain::words::Sought;
use crate::store::db::{Arg, Query};
use crate::store::tags::WITH_TAG;

/// Which open conflicts, by who has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    #[default]
    All,
    Mine,
    Unassigned,
    /// Claimed by somebody else at this moment.
    Others,
}

/// Which open conflicts, by when they are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Due {
    #[default]
    Any,
    Overdue,
    /// Before this instant, and not overdue.
    Before(Time),
    /// Not before this instant.
    From(Time),
}

/// Which open conflicts, by the incident that holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Under {
    /// None does: those that wait for a decision of their own.
    #[default]
    None,
    Any,
    Incident(IncidentId),
}

/// Which open conflicts, by whether they are put off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiting {
    /// Those that are not: the queue.
    #[default]
    No,
    Only,
    Either,
}

/// The order of the whole list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Overdue, stakes, due, age.
    #[default]
    Urgency,
    Due,
    Oldest,
    Newest,
    Title,
    TitleDown,
}

/// Which open conflicts, by the words of their records' identifiers and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Words {
    #[default]
    Any,
    /// Not looked for yet, as [`super::measured`] does: it leaves nothing.
    Sought(Sought),
    /// The records that have them.
    Of(Vec<RecordId>),
    /// More records have them than a list can be narrowed to: it leaves nothing.
    TooMany,
}

/// What the queue shows; the address of its page, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub whose: Whose,
    pub due: Due,
    pub entity: Option<EntityId>,
    pub field: Option<FieldId>,
    pub cause: Option<String>,
    pub stakes: Option<Stakes>,
    pub system: Option<SystemId>,
    pub under: Under,
    /// With an open difference of this pattern, whoever holds it.
    pub like: Option<String>,
    pub waiting: Waiting,
    /// Put before another desk.
    pub escalated: bool,
    pub kind: Option<String>,
    /// What is suggested.
    pub suggestion: Option<Grade>,
    /// Whom it is given to.
    pub assignee: Option<UserId>,
    /// Open since before the first, and not before the second.
    pub opened: (Option<Time>, Option<Time>),
    /// Of these kinds only: those of one business process.
    pub entities: Option<Vec<EntityId>>,
    pub tag: Option<String>,
    pub words: Words,
    /// Given to nobody or to this person.
    pub free_for: Option<UserId>,
    pub order: Order,
    /// Few differences meet it, as [`super::measured`] found: conflicts are found from them. Else the
    /// list is walked in its order and each looked at, which ends early where many meet it.
    pub rare: bool,
}

impl Filter {
    /// Whether it asks anything of the differences themselves.
    pub(super) fn asks_differences(&self) -> bool {
        let plain = [self.cause.is_none(), self.like.is_none(), self.kind.is_none()];
        let plain = plain == [true; 3] && self.suggestion.is_none();
        self.field.is_some() || self.system.is_some() || !plain
    }
}

impl Filter {
    /// What of this list is to be handed to that person first: what is given to others comes later,
    /// unless the list asks for it.
    #[must_use]
    pub fn freely(&self, person: &UserId) -> Self {
        let asks = self.assignee.is_some() || self.escalated || self.whose == Whose::Mine;
        Self { free_for: (!asks).then(|| person.clone()), ..self.clone() }
    }
}

/// Adds the filter's conditions to a statement over `conflicts c`.
pub(super) fn narrowed<'s, M>(
    query: Query<'s, M>,
    viewer: &Viewer,
    filter: &Filter,
    now: Time,
) -> Query<'s, M> {
    narrowed_by_difference(narrowed_by_conflict(query, viewer, filter, now), filter)
}

pub(super) fn narrowed_by_conflict<'s, M>(
    mut query: Query<'s, M>,
    viewer: &Viewer,
    filter: &Filter,
    now: Time,
) -> Query<'s, M> {
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND c.entity IN ").push_list(entities.iter());
    }
    query = narrowed_by_whose(query, viewer, filter, now);
    query = match &filter.words {
        Words::Any => query,
        Words::Of(records) if !records.is_empty() => {
            query.push(" AND c.record_id IN ").push_list(records.iter())
        }
        Words::Sought(_) | Words::Of(_) | Words::TooMany => query.push(" AND 1 = 0"),
    };
    query = narrowed_by_due(query, filter, now);
    query = match &filter.under {
        Under::Incident(id) => query.push_bind(" AND c.incident_id = ?", [id.into()]),
        Under::None if filter.like.is_none() => query.push(" AND c.incident_id IS NULL"),
        _ => query,
    };
    query = match filter.waiting {
        Waiting::No => query.push(" AND c.waits_until IS NULL"),
        Waiting::Only => query.push(" AND c.waits_until IS NOT NULL"),
        Waiting::Either => query,
    };
    if filter.escalated {
        query = query.push(" AND c.escalated_to IS NOT NULL");
    }
    if let Some(assignee) = &filter.assignee {
        query = query.push_bind(" AND c.assignee = ?", [assignee.into()]);
    }
    if let Some(before) = filter.opened.0 {
        query = query.push_bind(" AND c.opened_at < ?", [before.into()]);
    }
    if let Some(since) = filter.opened.1 {
        query = query.push_bind(" AND c.opened_at >= ?", [since.into()]);
    }
    if let Some(entity) = &filter.entity {
        query = query.push_bind(" AND c.entity = ?", [entity.into()]);
    }
    if let Some(person) = &filter.free_for {
        query = query.push_bind(" AND (c.assignee IS NULL OR c.assignee = ?)", [person.into()]);
    }
    if let Some(tag) = &filter.tag {
        query = query.push_bind(WITH_TAG, [tag.into()]);
    }
    if let Some(entities) = &filter.entities {
        query = query.push(" AND c.entity IN ").push_list(entities.iter());
    }
    if let Some(stakes) = filter.stakes {
        query = query.push_bind(" AND c.stakes = ?", [stakes.rank().into()]);
    }
    query
}

fn narrowed_by_whose<'s, M>(
    query: Query<'s, M>,
    viewer: &Viewer,
    filter: &Filter,
    now: Time,
) -> Query<'s, M> {
    let me = || [Arg::from(&viewer.user)];
    match filter.whose {
        Whose::All => query,
        // What belongs to who is away is their deputy's too.
        Whose::Mine => query.push_bind(
            " AND c.assignee IN (SELECT id FROM users WHERE id = ? OR
                 (deputy = ? AND away_from <= ? AND away_until > ?))",
            [(&viewer.user).into(), (&viewer.user).into(), now.into(), now.into()],
        ),
        Whose::Unassigned => query.push(" AND c.assignee IS NULL"),
        Whose::Others => query
            .push_bind(" AND c.claimed_until > ?", [now.into()])
            .push_bind(" AND c.claimed_by <> ?", me()),
    }
}

/// By the day it is due. By its stakes first, as the index is.
fn narrowed_by_due<'s, M>(query: Query<'s, M>, filter: &Filter, now: Time) -> Query<'s, M> {
    if filter.due == Due::Any {
        return query;
    }
    let query = match filter.stakes {
        None => query.push(" AND c.stakes IN (1, 2, 3)"),
        Some(_) => query,
    };
    match filter.due {
        Due::Any => query,
        Due::Overdue => query.push_bind(" AND c.due_at < ?", [now.into()]),
        Due::From(begin) => query.push_bind(" AND c.due_at >= ?", [begin.into()]),
        Due::Before(end) => query.push_bind(" AND c.due_at >= ? AND c.due_at < ?", [now.into(), end.into()]),
    }
}

fn narrowed_by_difference<'s, M>(query: Query<'s, M>, filter: &Filter) -> Query<'s, M> {
    const SOME: &str =
        " AND EXISTS (SELECT 1 FROM differences d WHERE d.conflict_id = c.id AND d.state = 'open'";
    const THESE: &str = " AND c.id IN (SELECT d.conflict_id FROM differences d WHERE d.state = 'open'";
    match filter.asks_differences() {
        true => of_difference(query.push(if filter.rare { THESE } else { SOME }), filter).push(")"),
        false => query,
    }
}

/// The filter's conditions on one `differences d`.
pub(super) fn of_difference<'s, M>(mut query: Query<'s, M>, filter: &Filter) -> Query<'s, M> {
    if let Some(field) = &filter.field {
        query = query.push_bind(" AND d.field = ?", [field.into()]);
    }
    if let Some(cause) = &filter.cause {
        query = query.push_bind(" AND d.cause = ?", [cause.into()]);
    }
    if let Some(like) = &filter.like {
        query = query.push_bind(" AND d.pattern = ?", [like.into()]);
    }
    if let Some(kind) = &filter.kind {
        query = query.push_bind(" AND d.kind = ?", [kind.into()]);
    }
    if let Some(grade) = filter.suggestion {
        query = query.push_bind(" AND d.suggestion = ?", [grade.as_str().into()]);
    }
    if filter.like.is_some() || filter.suggestion.is_some() {
        query = of_seen(query);
    }
    if let Some(system) = &filter.system {
        // An underscore is a letter of names and a wildcard of LIKE.
        let plain = system.as_str().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query = query.push_bind(" AND d.systems LIKE ? ESCAPE '\\'", [format!("%,{plain},%").into()]);
    }
    query
}

/// Only `differences d` whose values the reader may see: what tells of their shape, or of what is suggested,
/// finds nothing by those that are hidden.
pub(super) fn of_seen<'s, M>(mut query: Query<'s, M>) -> Query<'s, M> {
    let sight = query.sight();
    let Some(seen) = sight.seen() else { return query };
    query = query.push_bind(" AND (d.field = ?", [RECORD.into()]);
    for (entity, slots) in seen {
        query = query.push_bind(" OR d.entity = ?", [entity.into()]);
        let Some(slots) = slots else { continue };
        query = query.push(" AND (1 = 0");
        for slot in slots {
            // A child row is named by its list, and its key after a slash.
            let rows =
                format!("{}/%", slot.as_str().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            query =
                query.push_bind(" OR d.field = ? OR d.field LIKE ? ESCAPE '\\'", [slot.into(), rows.into()]);
        }
        query = query.push(")");
    }
    query.push(")")
}
