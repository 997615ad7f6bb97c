//! The handlers of a blind review.

use super::build::{self, Seen};
use super::{ItemPage, SamplePage, SamplesPage};
use crate::domain::access::Viewer;
use crate::domain::ids::RecordId;
use crate::domain::sample::Answer;
use crate::engine::samples::{Draw, LARGEST, MOST_DAYS, seen};
use crate::engine::{Refusal, Setup};
use crate::store::samples::{self, Item, Sample};
use crate::store::{Session, StoreError, records, resolutions};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Page, Shell, Tone};
use crate::web::pages::parts::Problem;
use crate::web::pages::reviews::may_ask;
use crate::web::site::Site;
use crate::web::{clock, flash};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use std::collections::HashMap;

/// Samples of the list.
const LISTED: i64 = 20;

/// The form, and what a link to it fills in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Empty, `customer`, or `customer/phone`.
    of: String,
    days: String,
    size: String,
}

/// `GET /samples`.
///
/// # Errors
/// The store cannot be read.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    asked: Query<Asked>,
) -> Result<Page<SamplesPage>, Failure> {
    Ok(Page::new(shell, listed(&site, &viewer, &request, &asked, Vec::new()).await?))
}

async fn listed(
    site: &Site,
    viewer: &Viewer,
    request: &HttpRequest,
    asked: &Asked,
    problems: Vec<Problem>,
) -> Result<SamplesPage, Failure> {
    let (setup, face) = (site.engine.setup(), clock::face(request));
    let mut session = site.session(viewer).await?;
    let all = samples::recent(&mut session, LISTED).await?;
    let ids: Vec<String> = all.iter().map(|sample| sample.id.clone()).collect();
    let mut items: HashMap<String, Vec<Item>> = HashMap::new();
    for (sample, item) in samples::items(&mut session, viewer, &ids).await? {
        items.entry(sample).or_default().push(item);
    }
    let known = all.iter().filter_map(|sample| Some((sample, items.get(&sample.id)?)));
    let or = |text: &str, none: &str| if text.is_empty() { none } else { text }.to_owned();
    Ok(SamplesPage {
        draws: may_ask(viewer),
        of: build::choices(&setup, &asked.of),
        days: or(&asked.days, "30"),
        size: or(&asked.size, "20"),
        most_days: MOST_DAYS,
        largest: LARGEST,
        problems,
        rows: known.map(|(sample, items)| build::row(&setup, &face, sample, items)).collect(),
    })
}

/// `POST /samples`: draws one, and leads to its first difference.
///
/// # Errors
/// The viewer may not, or the store failed. What cannot be drawn comes back with the form.
pub async fn draw(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    Form(asked): Form<Asked>,
) -> Result<HttpResponse, Failure> {
    let mut problems = Vec::new();
    let mut number = |text: &str, most: i64, field: &str, key: &'static str| {
        let found = text.trim().parse::<i64>().ok().filter(|n| (1..=most).contains(n));
        if found.is_none() {
            problems.push(Problem { field: field.to_owned(), text: msg(key).with("n", most) });
        }
        found.unwrap_or(0)
    };
    let days = number(&asked.days, MOST_DAYS, "days", "problem-sample-days");
    let size = number(&asked.size, i64::try_from(LARGEST).unwrap_or(0), "size", "problem-sample-size");
    let (entity, field) = asked.of.split_once('/').unwrap_or((&asked.of, ""));
    let size = usize::try_from(size).unwrap_or(0);
    let drawn = Draw { entity: entity.into(), field: field.into(), days, size };
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if problems.is_empty() {
        let (key, n) = match site.engine.draw(&viewer, drawn).await {
            Ok(id) => return Ok(flash::plain(&format!("/samples/{id}/items/1"))),
            Err(Refusal::Invalid(_)) => ("problem-sample-nothing", 0),
            Err(Refusal::WrongState(_)) => ("problem-sample-begun", crate::engine::samples::MOST_BEGUN),
            Err(refusal) => return Err(refusal.into()),
        };
        if n > 0 {
            status = StatusCode::CONFLICT;
        }
        problems.push(Problem { field: "of".to_owned(), text: msg(key).with("n", n) });
    }
    let page = listed(&site, &viewer, &request, &asked, problems).await?;
    Ok(Page::new(shell, page).status(status).into_response())
}

/// A sample with what of it exists for this viewer.
async fn found(s: &mut Session, viewer: &Viewer, id: &str) -> Result<(Sample, Vec<Item>), Failure> {
    let gone = || Failure::new(Code::NotFound).link(msg("samples-title"), "/samples");
    let sample = samples::get(s, id).await?.ok_or_else(gone)?;
    let items = samples::items(s, viewer, std::slice::from_ref(&sample.id)).await?;
    let items: Vec<Item> = items.into_iter().map(|(_, item)| item).collect();
    if items.is_empty() { Err(gone()) } else { Ok((sample, items)) }
}

async fn titles(s: &mut Session, items: &[Item]) -> Result<HashMap<RecordId, String>, StoreError> {
    let ids: Vec<RecordId> = items.iter().map(|item| item.record.clone()).collect();
    let found = records::of_ids(s, &ids).await?;
    Ok(found.into_iter().map(|record| (record.id, record.title)).collect())
}

