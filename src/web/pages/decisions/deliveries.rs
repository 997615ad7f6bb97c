//! Writes as a page shows them: what is written, how it stands, and what happens next.

use super::{Delivery, State, Write};
use crate::domain::access::{Right, Viewer};
use crate::domain::catalog::Catalog;
use crate::domain::delivery::{Change, DeliveryState, TRIES};
use crate::domain::ids::SystemId;
use crate::domain::resolution::Outcome;
use crate::domain::target::Target;
use crate::engine::Setup;
use crate::engine::review::{Kept, PutBack};
use crate::store::resolutions::{self, Resolution};
use crate::web::messages::{Msg, msg};
use crate::web::page::Tone;
use crate::web::pages::parts::Link;
use crate::web::pages::systems::target::in_short;
use crate::web::pages::words;
use crate::web::when::Clockface;

/// One write.
#[must_use]
pub fn shown(
    setup: &Setup,
    clock: &Clockface,
    viewer: &Viewer,
    targets: &[(SystemId, Target)],
    delivery: &resolutions::Delivery,
) -> Delivery {
    let catalog = &setup.catalog;
    let target = targets.iter().find(|(system, _)| *system == delivery.system);
    let alone = target.and_then(|(id, target)| in_short(catalog.label(id), target, clock));
    let alone = alone.filter(|_| delivery.state.next_at().is_some());
    let waits = delivery.state.next_at().and(setup.not_written(&delivery.system, &delivery.entity));
    let decides = viewer.may(Right::Decide) || viewer.may(Right::Reverse);
    let retry = Link::new(msg("retry"), format!("/deliveries/{}/retry", delivery.id));
    let again = Link::new(msg("decide-again"), format!("/deliveries/{}/reopening", delivery.id));
    let now = Link { text: msg("send-now"), ..retry.clone() };
    let may_again = viewer.may(Right::Decide);
    let actions = match &delivery.state {
        DeliveryState::Refused { .. } => [decides.then_some(retry), may_again.then_some(again)],
        DeliveryState::ByHand { .. } => [None, may_again.then_some(again)],
        DeliveryState::Retrying { .. } | DeliveryState::Waiting { .. } if alone.is_none() => {
            [decides.then_some(now), None]
        }
        _ => [None, None],
    };
    Delivery {
        system: catalog.label(&delivery.system).to_owned(),
        href: Some(format!("/deliveries/{}", delivery.id)),
        state: state(catalog, clock, delivery),
        writes: writes(&delivery.change),
        said: match &delivery.state {
            DeliveryState::Retrying { message, .. }
            | DeliveryState::Refused { message, .. }
            | DeliveryState::Unknown { message, .. } => Some(words::told(message)),
            _ => None,
        },
        advice: waits.map(|why| msg("writes-paused").with("reason", why)).or(alone).or(
            match &delivery.state {
                DeliveryState::Refused { .. } => Some(msg("alert-delivery-advice")),
                DeliveryState::ByHand { .. } => Some(msg("writes-by-hand")),
                DeliveryState::Unknown { next, .. } => {
                    Some(msg("state-settling-next").with("time", clock.seconds(*next)))
                }
                _ => None,
            },
        ),
        actions: actions.into_iter().flatten().collect(),
    }
}

/// What a reversal does about one write.
#[must_use]
pub fn put_back(catalog: &Catalog, back: &PutBack) -> Delivery {
    let (text, tone) = match &back.way {
        Ok(target) if target.writable => ("reversal-back", Tone::Info),
        Ok(_) => ("reversal-by-hand", Tone::Warning),
        Err(Kept::NotWritten) => ("reversal-not-written", Tone::Info),
        Err(Kept::Moved) => ("reversal-moved", Tone::Warning),
        Err(Kept::Gone) => ("reversal-gone", Tone::Warning),
        Err(Kept::Record) => ("reversal-record", Tone::Warning),
        Err(Kept::Form) => ("reversal-form", Tone::Info),
        Err(Kept::Refused(_)) => ("reversal-refused", Tone::Danger),
    };
    Delivery {
        system: catalog.label(&back.delivery.system).to_owned(),
        href: None,
        state: State { text: msg(text), tone },
        writes: back.way.as_ref().map_or_else(|_| Vec::new(), |target| writes(&target.change)),
        said: match &back.way {
            Err(Kept::Refused(why)) => Some(words::told(why)),
            _ => None,
        },
        advice: None,
        actions: Vec::new(),
    }
}

