//! Questions to people outside, for programs.

use super::body::JsonBody;
use super::listing::{Ask, Items, cut, rows};
use super::talk::PageQuery;
use super::values::{self, FieldValue};
use crate::domain::ids::{ConflictId, DifferenceId, QuestionId};
use crate::domain::question::{Answer, Choice, Standing};
use crate::engine::once::Receipt;
use crate::engine::questions::Asking;
use crate::engine::{Posted, Setup};
use crate::store::conflicts;
use crate::store::questions::{self, Question};
use crate::web::auth::SignedIn;
use crate::web::clock;
use crate::web::failure::{Code, Failure};
use crate::web::idempotency::{Reply, once};
use crate::web::pages::conflict::ask::post;
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// One question to one person, and how it stands.
#[derive(Serialize, ToSchema)]
pub struct QuestionView {
    id: String,
    href: String,
    conflict: String,
    record: String,
    entity: String,
    difference: String,
    field: String,
    /// Who asked.
    asked_by: String,
    asked_at: DateTime<Utc>,
    /// Who is asked, and at which address.
    name: String,
    address: String,
    text: String,
    /// The values it offers.
    offered: Vec<OfferedView>,
    /// Its link answers until then.
    open_until: DateTime<Utc>,
    /// When it left by mail; null where it did not.
    mailed_at: Option<DateTime<Utc>>,
    /// `open`, `answered`, `withdrawn`, `expired` or `over`: its field was settled meanwhile.
    state: String,
    ended_at: Option<DateTime<Utc>>,
    answer: Option<AnswerView>,
}

/// One of the values.
#[derive(Serialize, ToSchema)]
pub struct OfferedView {
    n: usize,
    value: FieldValue,
}

/// What was answered. It decides nothing.
#[derive(Serialize, ToSchema)]
pub struct AnswerView {
    /// `value`, `other` or `unknown`.
    choice: String,
    /// The number of the offered value.
    value: Option<usize>,
    /// The other value, as it was typed.
    other: Option<String>,
    text: String,
}

/// A question that was asked.
#[derive(Serialize, ToSchema)]
pub struct AskedView {
    #[serde(flatten)]
    question: QuestionView,
    #[serde(flatten)]
    posted: PostedView,
}

/// What became of a letter with a link.
#[derive(Default, Serialize, ToSchema)]
pub struct PostedView {
    /// `sent`, `no_server`, or `refused` by the mail server; null where the request is answered again.
    posted: Option<String>,
    /// What the mail server said.
    problem: Option<String>,
    /// The link, to be passed on by hand, where no mail left. It is told this once and stored nowhere.
    link: Option<String>,
}

impl PostedView {
    pub(super) fn of(posted: Posted, link: String) -> Self {
        let (word, problem) = match posted {
            Posted::Sent => return Self { posted: Some("sent".to_owned()), problem: None, link: None },
            Posted::NoServer => ("no_server", None),
            Posted::Refused(problem) => ("refused", Some(problem)),
        };
        Self { posted: Some(word.to_owned()), problem, link: Some(link) }
    }
}

/// Who is asked what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionBody {
    /// The id of an open difference of a field or group.
    difference: String,
    /// A mail address.
    address: String,
    #[serde(default)]
    name: Option<String>,
    /// In up to 500 characters.
    #[serde(default)]
    text: Option<String>,
    /// For how long its link answers, 1 to 30; 3 without it.
    #[serde(default)]
    days: Option<i64>,
}

fn answer(own: &Answer) -> AnswerView {
    let (choice, value, other) = match &own.choice {
        Choice::Value { n } => ("value", Some(*n), None),
        Choice::Other { value } => ("other", None, Some(value.clone())),
        Choice::Unknown => ("unknown", None, None),
    };
    AnswerView { choice: choice.to_owned(), value, other, text: own.text.clone() }
}

