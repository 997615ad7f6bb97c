//! What comes too late: a page that is older than a value, or than somebody else's decision.

use super::super::parts::Notice;
use super::form::{Sent, label};
use super::seen::{self, Seen};
use super::{Chosen, precedents};
use crate::domain::access::Viewer;
use crate::domain::conflict::Dispute;
use crate::domain::ids::DifferenceId;
use crate::domain::resolution::{self, Outcome};
use crate::engine::case::Case;
use crate::engine::review::Decision;
use crate::store::resolutions::Resolution;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::Tone;
use crate::web::pages::words;
use crate::web::when::Clockface;

/// What a person had chosen and written who came second: field by field where somebody else decided, and
/// the note where nothing is left to be decided.
pub fn chose(case: &Case, face: &Clockface, decision: &Decision) -> Vec<Msg> {
    let entity = case.setup.catalog.entity(&case.conflict.entity);
    let page: Vec<Dispute> = case.differences.iter().map(|own| own.dispute.clone()).collect();
    let line = |(id, outcome): &(DifferenceId, Outcome)| {
        let own = case.differences.iter().find(|own| own.id == *id && !own.state.is_open())?;
        let (difference, field) = (id.clone(), own.dispute.field.clone());
        let chosen = resolution::Chosen { difference, field, outcome: outcome.clone(), suggested: None };
        let said = match outcome {
            Outcome::Type { values } => {
                let typed = words::values(values).map_or_else(|state| state, literal);
                msg("decision-typed-value").with("value", typed)
            }
            _ => precedents::outcome(case, face, &chosen, &page),
        };
        Some(msg("decided-yours").with("field", label(entity, &own.dispute)).with("outcome", said))
    };
    let note = Some(decision.note.trim()).filter(|note| !note.is_empty() && !case.conflict.open);
    let note = note.map(|note| msg("decided-yours-note").with("note", note));
    decision.outcomes.iter().filter_map(line).chain(note).collect()
}

/// Somebody else decided a part of it: what was chosen of that is told, and the rest stays in the form.
pub fn decided_in_part(case: &Case, sent: &mut Sent, by: &str, chose: Vec<Msg>) -> Notice {
    for difference in case.differences.iter().filter(|own| !own.state.is_open()) {
        sent.choose(&difference.id, Chosen::Open);
    }
    let entity = case.setup.catalog.entity(&case.conflict.entity);
    let lost = seen::carry_over(sent, case).into_iter();
    let lost = lost.map(|lost| msg("stale-lost").with("field", label(entity, &lost.dispute)));
    let lines = chose.into_iter().chain([msg("decided-in-part-rest")]).chain(lost).collect();
    Notice { tone: Tone::Warning, title: msg("decided-in-part").with("name", by), lines, links: Vec::new() }
}

/// The same decision by the same person, sent a second time: one decision, one answer.
pub fn sent_twice<'c>(viewer: &Viewer, case: &'c Case, decision: &Decision) -> Option<&'c Resolution> {
    case.decisions.iter().find(|own| {
        let outcomes = own.outcomes.iter().map(|chosen| (chosen.difference.clone(), chosen.outcome.clone()));
        // Once it was taken back or overtaken, the same words are another decision.
        let stands = |id: &DifferenceId| {
            let mut all = case.differences.iter();
            all.any(|known| known.id == *id && known.state.resolution() == Some(&own.id))
        };
        own.actor.id == viewer.user.0
            && decision.outcomes.iter().all(|(id, _)| stands(id))
            && outcomes.eq(decision.outcomes.iter().cloned())
    })
}

/// What moved while the person was deciding: whose value of which field, and which choices nobody
/// holds any longer. The others stay chosen, by what was meant and not by their numbers.
pub fn stale(case: &Case, sent: &mut Sent) -> Notice {
    let (moved, lost) = changes(case, sent);
    told(case, msg("stale-saved"), moved, lost)
}

/// The same, where something else was saved meanwhile; None where nothing moved.
pub fn moved(case: &Case, sent: &mut Sent) -> Option<Notice> {
    let (moved, lost) = changes(case, sent);
    let any = !moved.is_empty() || !lost.is_empty();
    any.then(|| told(case, msg("stale-kept"), moved, lost))
}

fn told(case: &Case, saved: Msg, moved: Vec<Msg>, lost: Vec<Msg>) -> Notice {
    let mut moved = moved.into_iter();
    let title = moved.next().unwrap_or_else(|| msg("stale-some").with("name", &case.record.title));
    let lines = moved.chain([saved]).chain(lost).collect();
    Notice { tone: Tone::Warning, title, lines, links: Vec::new() }
}

/// What moved, and which choices are lost by it.
fn changes(case: &Case, sent: &mut Sent) -> (Vec<Msg>, Vec<Msg>) {
    let catalog = &case.setup.catalog;
    let entity = catalog.entity(&case.conflict.entity);
    let mut moved = Vec::new();
    for difference in case.open() {
        let field = label(entity, &difference.dispute);
        let Some(seen) = Seen::of(sent, &difference.id) else {
            moved.push(msg("stale-too").with("field", field));
            continue;
        };
        for value in &difference.dispute.values {
            for holder in value.holders.iter().filter(|holder| seen.is_new(holder)) {
                let shown = words::values(&holder.candidate.shown).map_or_else(|state| state, literal);
                let system = catalog.label(&holder.candidate.system);
                moved.push(
                    msg("stale-title").with("system", system).with("field", &field).with("value", shown),
                );
            }
        }
    }
    let lost = seen::carry_over(sent, case).into_iter();
    let lost = lost.map(|lost| msg("stale-lost").with("field", label(entity, &lost.dispute))).collect();
    (moved, lost)
}
