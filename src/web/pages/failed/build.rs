//! The pages of writes that need a person, from what was read.

use super::{ByHand, CausePage, CauseRow, DeliveryPage, Exchange, FailedPage, FailedRow, Instead, RetryAll};
use crate::domain::access::{Right, Viewer};
use crate::domain::delivery::{DeliveryState, Why};
use crate::domain::ids::RecordId;
use crate::domain::refusal;
use crate::domain::resolution::Reason;
use crate::domain::rows;
use crate::domain::value::Held;
use crate::engine::Setup;
use crate::store::records::Record;
use crate::store::resolutions::exchanges::Exchanges;
use crate::store::resolutions::failed::{Cause, Group};
use crate::store::resolutions::{self, Delivery};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::decisions::deliveries;
use crate::web::pages::parts::{Choice, Empty, Link, Pager};
use crate::web::pages::record::build::deep_link;
use crate::web::pages::words;
use crate::web::when::Clockface;
use std::sync::Arc;

/// What every page of these needs.
pub struct Desk {
    pub setup: Arc<Setup>,
    pub viewer: Viewer,
    pub clock: Clockface,
}

/// The address of a cause.
#[must_use]
pub fn address(cause: &Cause) -> String {
    format!("/failed-writes/{}/{}/{}", cause.system, cause.entity, cause.key)
}

/// The causes; `shown` of `total` writes.
#[must_use]
pub fn list(desk: &Desk, groups: &[Group], newest: &[Delivery], total: i64, more: bool) -> FailedPage {
    let causes = groups.iter().filter_map(|group| {
        let newest = newest.iter().find(|delivery| delivery.id == group.newest)?;
        Some(cause_row(desk, &group.cause, group.deliveries, newest))
    });
    let empty = Empty { title: msg("empty-failed-title"), text: msg("empty-failed-text"), link: None };
    FailedPage {
        total: u64::try_from(total).unwrap_or(0),
        causes: causes.collect(),
        more: more.then(|| msg("failed-more").with("n", groups.len())),
        empty: groups.is_empty().then_some(empty),
    }
}

/// One cause, as its newest write tells of it.
#[must_use]
pub fn cause_row(desk: &Desk, cause: &Cause, count: i64, newest: &Delivery) -> CauseRow {
    let Desk { setup, viewer, clock } = desk;
    let href = address(cause);
    let by_hand = matches!(newest.state, DeliveryState::ByHand { .. });
    let may = (viewer.may(Right::Decide) || viewer.may(Right::Reverse)) && !by_hand;
    let label = setup.catalog.label(&cause.system).to_owned();
    let title = match refusal::kind(&cause.key) {
        None => msg("failed-by-hand"),
        Some(Why::Said) => msg("failed-said"),
        Some(Why::Tried) => msg("failed-tried"),
        Some(Why::Look) => msg("failed-look"),
    };
    CauseRow {
        title: title.with("system", &label),
        system: label,
        kind: setup.catalog.entity_label(&cause.entity).to_owned(),
        said: said(newest),
        count: u64::try_from(count).unwrap_or(0),
        newest: clock.ago(since(newest)),
        retry: may.then(|| RetryAll { action: format!("{href}/retry"), until: newest.id.0.clone() }),
        href,
    }
}

fn said(delivery: &Delivery) -> Option<Msg> {
    match &delivery.state {
        DeliveryState::Refused { message, .. } => Some(words::told(message)),
        _ => None,
    }
}

fn since(delivery: &Delivery) -> crate::domain::time::Time {
    match delivery.state {
        DeliveryState::Refused { at, .. } => at,
        DeliveryState::ByHand { since } => since,
        _ => delivery.created_at,
    }
}

fn advice(cause: &Cause) -> Msg {
    msg(match refusal::kind(&cause.key) {
        None => "failed-by-hand-advice",
        Some(Why::Said) => "failed-said-advice",
        Some(Why::Tried) => "failed-tried-advice",
        Some(Why::Look) => "failed-look-advice",
    })
}

/// The writes of one cause.
#[must_use]
pub fn cause(
    desk: &Desk,
    cause: &Cause,
    (count, newest): (i64, &Delivery),
    rows: &[Delivery],
    records: &[Record],
    pager: Pager,
) -> CausePage {
    let fix = Link::new(
        msg("failed-fix").with("system", desk.setup.catalog.label(&cause.system)),
        format!("/systems/{}", cause.system),
    );
    CausePage {
        cause: cause_row(desk, cause, count, newest),
        advice: advice(cause),
        fix: desk.viewer.may(Right::Configure).then_some(fix),
        rows: rows.iter().map(|delivery| row(desk, delivery, records)).collect(),
        pager,
    }
}

fn title(records: &[Record], id: &RecordId) -> String {
    records.iter().find(|record| record.id == *id).map_or_else(String::new, |record| record.title.clone())
}