/// `GET /samples/{id}`.
///
/// # Errors
/// There is no such sample for this viewer, or the store cannot be read.
pub async fn page(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<SamplePage>, Failure> {
    let mut session = site.session(&viewer).await?;
    let (sample, items) = found(&mut session, &viewer, &id).await?;
    let titles = titles(&mut session, &items).await?;
    let own = sample.actor.id == viewer.user.0 && may_ask(&viewer);
    let (setup, face) = (site.engine.setup(), clock::face(&request));
    Ok(Page::new(shell, build::page(&setup, &face, (&sample, &items), own, &titles)))
}

/// `GET /samples/{id}/items/{place}`.
///
/// # Errors
/// There is no such difference for this viewer, or the store cannot be read.
pub async fn item(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    path: Path<(String, i64)>,
) -> Result<Page<ItemPage>, Failure> {
    let look = Look { viewer: &viewer, request: &request, site: &site };
    Ok(Page::new(shell, look.page(&path.0, path.1, &Sent::default(), None).await?))
}

/// The answer as it is sent: `answer` is `keep:1`, `type` or `unsure`; `typed.<field>` a text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Sent(HashMap<String, String>);

impl Sent {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// `POST /samples/{id}/items/{place}/answer`: stores the answer, and tells what the rule chose.
///
/// # Errors
/// It is not the viewer's sample, there is no such difference, or the store failed. An answer that
/// does not fit comes back with what was sent.
pub async fn answer(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    path: Path<(String, i64)>,
    Form(sent): Form<Sent>,
) -> Result<HttpResponse, Failure> {
    let (id, place) = path.into_inner();
    let look = Look { viewer: &viewer, request: &request, site: &site };
    let here = format!("/samples/{id}/items/{place}");
    let key = match look.answer(&id, place, &sent).await? {
        Err(key) => key,
        Ok(answer) => match site.engine.answer(&viewer, &id, place, answer).await {
            Ok(_) => return Ok(flash::plain(&here)),
            Err(Refusal::WrongState(_)) => {
                let text = msg("flash-sample-answered");
                let flash = Flash { tone: Tone::Info, text, undo: None, link: None };
                return Ok(flash::redirect(&request, &viewer, &here, &flash));
            }
            Err(Refusal::Invalid(_)) => "problem-sample-choose",
            Err(refusal) => return Err(refusal.into()),
        },
    };
    let page = look.page(&id, place, &sent, Some(msg(key))).await?;
    Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

struct Look<'a> {
    viewer: &'a Viewer,
    request: &'a HttpRequest,
    site: &'a Site,
}

impl Look<'_> {
    /// The answer that was sent, or what is wrong with it.
    async fn answer(
        &self,
        id: &str,
        place: i64,
        sent: &Sent,
    ) -> Result<Result<Answer, &'static str>, Failure> {
        let number = sent.get("answer").strip_prefix("keep:").and_then(|n| n.parse().ok());
        Ok(match (sent.get("answer"), number) {
            (_, Some(value)) => Ok(Answer::Keep { value }),
            ("unsure", _) => Ok(Answer::Unsure),
            ("type", _) => {
                let mut session = self.site.session(self.viewer).await?;
                let (_, items) = found(&mut session, self.viewer, id).await?;
                let setup: std::sync::Arc<Setup> = self.site.engine.setup();
                let item = items.iter().find(|item| item.place == place);
                let slot = item.and_then(|item| setup.catalog.entity(&item.entity)?.slot(&item.field));
                let fields = slot.iter().flat_map(|slot| slot.fields());
                let texts: Vec<String> = fields.map(|field| format!("typed.{}", field.id)).collect();
                let texts: Vec<&str> = texts.iter().map(|name| sent.get(name)).collect();
                Answer::typed(&texts).ok_or("problem-sample-typed")
            }
            _ => Err("problem-sample-choose"),
        })
    }

    async fn page(&self, id: &str, place: i64, sent: &Sent, error: Option<Msg>) -> Result<ItemPage, Failure> {
        let gone = || Failure::new(Code::NotFound).link(msg("samples-title"), "/samples");
        let mut session = self.site.session(self.viewer).await?;
        let (sample, items) = found(&mut session, self.viewer, id).await?;
        let item = items.iter().find(|item| item.place == place).ok_or_else(gone)?;
        let decision = resolutions::get(&mut session, self.viewer, &item.resolution).await?;
        let (dispute, chosen) = seen(&decision.ok_or_else(gone)?, item)?;
        let titles = titles(&mut session, std::slice::from_ref(item)).await?;
        let (setup, face) = (self.site.engine.setup(), clock::face(self.request));
        let seen = Seen {
            setup: &setup,
            face: &face,
            sample: &sample,
            items: &items,
            item,
            dispute: &dispute,
            chosen: &chosen,
            title: titles.get(&item.record).map_or("", String::as_str),
            own: sample.actor.id == self.viewer.user.0 && may_ask(self.viewer),
            may_ask: may_ask(self.viewer),
        };
        Ok(seen.page(sent.get("answer"), &sent.0, error))
    }
}
