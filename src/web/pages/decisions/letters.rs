//! Telling somebody whose value was not kept, from the page of the decision.

use super::build;
use super::read::Decisions;
use crate::domain::access::Right;
use crate::domain::author::AuthorKind;
use crate::domain::ids::{FieldId, ResolutionId};
use crate::domain::resolution::Chosen;
use crate::engine::objections::{Telling, is_tellable};
use crate::engine::{Posted, Refusal, is_address};
use crate::store::objections::Objection;
use crate::store::resolutions::Resolution;
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::{Code, Failure};
use crate::web::flash;
use crate::web::letter;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Page, Shell};
use crate::web::pages::parts::{Choice, Link};
use crate::web::pages::{questions, words};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// Who was told, and the form.
#[derive(Clone, Debug, Default)]
pub struct Letters {
    pub told: Vec<Told>,
    pub form: Option<TellForm>,
}

/// Somebody who was told.
#[derive(Clone, Debug)]
pub struct Told {
    pub text: Msg,
    pub not_mailed: bool,
    /// The objection, and the conflict in which the review waits.
    pub objected: Option<Link>,
}

/// The form that tells somebody.
#[derive(Clone, Debug, Default)]
pub struct TellForm {
    pub action: String,
    pub no_post: bool,
    pub fields: Vec<Choice>,
    /// Addresses of those who made the values, as far as the sources tell.
    pub known: Vec<String>,
    pub address: String,
    pub name: String,
    pub text: String,
    pub error: Option<Msg>,
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    field: String,
    address: String,
    name: String,
    text: String,
}

/// Who was told of a decision, and the form for whom may tell.
#[must_use]
pub fn of(read: &Decisions, decision: &Resolution) -> Letters {
    let viewer = &read.viewer;
    let may = viewer.may(Right::Decide) || viewer.may(Right::Reverse);
    let entity = read.record(decision).map(|record| &record.entity);
    let page = decision.disputes().unwrap_or_default();
    let field = |chosen: &Chosen| Choice {
        value: chosen.field.0.clone(),
        text: words::field(&read.setup.catalog, entity, &chosen.field),
        chosen: false,
    };
    // What is limited to some roles is told to nobody outside.
    let outside = read.setup.catalog.outside();
    let open = |chosen: &Chosen| entity.is_none_or(|entity| !outside.hides(entity, &chosen.field));
    let kept = |chosen: &&Chosen| open(chosen) && chosen.meant(&page).is_some();
    let holders = page.iter().flat_map(|dispute| &dispute.values).flat_map(|value| &value.holders);
    let by_hand = holders.filter(|holder| holder.hand.kind == AuthorKind::Person);
    let mut known: Vec<String> = by_hand
        .filter_map(|holder| holder.candidate.read.modified_by.clone())
        .filter(|who| is_address(who))
        .collect();
    known.sort();
    known.dedup();
    let form = TellForm {
        action: format!("/resolutions/{}/letters", decision.id),
        no_post: !read.has_post,
        fields: decision.outcomes.iter().filter(kept).map(field).collect(),
        known,
        ..TellForm::default()
    };
    let form = (may && is_tellable(decision) && !form.fields.is_empty()).then_some(form);
    Letters { told: read.told.iter().map(|one| told(read, one)).collect(), form }
}

fn told(read: &Decisions, one: &Objection) -> Told {
    let text = msg("told-to").with("who", questions::who(&one.name, &one.address));
    let text = text.with("teller", &one.teller_name);
    let objected = one.objected.as_ref().map(|own| {
        let text = msg("told-objected").with("words", &own.words);
        let text = text.with("when", read.clock.moment(own.at).text);
        Link::new(text, format!("/conflicts/{}", own.review))
    });
    let text = text.with("when", read.clock.moment(one.created_at).text);
    Told { text, not_mailed: one.mailed_at.is_none(), objected }
}

/// `POST /resolutions/{id}/letters`: tells somebody, by mail or by a link that is shown once.
///
/// # Errors
/// The viewer may not, there is no such decision, or the store failed. What cannot be sent comes
/// back as the same page with what was typed.
pub async fn tell(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let (id, face) = (ResolutionId(id.into_inner()), clock::face(&request));
    let telling = Telling {
        field: FieldId(sent.field.clone()),
        name: sent.name.clone(),
        address: sent.address.clone(),
        text: sent.text.clone(),
    };
    let error = match site.engine.tell_decided(&viewer, &id, telling, None).await {
        Ok((told, token)) => {
            let (posted, link) = post(&site, &face, &told, &token).await?;
            let sent = msg("told-sent").with("name", &told.name);
            let flash = questions::posted(posted, &told.name, link, sent);
            return Ok(flash::redirect(&request, &viewer, &format!("/resolutions/{id}"), &flash));
        }
        Err(Refusal::Invalid(_)) if !is_address(&sent.address) => {
            msg("problem-question-address").with("address", &sent.address)
        }
        Err(Refusal::Invalid(text)) => said(&text),
        Err(refusal) => return Err(refusal.into()),
    };
    let read = Decisions::one(&site, &viewer, face, &id).await?;
    let mut page = build::page(&read)?;
    if let Some(form) = &mut page.letters.form {
        form.fields.iter_mut().for_each(|field| field.chosen = field.value == sent.field);
        (form.address, form.name, form.text) = (sent.address, sent.name, sent.text);
        form.error = Some(error);
    }
    Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

/// Mails it; what became of it, and its link.
pub(in crate::web) async fn post(
    site: &Site,
    face: &Clockface,
    told: &Objection,
    token: &str,
) -> Result<(Posted, String), Failure> {
    let link = questions::link(&site.url(), "object", token);
    let known = site.engine.told_by(token).await?.ok_or_else(|| Failure::new(Code::Internal))?;
    let catalog = &site.engine.setup().catalog;
    let (subject, text) =
        letter::of_decision(catalog, face, told, &known.decision, &link, site.reach.language);
    let posted = site.engine.post(&told.address, told.id.as_str(), subject, text).await;
    if posted == Posted::Sent {
        site.engine.objection_mailed(&told.id).await?;
    }
    Ok((posted, link))
}