fn row(desk: &Desk, delivery: &Delivery, records: &[Record]) -> FailedRow {
    let mut shown = deliveries::shown(&desk.setup, &desk.clock, &desk.viewer, &[], delivery);
    // What all of them have in common stands above the list.
    (shown.advice, shown.actions) = (None, Vec::new());
    FailedRow {
        href: format!("/deliveries/{}", delivery.id),
        record: title(records, &delivery.record),
        id: delivery.external_id.clone().unwrap_or_default(),
        field: words::field(&desk.setup.catalog, Some(&delivery.entity), &delivery.change.slot),
        since: desk.clock.ago(since(delivery)),
        delivery: shown,
    }
}

/// One write.
#[must_use]
pub fn delivery(
    desk: &Desk,
    delivery: &Delivery,
    records: &[Record],
    targets: &[(crate::domain::ids::SystemId, crate::domain::target::Target)],
    exchanges: Option<&Exchanges>,
) -> DeliveryPage {
    let Desk { setup, viewer, clock } = desk;
    let kept = exchanges.filter(|_| viewer.may(Right::Configure));
    let told: Vec<crate::engine::failed::Said> =
        kept.and_then(|kept| serde_json::from_str(&kept.body).ok()).unwrap_or_default();
    let record = literal(title(records, &delivery.record));
    DeliveryPage {
        id: delivery.id.0.clone(),
        record: Link::new(record, format!("/records/{}", delivery.record)),
        decision: Link::new(msg("decision-title"), format!("/resolutions/{}", delivery.resolution)),
        cause: of_cause(setup, delivery),
        field: words::field(&setup.catalog, Some(&delivery.entity), &delivery.change.slot),
        delivery: deliveries::shown(setup, clock, viewer, targets, delivery),
        notice: None,
        by_hand: by_hand(setup, delivery),
        instead: instead(desk, delivery),
        exchanges: told
            .into_iter()
            .map(|said| Exchange { request: said.request, answer: said.answer })
            .collect(),
        exchanged: kept.map(|kept| clock.day(kept.at)),
    }
}

fn of_cause(setup: &Setup, delivery: &Delivery) -> Option<Link> {
    // The key is made of the system's words, which are not told here.
    let key = delivery.cause().filter(|_| !delivery.is_unsaid())?;
    let cause = Cause { system: delivery.system.clone(), entity: delivery.entity.clone(), key };
    let label = setup.catalog.label(&delivery.system);
    Some(Link::new(msg("failed-alike").with("system", label), address(&cause)))
}

fn by_hand(setup: &Setup, delivery: &resolutions::Delivery) -> Option<ByHand> {
    if !matches!(delivery.state, DeliveryState::ByHand { .. } | DeliveryState::Refused { .. }) {
        return None;
    }
    let (change, key) = (&delivery.change, delivery.external_id.clone());
    let mapping = setup.catalog.mapping(&delivery.system, &delivery.entity);
    Some(ByHand {
        system: setup.catalog.label(&delivery.system).to_owned(),
        open: mapping.zip(key.as_ref()).and_then(|(mapping, key)| deep_link(mapping, key)),
        key,
        fields: change
            .columns()
            .into_iter()
            .map(|(column, _, now)| match change.hides(column) {
                true => (column.to_owned(), Some(msg("state-hidden"))),
                false => (column.to_owned(), now.map(literal)),
            })
            .collect(),
    })
}

/// The forms of another decision, filled with what was to be written.
fn instead(desk: &Desk, delivery: &Delivery) -> Option<Instead> {
    let open = matches!(delivery.state, DeliveryState::Refused { .. } | DeliveryState::ByHand { .. });
    let hidden = desk.setup.sight(&desk.viewer).hides(&delivery.entity, &delivery.change.slot);
    if !open || !desk.viewer.may(Right::Decide) || delivery.change.form || hidden {
        return None;
    }
    let slot = desk.setup.catalog.entity(&delivery.entity)?.slot(&delivery.change.slot);
    let change = &delivery.change;
    let held = |id| match change.fields.get(id) {
        Some((_, becomes)) => becomes.value().unwrap_or_default().to_owned(),
        None => rows::held(&change.beside, id).and_then(Held::value).unwrap_or_default().to_owned(),
    };
    let fields = slot.iter().flat_map(|slot| slot.fields());
    let values = fields.map(|field| (field.id.0.clone(), field.label.clone(), held(&field.id)));
    let reason = |reason: Reason| Choice {
        value: reason.as_str().to_owned(),
        text: msg(words::reason_key(reason)),
        chosen: false,
    };
    let month = desk.clock.now + chrono::TimeDelta::days(30);
    Some(Instead {
        action: format!("/deliveries/{}/decision", delivery.id),
        // A record that is made or removed has no value to change.
        values: if change.create || change.remove { Vec::new() } else { values.collect() },
        reasons: Reason::ALL.into_iter().map(reason).collect(),
        note: String::new(),
        until: desk.clock.iso_date(month),
        error: None,
    })
}
