//! Why the systems differ: each cause with what speaks for it, and a steward's word on it.

use super::super::parts::Choice;
use super::beside::Beside;
use super::form::{Sent, label};
use crate::domain::access::{Right, Viewer};
use crate::domain::cause::{Cause, Suspect};
use crate::domain::entity::Entity;
use crate::domain::ids::{ConflictId, DifferenceId, FieldId};
use crate::engine::Refusal;
use crate::engine::case::Case;
use crate::store::conflicts::Difference;
use crate::web::auth::Steward;
use crate::web::failure::Failure;
use crate::web::messages::{Msg, msg};
use crate::web::page::Shell;
use crate::web::pages::words;
use crate::web::site::Site;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// The causes of one difference.
#[derive(Clone, Debug)]
pub struct Causes {
    /// What its choice is called in the form.
    pub name: String,
    /// The field's name as the configuration gives it.
    pub label: String,
    /// What a steward said, or one line per cause, the likeliest first.
    pub lines: Vec<Msg>,
    /// Where a correction is sent.
    pub action: String,
    /// Every cause there is; empty for those who may not say.
    pub choices: Vec<Choice>,
    /// What was said before, as the form sends it.
    pub said: String,
}

/// The causes of what is open.
pub(super) fn of(case: &Case, entity: &Entity, viewer: &Viewer, sent: &Sent) -> Vec<Causes> {
    let may = viewer.may(Right::Decide);
    // A question about what all agree on has no cause.
    let differs = |own: &&Difference| own.dispute.asked.is_none() || !own.dispute.causes.is_empty();
    case.open()
        .filter(differs)
        .map(|difference| of_one(case, entity, difference, sent.cause(&difference.id), may))
        .collect()
}

fn of_one(case: &Case, entity: &Entity, difference: &Difference, chosen: Option<&str>, may: bool) -> Causes {
    let dispute = &difference.dispute;
    let said = dispute
        .corrected
        .as_ref()
        .map(|own| msg("cause-corrected").with("name", &own.by).with("cause", words::cause(&own.cause)));
    let found = dispute.causes.iter().map(|suspect| line(case, suspect));
    Causes {
        name: name(&difference.id),
        label: label(Some(entity), dispute),
        lines: said.into_iter().chain(found).collect(),
        action: address(&case.conflict.id, &dispute.field),
        // Who may not see the values does not say why they differ.
        choices: if may && !dispute.is_hidden() { choices(difference, chosen) } else { Vec::new() },
        said: stated(difference).unwrap_or_default().to_owned(),
    }
}

/// What a steward said is the cause.
fn stated(difference: &Difference) -> Option<&str> {
    difference.dispute.corrected.as_ref().map(|own| own.cause.as_str())
}

/// One cause: how sure it is, and what speaks for it.
fn line(case: &Case, suspect: &Suspect) -> Msg {
    let Some(evidence) = words::evidence(&case.setup.catalog, &suspect.cause) else {
        return msg("cause-line-unknown");
    };
    let key = format!("cause-line-{}", suspect.strength.as_str());
    msg(key).with("cause", words::cause(suspect.cause.name())).with("evidence", evidence)
}

/// An id of a child row holds slashes, which stand for themselves, and escapes of its own.
fn address(conflict: &ConflictId, field: &FieldId) -> String {
    format!("/conflicts/{conflict}/differences/{}/cause", field.as_str().replace('%', "%25"))
}

fn choices(difference: &Difference, chosen: Option<&str>) -> Vec<Choice> {
    let said = chosen.or_else(|| stated(difference)).filter(|cause| !cause.is_empty());
    let found = Choice { value: String::new(), text: msg("cause-as-found"), chosen: said.is_none() };
    let one = |name: &&str| Choice {
        value: (*name).to_owned(),
        text: words::cause(name),
        chosen: said == Some(*name),
    };
    std::iter::once(found).chain(Cause::NAMES.iter().map(one)).collect()
}

/// `POST /conflicts/{id}/differences/{field}/cause`: the cause by its name; empty: as it was found.
///
/// # Errors
/// There is no such conflict, difference or cause, or the store failed.
pub async fn correct(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (id, field) = path.into_inner();
    let (id, field, sent) = (ConflictId(id), FieldId::from(field.as_str()), Sent::read(&body));
    let case = site.engine.case(&viewer, &id).await?;
    // It may be decided by now: it is still the difference that was chosen for.
    let own = case.differences.iter().filter(|own| own.dispute.field == field);
    let said = own.map(|own| name(&own.id)).find(|name| sent.has(name));
    let said = said.ok_or(Refusal::Stale)?;
    let cause = Some(sent.get(&said)).filter(|cause| !cause.is_empty());
    site.engine.correct_cause(&viewer, &id, &field, cause).await?;
    let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id, sent };
    beside.done(&said, "causes-head", msg("cause-said")).await
}

/// What the choice of a difference's cause is called in the form.
fn name(difference: &DifferenceId) -> String {
    format!("cause-{difference}")
}

/// Says the causes that were chosen and not said yet.
///
/// # Errors
/// The store failed.
pub async fn say(site: &Site, viewer: &Viewer, case: &Case, sent: &Sent) -> Result<(), Failure> {
    for own in case.differences.iter().filter(|own| !own.dispute.is_hidden()) {
        if let Some(cause) = sent.cause(&own.id).filter(|_| viewer.may(Right::Decide)) {
            let cause = Some(cause).filter(|cause| !cause.is_empty());
            site.engine.correct_cause(viewer, &case.conflict.id, &own.dispute.field, cause).await?;
        }
    }
    Ok(())
}
