//! A conflict in plain text, to be passed on: what disagrees, who holds what since when, and where.

use super::super::words;
use super::form::label;
use crate::domain::conflict::{Dispute, Holder};
use crate::domain::ids::ConflictId;
use crate::engine::case::Case;
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::language;
use crate::web::messages::{Messages, Msg, literal, msg};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// `GET /conflicts/{id}/summary`: plain text.
///
/// # Errors
/// There is no such conflict for this person.
pub async fn page(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let case = site.engine.case(&viewer, &ConflictId(id.into_inner())).await?;
    let link = format!("{}/conflicts/{}", site.url().trim_end_matches('/'), case.conflict.id);
    let text = of(&case, &clock::face(&request), &link, language::of(&request));
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}

/// The summary.
#[must_use]
pub fn of(case: &Case, face: &Clockface, link: &str, messages: &Messages) -> String {
    let say = |text: Msg| messages.plain(&text);
    let catalog = &case.setup.catalog;
    let entity = catalog.entity(&case.conflict.entity);
    let kind = entity.map_or(case.conflict.entity.as_str(), |entity| &entity.label);
    let mut lines = vec![say(msg("summary-heading").with("entity", kind).with("name", &case.record.title))];
    let id = |holding: &crate::domain::record::Holding| {
        let system = catalog.label(&holding.system).to_owned();
        say(msg("summary-ids").with("system", system).with("id", &holding.external_id))
    };
    lines.push(case.holdings.iter().map(id).collect::<Vec<_>>().join(", "));
    match case.conflict.open {
        true => lines.push(say(msg("summary-due").with("when", face.moment(case.conflict.due_at).exact))),
        false => lines.push(say(msg("summary-settled"))),
    }
    for difference in case.open() {
        let dispute = &difference.dispute;
        lines.push(format!("\n{}: {}", label(entity, dispute), agreed(dispute, face, &say)));
        for value in &dispute.values {
            let shown = value.shown(dispute.policy.source_of_truth.as_ref());
            let text = words::values(shown).map_or_else(|state| state, literal);
            lines.extend(value.holders.iter().map(|holder| held(case, holder, &text, face, &say)));
        }
        if !dispute.absent.is_empty() {
            let systems: Vec<String> =
                dispute.absent.iter().map(|system| catalog.label(system).to_owned()).collect();
            lines.push(format!("- {}", say(msg("summary-missing").with("systems", systems))));
        }
    }
    format!("{}\n\n{link}\n", lines.join("\n"))
}

fn agreed(dispute: &Dispute, face: &Clockface, say: &dyn Fn(Msg) -> String) -> String {
    say(match &dispute.agreed {
        Some((tuple, since)) => {
            let value = words::values(tuple).map_or_else(|state| state, literal);
            msg("summary-agreed").with("value", value).with("since", face.moment(*since).exact)
        }
        None => msg("summary-never"),
    })
}

/// `- Portal: Lindenallee 12, 10117, since 3 March 2026, 12:01:30 UTC, by customer`.
fn held(case: &Case, holder: &Holder, value: &Msg, face: &Clockface, say: &dyn Fn(Msg) -> String) -> String {
    let (candidate, catalog) = (&holder.candidate, &case.setup.catalog);
    let system = catalog.label(&candidate.system).to_owned();
    let mut line = say(msg("summary-holder").with("system", system).with("value", value.clone()));
    if let Some(at) = candidate.read.modified_at {
        line = format!("{line}, {}", say(msg("summary-since").with("when", face.moment(at).exact)));
    }
    if let Some(who) = &candidate.read.modified_by {
        line = format!("{line}, {}", say(msg("summary-by").with("who", words::by_whom(who))));
    }
    format!("- {line}")
}
