//! What the queue's page is made from: one list with its counts, read from the store.

use super::address::{Address, Cursor, List};
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, DeliveryId, RecordId, UserId};
use crate::domain::time::Time;
use crate::engine::{Setup, case};
use crate::store::alerts::Alert;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::incidents::Incident;
use crate::store::queue::{self, Count, Due, Facet, Filter, MOST_COUNTED, Waiting, Whose, Words};
use crate::store::resolutions::Delivery;
use crate::store::resolutions::approvals::{self, Awaiting, Place};
use crate::store::views::View;
use crate::store::{
    Session, StoreError, alerts, conflicts, holdings, incidents, records, resolutions, runs, tags, users,
    views,
};
use crate::web::failure::{Code, Failure};
use crate::web::site::Site;
use crate::web::when::Clockface;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of a page.
pub const PAGE: usize = 50;
/// One more is read, to know whether there is a next page.
const READ: i64 = PAGE as i64 + 1;

/// What the list can be narrowed by, in the order of the page.
const FACETS: [Facet; 9] = [
    Facet::Entity,
    Facet::Field,
    Facet::Kind,
    Facet::Cause,
    Facet::Suggestion,
    Facet::Due,
    Facet::Age,
    Facet::Stakes,
    Facet::Assignee,
];

/// Tags that are offered.
const TAGS: i64 = 12;

/// How many there are of what the tabs and the top line name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub all: i64,
    pub today: i64,
    pub overdue: i64,
    pub others: i64,
    pub mine: i64,
    pub unassigned: i64,
    pub snoozed: i64,
    pub escalated: i64,
    pub itself: i64,
    pub rule: i64,
    pub failed: i64,
    pub approval: i64,
}

/// A page of a list, and whether it goes on.
pub struct Part<T> {
    pub rows: Vec<T>,
    pub previous: bool,
    pub next: bool,
}

impl<T> Part<T> {
    fn forward(mut rows: Vec<T>, first: bool, size: usize) -> Self {
        let next = rows.len() > size;
        rows.truncate(size);
        Self { rows, previous: !first, next }
    }

    /// None when these rows reach the top: then the whole first page is shown.
    fn backward(mut rows: Vec<T>) -> Option<Self> {
        if rows.len() <= PAGE {
            return None;
        }
        rows.remove(0);
        Some(Self { rows, previous: true, next: true })
    }
}

/// The rows of a page.
pub enum Rows {
    Conflicts(Part<Conflict>),
    Deliveries(Part<Delivery>),
    Awaiting(Part<Awaiting>),
}

impl Rows {
    /// Whether there is nothing to list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Conflicts(part) => part.rows.is_empty(),
            Self::Deliveries(part) => part.rows.is_empty(),
            Self::Awaiting(part) => part.rows.is_empty(),
        }
    }
}

/// Everything the page shows.
pub struct Desk {
    pub setup: Arc<Setup>,
    pub viewer: Viewer,
    pub clock: Clockface,
    pub address: Address,
    /// When this list was begun: its pages keep that order.
    pub begun: Time,
    pub counts: Counts,
    /// Rows of the list on all its pages.
    pub total: i64,
    /// Rows before the first one shown, where that is known.
    pub before: Option<i64>,
    pub rows: Rows,
    /// What the list can be narrowed by; None: too many rows to count by it.
    pub facets: Vec<(Facet, Option<Vec<Count>>)>,
    pub systems: Option<Vec<Count>>,
    /// The views this person may use.
    pub views: Vec<View>,
    /// The business processes there are.
    pub processes: Vec<Count>,
    /// The tags most conflicts have.
    pub tags: Vec<Count>,
    pub differences: HashMap<ConflictId, Vec<Difference>>,
    pub identifiers: HashMap<RecordId, Vec<holdings::Identifier>>,
    pub titles: HashMap<RecordId, String>,
    pub names: HashMap<UserId, String>,
    /// Incidents under which conflicts wait.
    pub incidents: Vec<Incident>,
    /// Systems that cannot be read now.
    pub failing: Vec<Alert>,
    /// When the system that was read longest ago was; None if one was never read.
    pub checked: Option<Time>,
    /// More records have the words of the address than a list can be narrowed to.
    pub found_too_many: bool,
}