fn view(setup: &Setup, own: &Question) -> QuestionView {
    let slot = setup.catalog.entity(&own.entity).and_then(|entity| entity.slot(&own.field));
    let offered = own.offered.iter();
    let offered =
        offered.map(|one| OfferedView { n: one.n, value: values::of(slot.as_ref(), &one.values) }).collect();
    QuestionView {
        id: own.id.0.clone(),
        href: format!("/api/v1/questions/{}", own.id),
        conflict: own.conflict.0.clone(),
        record: own.record.0.clone(),
        entity: own.entity.0.clone(),
        difference: own.difference.0.clone(),
        field: own.field.0.clone(),
        asked_by: own.asker_name.clone(),
        asked_at: own.created_at,
        name: own.name.clone(),
        address: own.address.clone(),
        text: own.text.clone(),
        offered,
        open_until: own.expires_at,
        mailed_at: own.mailed_at,
        state: own.standing.name().to_owned(),
        ended_at: own.standing.ended_at(),
        answer: match &own.standing {
            Standing::Answered { answer: own, .. } => Some(answer(own)),
            _ => None,
        },
    }
}

async fn found(site: &Site, viewer: &SignedIn, id: &QuestionId) -> Result<QuestionView, Failure> {
    let found = questions::get(&mut site.session(viewer).await?, viewer, id).await?;
    let question = found.ok_or_else(|| Failure::new(Code::NotFound))?;
    Ok(view(&site.engine.setup(), &question))
}

/// `GET /api/v1/conflicts/{id}/questions`: newest first.
///
/// # Errors
/// There is no such conflict for this viewer, or the query does not fit.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ConflictId>,
    Ask(query): Ask<PageQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let limit = rows(query.limit)?;
    let mut session = site.session(&viewer).await?;
    let missing = || Failure::new(Code::NotFound);
    conflicts::get(&mut session, &viewer, &id).await?.ok_or_else(missing)?;
    let before = query.cursor.filter(|cursor| !cursor.is_empty()).map(QuestionId);
    let mut found = questions::page(&mut session, &id, before.as_ref(), limit + 1).await?;
    let more = cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(|last| last.id.0.clone());
    let setup = site.engine.setup();
    Ok(Items { items: found.iter().map(|own| view(&setup, own)).collect(), next }.respond(&request))
}

/// `POST /api/v1/conflicts/{id}/questions`: asks, and mails the link or answers it.
///
/// # Errors
/// The viewer may neither decide nor lead, there is no such conflict or open field, the address is
/// none, or too much is asked.
pub async fn ask(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: JsonBody<QuestionBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |key| {
        let kept = key.is_some();
        // Kept with the question itself: nobody is asked twice. The link is a secret, and not kept.
        let receipt = key.map(|key| Receipt {
            key,
            answer: |(setup, question): &(Arc<Setup>, Question)| {
                let asked = AskedView { question: view(setup, question), posted: PostedView::default() };
                (201, serde_json::to_string(&asked).unwrap_or_default())
            },
        });
        let own = &body.value;
        let asking = Asking {
            difference: DifferenceId(own.difference.clone()),
            name: own.name.clone().unwrap_or_default(),
            address: own.address.clone(),
            text: own.text.clone().unwrap_or_default(),
            days: own.days,
        };
        let (question, token) = site.engine.ask_person(&viewer, &id, asking, receipt).await?;
        let (posted, link) = post(&site, &clock::face(&request), &question, &token).await?;
        let question = found(&site, &viewer, &question.id).await?;
        let asked = AskedView { question, posted: PostedView::of(posted, link) };
        Ok(Reply { kept, ..Reply::of(StatusCode::CREATED, &asked)? })
    })
    .await
}

/// `GET /api/v1/questions/{id}`.
///
/// # Errors
/// There is no such question for this viewer.
pub async fn show(
    viewer: SignedIn,
    id: Path<QuestionId>,
    site: Data<Site>,
) -> Result<Json<QuestionView>, Failure> {
    found(&site, &viewer, &id).await.map(Json)
}

/// `POST /api/v1/questions/{id}/withdrawal`: its link answers no longer.
///
/// # Errors
/// The viewer neither asked it nor leads, there is no such question, or it has ended.
pub async fn withdraw(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<QuestionId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |_| {
        site.engine.withdraw_question(&viewer, &id).await?;
        Reply::of(StatusCode::OK, &found(&site, &viewer, &id).await?)
    })
    .await
}
