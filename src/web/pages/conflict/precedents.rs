//! The last decisions on the disputed fields, and other open conflicts on what has the same name.

use super::super::parts::Link;
use crate::domain::conflict::Dispute;
use crate::domain::resolution::{Chosen, Outcome};
use crate::engine::case::{self, Case};
use crate::web::messages::{Msg, msg};
use crate::web::pages::words;
use crate::web::when::{Clockface, When};

/// Other conflicts that are named; beyond them it is said that there are more.
const OTHERS: usize = 5;

/// One of the last decisions on a field.
#[derive(Clone, Debug)]
pub struct Precedent {
    pub when: When,
    /// `Ana on Mateo Lindqvist, Address: Keep Portal’s value`.
    pub text: Msg,
    pub href: String,
}

/// The last decisions, newest first: five for each field.
#[must_use]
pub fn of(case: &Case, face: &Clockface) -> Vec<Precedent> {
    let precedent = |own: &case::Precedent| {
        let resolution = &own.resolution;
        let chosen = resolution.outcomes.get(own.at)?;
        let page = resolution.disputes().unwrap_or_default();
        let field = words::field(&case.setup.catalog, Some(&case.conflict.entity), &chosen.field);
        let text = msg("precedent-line")
            .with("name", &resolution.actor.name)
            .with("record", &own.record)
            .with("field", field)
            .with("outcome", outcome(case, face, chosen, &page));
        let href = format!("/resolutions/{}", resolution.id);
        Some(Precedent { when: face.day(resolution.created_at), text, href })
    };
    case.precedents.iter().filter_map(precedent).collect()
}

/// In a few words what was decided; values are left out, as the record may be another one.
#[must_use]
pub fn outcome(case: &Case, face: &Clockface, chosen: &Chosen, page: &[Dispute]) -> Msg {
    let dispute = page.iter().find(|dispute| dispute.field == chosen.field);
    match &chosen.outcome {
        Outcome::Keep { value } => {
            let source = dispute.and_then(|own| own.policy.source_of_truth.as_ref());
            let holders = dispute.and_then(|own| own.value(*value)).map(|value| &value.holders);
            let mut systems = holders.iter().flat_map(|all| all.iter()).map(|own| &own.candidate.system);
            let first = systems.clone().find(|system| Some(*system) == source).or_else(|| systems.next());
            match first {
                Some(system) => msg("decision-keep").with("system", case.setup.catalog.label(system)),
                None => msg("decision-keep-earlier"),
            }
        }
        Outcome::Type { .. } => msg("decision-typed"),
        Outcome::Clear { .. } => msg("decision-cleared"),
        Outcome::Combine { .. } => msg("decision-combined"),
        Outcome::LeaveDifferent { until } => msg("state-left").with("until", face.date(*until)),
        Outcome::CreateThere { .. } => msg("decision-created"),
        Outcome::RemoveElsewhere => msg("decision-removed"),
        Outcome::PutBack { .. } => msg("decision-put-back"),
    }
}

/// Other open conflicts on what has the same name, each a link.
#[must_use]
pub fn others(case: &Case) -> Vec<Link> {
    let entity = |id| case.setup.catalog.entity(id).map_or_else(String::new, |entity| entity.label.clone());
    let named = case.others.iter().take(OTHERS).map(|other| {
        let text = msg("conflict-other").with("entity", entity(&other.entity)).with("name", &other.title);
        Link::new(text, format!("/conflicts/{}", other.id))
    });
    let more = case.others.len() > OTHERS;
    let query = url::form_urlencoded::byte_serialize(case.record.title.as_bytes()).collect::<String>();
    let more = more.then(|| Link::new(msg("conflict-others-more"), format!("/records?q={query}")));
    named.chain(more).collect()
}