/// Reads what `address` asks for.
///
/// # Errors
/// The address has a page that is not ours, or the store cannot be read.
pub async fn read(
    site: &Site,
    viewer: &Viewer,
    clock: Clockface,
    address: Address,
    size: usize,
) -> Result<Desk, Failure> {
    let mut session = site.session(viewer).await?;
    let s = &mut session;
    let cursors = [&address.after, &address.before].map(|text| text.as_deref().map(Cursor::read));
    let begun = if address.view.is_open() {
        let cursor = cursors.into_iter().flatten().next().transpose()?;
        cursor.map_or(clock.now, |cursor| cursor.begun)
    } else {
        clock.now
    };
    let then = Clockface { now: begun, ..clock.clone() };
    let setup = site.engine.setup();
    let filter = queue::measured(s, viewer, address.filter(&then, &setup)).await?;
    let counts = counts(s, viewer, &clock).await?;
    let (rows, total, before) = rows(s, viewer, &address, &filter, (begun, size), &counts).await?;
    let mut desk = Desk {
        setup,
        viewer: viewer.clone(),
        clock,
        begun,
        counts,
        total,
        before,
        rows,
        facets: Vec::new(),
        systems: None,
        views: views::of(s, viewer).await?,
        processes: Vec::new(),
        tags: Vec::new(),
        found_too_many: filter.words == Words::TooMany,
        differences: HashMap::new(),
        identifiers: HashMap::new(),
        titles: HashMap::new(),
        names: HashMap::new(),
        incidents: incidents::open(s, viewer, 20).await?,
        failing: alerts::open_of(s, "run/").await?,
        checked: None,
        address,
    };
    if let Some(id) = desk.address.saved.clone()
        && desk.views.iter().all(|view| view.id != id)
    {
        desk.views.extend(views::get(s, viewer, &id).await?);
    }
    if desk.address.view.is_open() {
        facets(s, &mut desk, &filter, then.tomorrow()).await?;
    }
    about_rows(s, &mut desk).await?;
    if desk.rows.is_empty() {
        desk.checked = checked(s, &desk.setup).await?;
    }
    Ok(desk)
}

/// Counts what the list can be narrowed by, where it is not too long for that.
async fn facets(s: &mut Session, desk: &mut Desk, filter: &Filter, tomorrow: Time) -> Result<(), StoreError> {
    let (viewer, begun, few) = (desk.viewer.clone(), desk.begun, desk.total <= MOST_COUNTED);
    for facet in FACETS {
        // A choice can be taken back however many rows there are.
        let counts = match few {
            true => queue::facet_of_few(s, &viewer, filter, facet, begun, tomorrow).await?,
            false => None,
        };
        desk.facets.push((facet, counts));
    }
    if few {
        let any = Filter { system: None, ..filter.clone() };
        let systems = desk.setup.catalog.systems.iter().map(|system| &system.id);
        desk.systems = Some(queue::by_system(s, &viewer, &any, systems, begun).await?);
    }
    let mut names: Vec<&str> =
        desk.setup.catalog.entities.iter().map(|entity| entity.process.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut processes = Vec::new();
    for name in names.into_iter().filter(|name| !name.is_empty() && few) {
        let entities = desk.setup.catalog.entities.iter().filter(|entity| entity.process == name);
        let entities = Some(entities.map(|entity| entity.id.clone()).collect());
        let count = queue::count(s, &viewer, &Filter { entities, ..filter.clone() }, begun).await?;
        processes.push(Count { value: name.to_owned(), count });
    }
    desk.processes = processes;
    let tags = if few { tags::counts(s, &viewer, TAGS).await? } else { Vec::new() };
    for found in tags {
        let count =
            queue::count(s, &viewer, &Filter { tag: Some(found.tag.clone()), ..filter.clone() }, begun)
                .await?;
        desk.tags.extend((count > 0).then_some(Count { value: found.tag, count }));
    }
    let people = desk.facets.iter().filter(|(facet, _)| *facet == Facet::Assignee);
    let people = people.flat_map(|(_, counts)| counts.iter().flatten()).map(|count| count.value.as_str());
    let people: Vec<UserId> = people.chain(desk.address.assignee.as_deref()).map(UserId::from).collect();
    desk.names.extend(users::names(s, &people).await?);
    Ok(())
}

async fn counts(s: &mut Session, viewer: &Viewer, clock: &Clockface) -> Result<Counts, StoreError> {
    let now = clock.now;
    let whose = |whose| Filter { whose, ..Filter::default() };
    let due = |due| Filter { due, ..Filter::default() };
    let waiting = Filter { waiting: Waiting::Only, ..Filter::default() };
    let escalated = Filter { escalated: true, ..Filter::default() };
    Ok(Counts {
        all: queue::count(s, viewer, &Filter::default(), now).await?,
        today: queue::count(s, viewer, &due(Due::Before(clock.tomorrow())), now).await?,
        overdue: queue::count(s, viewer, &due(Due::Overdue), now).await?,
        others: queue::count(s, viewer, &whose(Whose::Others), now).await?,
        mine: queue::count(s, viewer, &whose(Whose::Mine), now).await?,
        unassigned: queue::count(s, viewer, &whose(Whose::Unassigned), now).await?,
        snoozed: queue::count(s, viewer, &waiting, now).await?,
        escalated: queue::count(s, viewer, &escalated, now).await?,
        itself: queue::count_settled(s, viewer, "settled_by_itself").await?,
        rule: queue::count_settled(s, viewer, "settled_by_rule").await?,
        failed: resolutions::count_failed(s, viewer).await?,
        approval: approvals::count(s, viewer).await?,
    })
}

/// The state of the differences a list shows.
#[must_use]
pub fn state_of(view: List) -> &'static str {
    match view {
        List::Itself => "settled_by_itself",
        List::Rule => "settled_by_rule",
        _ => "open",
    }
}

