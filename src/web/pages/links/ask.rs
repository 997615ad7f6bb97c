//! `/ask/{token}`: one question, answered once.

use super::super::questions;
use super::{none, over, shown, wait};
use crate::domain::question::{Answer, AnswerError, MOST_ANSWER, Standing};
use crate::engine::Refusal;
use crate::engine::questions::Asked;
use crate::web::clock;
use crate::web::failure::Failure;
use crate::web::filters;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Section, View};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

/// `GET /ask/{token}`.
#[derive(Template, Clone, Debug)]
#[template(path = "link/ask.html")]
pub struct AskPage {
    /// Where the answer goes: this address.
    pub action: String,
    /// Who asks.
    pub asker: String,
    /// `Address of Customer`.
    pub what: Msg,
    /// By which names the systems know the record.
    pub ids: Vec<(String, String)>,
    pub text: String,
    pub values: Vec<Value>,
    /// As it was sent.
    pub choice: String,
    pub other: String,
    pub said: String,
    pub until: Msg,
    pub problem: Option<Msg>,
}

impl View for AskPage {
    const SECTION: Section = Section::None;
}

/// One of the values.
#[derive(Clone, Debug)]
pub struct Value {
    pub n: usize,
    pub text: Msg,
    pub chosen: bool,
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    choice: String,
    other: String,
    text: String,
}

/// `GET /ask/{token}`: changes nothing.
///
/// # Errors
/// The store cannot be read.
pub async fn page(
    request: HttpRequest,
    site: Data<Site>,
    token: Path<String>,
) -> Result<HttpResponse, Failure> {
    if let Some(later) = wait(&site, &request).await? {
        return Ok(later);
    }
    match site.engine.asked(&token).await? {
        None => none(&site, &request).await,
        Some(asked) => Ok(looked(&site, &request, &token, &asked, &Sent::default(), None)),
    }
}

/// `POST /ask/{token}`: takes the one answer.
///
/// # Errors
/// The store failed. What cannot be taken comes back as it was sent.
pub async fn answer(
    request: HttpRequest,
    site: Data<Site>,
    token: Path<String>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    if let Some(later) = wait(&site, &request).await? {
        return Ok(later);
    }
    let Some(asked) = site.engine.asked(&token).await? else { return none(&site, &request).await };
    if asked.standing != Standing::Open {
        return Ok(looked(&site, &request, &token, &asked, &sent, None));
    }
    let answer = match Answer::read(&asked.question.offered, &sent.choice, &sent.other, &sent.text) {
        Ok(answer) => answer,
        Err(error) => {
            let problem = match error {
                AnswerError::Nothing => msg("problem-answer-nothing"),
                AnswerError::NoValue => msg("problem-answer-value"),
                AnswerError::TooLong => msg("problem-answer-long").with("most", MOST_ANSWER),
            };
            return Ok(looked(&site, &request, &token, &asked, &sent, Some(problem)));
        }
    };
    match site.engine.answer_question(&token, answer).await {
        Ok(()) => {
            let text = msg("link-done-text").with("name", &asked.question.asker_name);
            Ok(over(&site, &request, "link-done", text, StatusCode::OK))
        }
        // It ended between the two looks.
        Err(Refusal::WrongState(_) | Refusal::NotFound(_)) => match site.engine.asked(&token).await? {
            Some(asked) => Ok(looked(&site, &request, &token, &asked, &sent, None)),
            None => none(&site, &request).await,
        },
        Err(refusal) => Err(refusal.into()),
    }
}

fn looked(
    site: &Site,
    request: &HttpRequest,
    token: &str,
    asked: &Asked,
    sent: &Sent,
    problem: Option<Msg>,
) -> HttpResponse {
    let (question, face) = (&asked.question, clock::face(request));
    let until = face.moment(question.expires_at).exact;
    if asked.standing != Standing::Open {
        let key = format!("link-{}", asked.standing.name());
        let when = face.moment(asked.standing.ended_at().unwrap_or(question.expires_at)).exact;
        let text = msg(format!("{key}-text")).with("name", &question.asker_name);
        return over(site, request, &key, text.with("until", until).with("when", when), StatusCode::GONE);
    }
    let catalog = &site.engine.setup().catalog;
    let (field, entity) = questions::what(catalog, &question.entity, &question.field);
    let value = |offered: &crate::domain::question::Offered| Value {
        n: offered.n,
        text: questions::value(offered),
        chosen: sent.choice == format!("value:{}", offered.n),
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = AskPage {
        action: format!("/ask/{token}"),
        asker: question.asker_name.clone(),
        what: msg("link-what").with("field", field).with("entity", entity),
        ids: super::named(site, &asked.ids),
        text: question.text.clone(),
        values: question.offered.iter().map(value).collect(),
        choice: sent.choice.clone(),
        other: sent.other.clone(),
        said: sent.text.clone(),
        until,
        problem,
    };
    shown(site, request, page, status)
}
