//! What the queue's page is made from: one list with its counts, read from the store.

use super::address::{Address, Cursor, List};
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, DeliveryId, RecordId, UserId};
use crate::domain::time::Time;
use crate::engine::{Setup, case};
use crate::store::alerts::Alert;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::incidents::Incident;
use crate::store::queue::{self, Count, Due, Facet, Filter, Whose};
use crate::store::resolutions::Delivery;
use crate::store::{
    Session, StoreError, alerts, conflicts, holdings, incidents, records, resolutions, runs, users,
};
use crate::web::failure::Failure;
use crate::web::site::Site;
use crate::web::when::Clockface;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of a page.
pub const PAGE: usize = 50;
/// One more is read, to know whether there is a next page.
const READ: i64 = PAGE as i64 + 1;

/// How many there are of what the tabs and the top line name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub all: i64,
    pub today: i64,
    pub overdue: i64,
    pub others: i64,
    pub mine: i64,
    pub unassigned: i64,
    pub itself: i64,
    pub rule: i64,
    pub failed: i64,
}

/// A page of a list, and whether it goes on.
pub struct Part<T> {
    pub rows: Vec<T>,
    pub previous: bool,
    pub next: bool,
}

impl<T> Part<T> {
    fn forward(mut rows: Vec<T>, first: bool) -> Self {
        let next = rows.len() > PAGE;
        rows.truncate(PAGE);
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
}

impl Rows {
    /// Whether there is nothing to list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Conflicts(part) => part.rows.is_empty(),
            Self::Deliveries(part) => part.rows.is_empty(),
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
    pub fields: Vec<Count>,
    pub causes: Vec<Count>,
    pub stakes: Vec<Count>,
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
}

/// Reads what `address` asks for.
///
/// # Errors
/// The address has a page that is not ours, or the store cannot be read.
pub async fn read(site: &Site, viewer: &Viewer, clock: Clockface, address: Address) -> Result<Desk, Failure> {
    let mut session = site.store().session().await?;
    let s = &mut session;
    let cursors = [&address.after, &address.before].map(|text| text.as_deref().map(Cursor::read));
    let begun = if address.view.is_open() {
        let cursor = cursors.into_iter().flatten().next().transpose()?;
        cursor.map_or(clock.now, |cursor| cursor.begun)
    } else {
        clock.now
    };
    let then = Clockface { now: begun, ..clock.clone() };
    let filter = address.filter(&then);
    let counts = counts(s, viewer, &clock).await?;
    let (rows, total, before) = rows(s, viewer, &address, &filter, begun, &counts).await?;
    let mut desk = Desk {
        setup: site.engine.setup(),
        viewer: viewer.clone(),
        clock,
        begun,
        counts,
        total,
        before,
        rows,
        fields: Vec::new(),
        causes: Vec::new(),
        stakes: Vec::new(),
        differences: HashMap::new(),
        identifiers: HashMap::new(),
        titles: HashMap::new(),
        names: HashMap::new(),
        incidents: incidents::open(s, viewer, 20).await?,
        failing: alerts::open_of(s, "run/").await?,
        checked: None,
        address,
    };
    if desk.address.view.is_open() {
        desk.fields = queue::facet(s, viewer, &filter, Facet::Field, begun).await?;
        desk.causes = queue::facet(s, viewer, &filter, Facet::Cause, begun).await?;
        desk.stakes = queue::facet(s, viewer, &filter, Facet::Stakes, begun).await?;
    }
    about_rows(s, &mut desk).await?;
    if desk.rows.is_empty() {
        desk.checked = checked(s, &desk.setup).await?;
    }
    Ok(desk)
}

async fn counts(s: &mut Session, viewer: &Viewer, clock: &Clockface) -> Result<Counts, StoreError> {
    let now = clock.now;
    let whose = |whose| Filter { whose, ..Filter::default() };
    let due = |due| Filter { due, ..Filter::default() };
    Ok(Counts {
        all: queue::count(s, viewer, &Filter::default(), now).await?,
        today: queue::count(s, viewer, &due(Due::Before(clock.tomorrow())), now).await?,
        overdue: queue::count(s, viewer, &due(Due::Overdue), now).await?,
        others: queue::count(s, viewer, &whose(Whose::Others), now).await?,
        mine: queue::count(s, viewer, &whose(Whose::Mine), now).await?,
        unassigned: queue::count(s, viewer, &whose(Whose::Unassigned), now).await?,
        itself: queue::count_settled(s, viewer, "settled_by_itself").await?,
        rule: queue::count_settled(s, viewer, "settled_by_rule").await?,
        failed: resolutions::count_failed(s, viewer).await?,
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
    begun: Time,
    counts: &Counts,
) -> Result<(Rows, i64, Option<i64>), Failure> {
    let first = |previous: bool| (!previous).then_some(0);
    match address.view {
        List::Failed => {
            let part = failed(s, viewer, address).await?;
            let before = first(part.previous);
            Ok((Rows::Deliveries(part), counts.failed, before))
        }
        List::Itself | List::Rule => {
            let part = settled(s, viewer, address).await?;
            let before = first(part.previous);
            let total = if address.view == List::Rule { counts.rule } else { counts.itself };
            Ok((Rows::Conflicts(part), total, before))
        }
        _ => {
            let part = open(s, viewer, address, filter, begun).await?;
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
    begun: Time,
) -> Result<Part<Conflict>, Failure> {
    if let Some(text) = &address.before {
        let end = Cursor::read(text)?.position;
        let rows = queue::page_before(s, viewer, filter, &end, begun, READ).await?;
        if let Some(part) = Part::backward(rows) {
            return Ok(part);
        }
    } else if let Some(text) = &address.after {
        let start = Cursor::read(text)?.position;
        let rows = queue::page(s, viewer, filter, Some(&start), begun, READ).await?;
        if !rows.is_empty() {
            return Ok(Part::forward(rows, false));
        }
    }
    Ok(Part::forward(queue::page(s, viewer, filter, None, begun, READ).await?, true))
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
            return Ok(Part::forward(rows, false));
        }
    }
    Ok(Part::forward(queue::settled(s, viewer, state, None, READ).await?, true))
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
            return Ok(Part::forward(rows, false));
        }
    }
    Ok(Part::forward(resolutions::failed(s, viewer, None, READ).await?, true))
}

/// What the rows of this page say beside themselves.
async fn about_rows(s: &mut Session, desk: &mut Desk) -> Result<(), StoreError> {
    let records: Vec<RecordId> = match &desk.rows {
        Rows::Conflicts(part) => part.rows.iter().map(|row| row.record.clone()).collect(),
        Rows::Deliveries(part) => part.rows.iter().map(|row| row.record.clone()).collect(),
    };
    for identifier in holdings::identifiers(s, &records).await? {
        desk.identifiers.entry(identifier.record.clone()).or_default().push(identifier);
    }
    match &desk.rows {
        Rows::Deliveries(_) => {
            let found = records::of_ids(s, &records).await?;
            desk.titles = found.into_iter().map(|record| (record.id, record.title)).collect();
        }
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
            desk.names = users::names(s, people).await?;
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