async fn rows(
    s: &mut Session,
    viewer: &Viewer,
    address: &Address,
    filter: &Filter,
    (begun, size): (Time, usize),
    counts: &Counts,
) -> Result<(Rows, i64, Option<i64>), Failure> {
    let first = |previous: bool| (!previous).then_some(0);
    match address.view {
        List::Failed => {
            let part = failed(s, viewer, address).await?;
            let before = first(part.previous);
            Ok((Rows::Deliveries(part), counts.failed, before))
        }
        List::Approval => {
            let part = awaiting(s, viewer, address).await?;
            let before = first(part.previous);
            Ok((Rows::Awaiting(part), counts.approval, before))
        }
        List::Itself | List::Rule => {
            let part = settled(s, viewer, address).await?;
            let before = first(part.previous);
            let total = if address.view == List::Rule { counts.rule } else { counts.itself };
            Ok((Rows::Conflicts(part), total, before))
        }
        _ => {
            let part = open(s, viewer, address, filter, (begun, size)).await?;
            let total = queue::count(s, viewer, filter, begun).await?;
            let before = match part.rows.first().filter(|_| part.previous) {
                Some(row) => {
                    let position = queue::Position::of(row, begun);
                    queue::place(s, viewer, filter, &position, begun).await?
                }
                None => 0,
            };
            Ok((Rows::Conflicts(part), total, Some(before)))
        }
    }
}

/// A page that has lost its rows since it was linked shows the first one instead.
async fn open(
    s: &mut Session,
    viewer: &Viewer,
    address: &Address,
    filter: &Filter,
    (begun, size): (Time, usize),
) -> Result<Part<Conflict>, Failure> {
    let limit = i64::try_from(size + 1).unwrap_or(READ);
    if let Some(text) = &address.before {
        let end = Cursor::read(text)?.position;
        let rows = queue::page_before(s, viewer, filter, &end, begun, limit).await?;
        if let Some(part) = Part::backward(rows) {
            return Ok(part);
        }
    } else if let Some(text) = &address.after {
        let start = Cursor::read(text)?.position;
        let rows = queue::page(s, viewer, filter, Some(&start), begun, limit).await?;
        if !rows.is_empty() {
            return Ok(Part::forward(rows, false, size));
        }
    }
    Ok(Part::forward(queue::page(s, viewer, filter, None, begun, limit).await?, true, size))
}