/// The columns that change, in the system's own words.
fn writes(change: &Change) -> Vec<Write> {
    let own = |text: Option<&str>| text.map(str::to_owned);
    let write = |(name, was, now): (&str, _, _)| Write {
        hidden: change.hides(name),
        column: name.to_owned(),
        was: own(was),
        now: own(now),
    };
    change.columns().into_iter().map(write).collect()
}

fn state(catalog: &Catalog, clock: &Clockface, delivery: &resolutions::Delivery) -> State {
    let system = catalog.label(&delivery.system);
    let at = |key: &'static str, time| msg(key).with("time", clock.seconds(time));
    let (text, tone) = match &delivery.state {
        DeliveryState::Proposed { .. } => (msg("state-proposed"), Tone::Info),
        DeliveryState::Waiting { until } => (at("state-waiting", *until), Tone::Info),
        DeliveryState::Sending { .. } => (msg("state-sending"), Tone::Info),
        DeliveryState::Confirmed { .. } => (msg("state-confirmed"), Tone::Done),
        DeliveryState::AcceptedWithChanges { .. } => {
            (msg("state-accepted").with("system", system), Tone::Warning)
        }
        DeliveryState::Retrying { attempt, next, .. } => {
            let text = at("state-retrying", *next).with("n", *attempt).with("of", TRIES);
            (text, Tone::Warning)
        }
        DeliveryState::Refused { .. } => (msg("state-refused"), Tone::Danger),
        DeliveryState::Overtaken { .. } => (msg("state-overtaken").with("system", system), Tone::Warning),
        DeliveryState::Unknown { .. } => (msg("state-settling"), Tone::Warning),
        DeliveryState::ByHand { .. } => (msg("state-by-hand"), Tone::Warning),
        DeliveryState::Undone { .. } => (msg("state-undone"), Tone::Info),
    };
    State { text, tone }
}

/// How a decision stands as a whole.
#[must_use]
pub fn standing(
    catalog: &Catalog,
    clock: &Clockface,
    resolution: &Resolution,
    own: &[&resolutions::Delivery],
) -> State {
    let say = |text: Msg, tone| State { text, tone };
    let labels = |done: bool| -> Vec<String> {
        let some = own.iter().filter(|delivery| delivery.state.is_done() == done);
        some.map(|delivery| catalog.label(&delivery.system).to_owned()).collect()
    };
    let first = |wanted: fn(&DeliveryState) -> bool| {
        own.iter().find(|delivery| wanted(&delivery.state)).map(|found| state(catalog, clock, found))
    };
    match resolution.standing() {
        "awaiting_approval" => say(msg("state-awaiting"), Tone::Warning),
        "held" => say(msg("state-waiting").with("time", clock.seconds(resolution.held_until)), Tone::Info),
        "sending" => first(|state| matches!(state, DeliveryState::Retrying { .. }))
            .or_else(|| first(|state| matches!(state, DeliveryState::Unknown { .. })))
            .unwrap_or_else(|| say(msg("state-sending"), Tone::Info)),
        "undone" => say(msg("state-undone"), Tone::Info),
        "overtaken" => first(|state| matches!(state, DeliveryState::Overtaken { .. }))
            .unwrap_or_else(|| say(msg("state-overtaken-by-values"), Tone::Warning)),
        "partly" => match (labels(true), labels(false)) {
            (_, no) if no.is_empty() => first(|state| !matches!(state, DeliveryState::Confirmed { .. }))
                .unwrap_or_else(|| say(msg("state-confirmed"), Tone::Done)),
            (yes, _) if yes.is_empty() => first(|state| matches!(state, DeliveryState::Refused { .. }))
                .or_else(|| own.first().map(|delivery| state(catalog, clock, delivery)))
                .unwrap_or_else(|| say(msg("state-refused"), Tone::Danger)),
            (yes, no) => say(msg("state-partly").with("yes", yes).with("no", no), Tone::Danger),
        },
        _ if own.is_empty() => say(left(clock, resolution), Tone::Done),
        _ => say(msg("state-confirmed"), Tone::Done),
    }
}

/// A decision that had nothing to write: left different, or done as it stood.
fn left(clock: &Clockface, resolution: &Resolution) -> Msg {
    let until = resolution.outcomes.iter().find_map(|chosen| match chosen.outcome {
        Outcome::LeaveDifferent { until } => Some(until),
        _ => None,
    });
    until.map_or_else(|| msg("state-done"), |until| msg("state-left").with("until", clock.date(until)))
}
