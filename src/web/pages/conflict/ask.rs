//! The handlers that ask people outside about a conflict.

use super::super::questions::{self, SentQuestion};
use super::beside::{self, Beside, QUESTION};
use super::form::Sent;
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, DifferenceId, QuestionId};
use crate::domain::question::{MOST_DAYS, MOST_TEXT};
use crate::engine::questions::Asking;
use crate::engine::{Posted, Refusal};
use crate::store::conflicts;
use crate::store::questions::Question;
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::letter;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Shell};
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// `POST /conflicts/{id}/questions`: asks, mails the link or shows it once, and leads back.
///
/// # Errors
/// The viewer may not, there is no such conflict, or the store failed. What cannot be asked comes
/// back as the same page with what was sent.
pub async fn ask(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (id, sent) = (ConflictId(id.into_inner()), Sent::read(&body));
    let question = beside::question(&sent);
    let asked = match asking(&site, &viewer, &id, &question).await? {
        Ok(asking) => match site.engine.ask_person(&viewer, &id, asking, None).await {
            Ok(asked) => Ok(asked),
            Err(Refusal::Invalid(text)) => Err(("question-address", said(&text))),
            Err(Refusal::WrongState(text)) => Err(("question-about", said(&text))),
            Err(refusal) => return Err(refusal.into()),
        },
        Err(problem) => Err(problem),
    };
    let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id, sent };
    match asked {
        Ok((question, token)) => {
            let flash = send(&site, &viewer, &clock::face(&request), (&question, &token)).await?;
            beside.told(QUESTION, "questions", flash).await
        }
        Err((field, text)) => beside.wrong(field, text).await,
    }
}

/// What the form asks for, or what is wrong with it.
async fn asking(
    site: &Site,
    viewer: &Viewer,
    id: &ConflictId,
    sent: &SentQuestion,
) -> Result<Result<Asking, (&'static str, Msg)>, Failure> {
    let typed = sent.address.trim();
    let address = if typed.is_empty() { sent.to.clone() } else { typed.to_owned() };
    let days = sent.days.trim();
    let days = if days.is_empty() { Some(None) } else { days.parse().ok().map(Some) };
    let days = days.filter(|days| days.is_none_or(|days| (1..=MOST_DAYS).contains(&days)));
    let Some(days) = days else {
        return Ok(Err(("question-days", msg("problem-question-days").with("most", MOST_DAYS))));
    };
    if sent.text.trim().chars().count() > MOST_TEXT {
        return Ok(Err(("question-text", msg("problem-question-text").with("most", MOST_TEXT))));
    }
    let case = site.engine.case(viewer, id).await?;
    let chosen = DifferenceId(sent.about.clone());
    if case.open().all(|difference| difference.id != chosen) {
        return Ok(Err(("question-about", msg("problem-question-field"))));
    }
    if !crate::engine::is_address(&address) {
        return Ok(Err(("question-address", msg("problem-question-address").with("address", address))));
    }
    let known = case.whom.iter().find(|whom| whom.address == address).map(|whom| whom.name.clone());
    let name = Some(sent.name.clone()).filter(|name| !name.trim().is_empty());
    let name = name.or(known).unwrap_or_default();
    Ok(Ok(Asking { difference: chosen, name, address, text: sent.text.clone(), days }))
}

/// Mails a question; what became of it, and its link.
pub(in crate::web) async fn post(
    site: &Site,
    face: &Clockface,
    question: &Question,
    token: &str,
) -> Result<(Posted, String), Failure> {
    let link = questions::link(&site.url(), "ask", token);
    let (subject, text) =
        letter::of_question(&site.engine.setup().catalog, face, question, &link, site.reach.language);
    let posted = site.engine.post(&question.address, question.id.as_str(), subject, text).await;
    if posted == Posted::Sent {
        site.engine.question_mailed(&question.id).await?;
    }
    Ok((posted, link))
}

/// Mails a question, and what is said of it.
async fn send(
    site: &Site,
    viewer: &Viewer,
    face: &Clockface,
    (question, token): (&Question, &str),
) -> Result<Flash, Failure> {
    let (posted, link) = post(site, face, question, token).await?;
    // Where a person has put it off, that is how long it waits.
    let found = conflicts::get(&mut site.session(viewer).await?, viewer, &question.conflict).await?;
    let until = found.and_then(|own| own.wait).map_or(question.expires_at, |wait| wait.until);
    let sent = msg("question-sent").with("name", &question.name).with("until", face.moment(until).text);
    Ok(questions::posted(posted, &question.name, link, sent))
}

/// `POST /questions/{id}/withdrawal`: leads back to the conflict.
///
/// # Errors
/// The viewer may not, there is no such question, it has ended, or the store failed.
pub async fn withdraw(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let question = site.engine.withdraw_question(&viewer, &QuestionId(id.into_inner())).await?;
    let (id, sent) = (question.conflict, Sent::read(&body));
    let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id, sent };
    // Nothing of the form was sent with it: all that is typed stays.
    beside.done("comment-key", "questions", msg("question-gone")).await
}