async fn settled(s: &mut Session, viewer: &Viewer, address: &Address) -> Result<Part<Conflict>, Failure> {
    let state = state_of(address.view);
    if let Some(id) = address.before.clone().map(ConflictId) {
        let rows = queue::settled_after(s, viewer, state, &id, READ).await?;
        if let Some(part) = Part::backward(rows) {
            return Ok(part);
        }
    } else if let Some(id) = address.after.clone().map(ConflictId) {
        let rows = queue::settled(s, viewer, state, Some(&id), READ).await?;
        if !rows.is_empty() {
            return Ok(Part::forward(rows, false, PAGE));
        }
    }
    Ok(Part::forward(queue::settled(s, viewer, state, None, READ).await?, true, PAGE))
}

async fn awaiting(s: &mut Session, viewer: &Viewer, address: &Address) -> Result<Part<Awaiting>, Failure> {
    let place = |text: &String| Place::read(text).ok_or_else(|| Failure::new(Code::Malformed));
    if let Some(text) = &address.before {
        let rows = approvals::awaiting_before(s, viewer, &place(text)?, READ).await?;
        if let Some(part) = Part::backward(rows) {
            return Ok(part);
        }
    } else if let Some(text) = &address.after {
        let rows = approvals::awaiting(s, viewer, Some(&place(text)?), READ).await?;
        if !rows.is_empty() {
            return Ok(Part::forward(rows, false, PAGE));
        }
    }
    Ok(Part::forward(approvals::awaiting(s, viewer, None, READ).await?, true, PAGE))
}

async fn failed(s: &mut Session, viewer: &Viewer, address: &Address) -> Result<Part<Delivery>, Failure> {
    if let Some(id) = address.before.clone().map(DeliveryId) {
        let rows = resolutions::failed_after(s, viewer, &id, READ).await?;
        if let Some(part) = Part::backward(rows) {
            return Ok(part);
        }
    } else if let Some(id) = address.after.clone().map(DeliveryId) {
        let rows = resolutions::failed(s, viewer, Some(&id), READ).await?;
        if !rows.is_empty() {
            return Ok(Part::forward(rows, false, PAGE));
        }
    }
    Ok(Part::forward(resolutions::failed(s, viewer, None, READ).await?, true, PAGE))
}

/// What the rows of this page say beside themselves.
async fn about_rows(s: &mut Session, desk: &mut Desk) -> Result<(), StoreError> {
    let records: Vec<RecordId> = match &desk.rows {
        Rows::Conflicts(part) => part.rows.iter().map(|row| row.record.clone()).collect(),
        Rows::Deliveries(part) => part.rows.iter().map(|row| row.record.clone()).collect(),
        Rows::Awaiting(_) => Vec::new(),
    };
    for identifier in holdings::identifiers(s, &records).await? {
        desk.identifiers.entry(identifier.record.clone()).or_default().push(identifier);
    }
    match &desk.rows {
        Rows::Deliveries(_) => {
            let found = records::of_ids(s, &records).await?;
            desk.titles = found.into_iter().map(|record| (record.id, record.title)).collect();
        }
        Rows::Awaiting(_) => {}
        Rows::Conflicts(part) => {
            let ids: Vec<ConflictId> = part.rows.iter().map(|row| row.id.clone()).collect();
            for difference in conflicts::differences(s, &ids).await? {
                desk.differences.entry(difference.conflict.clone()).or_default().push(difference);
            }
            for row in &part.rows {
                if let Some(own) = desk.differences.get_mut(&row.id) {
                    case::order(&desk.setup, &row.entity, own);
                }
            }
            let people = part.rows.iter().flat_map(|row| row.assignee.iter().chain(&row.claimed_by));
            let names = users::names(s, people).await?;
            desk.names.extend(names);
        }
    }
    Ok(())
}

/// When the mapping that was read longest ago was.
async fn checked(s: &mut Session, setup: &Setup) -> Result<Option<Time>, StoreError> {
    let mut oldest: Option<Time> = None;
    for mapping in &setup.catalog.mappings {
        let Some(read) = runs::cursor(s, &mapping.system, &mapping.entity).await?.read_at else {
            return Ok(None);
        };
        oldest = Some(oldest.map_or(read, |oldest| oldest.min(read)));
    }
    Ok(oldest)
}
