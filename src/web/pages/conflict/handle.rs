//! The handlers of a conflict's page.

use super::super::parts::{Notice, Problem};
use super::beside::Beside;
use super::build::{self, Shown};
use super::form::{Sent, label};
use super::seen;
use super::{Chosen, PreviewPart, beside, late, trail};
use crate::domain::access::{Right, Viewer};
use crate::domain::conflict::{Dispute, Distinct};
use crate::domain::entity::Field;
use crate::domain::ids::ConflictId;
use crate::domain::resolution::{Left, OutcomeError};
use crate::engine::Refusal;
use crate::engine::case::Case;
use crate::engine::review::Decision;
use crate::store::conflicts::Difference;
use crate::store::resolutions::Resolution;
use crate::store::routing;
use crate::web::auth::{SignedIn, Steward};
use crate::web::failure::{Code, Failure};
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Fragment, Page, Shell, Tone};
use crate::web::pages::routing::{Passing, Standing, forms};
use crate::web::site::Site;
use crate::web::when::Clockface;
use crate::web::{clock, flash};
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use chrono::TimeDelta;

/// `GET /conflicts/{id}`: changes nothing.
///
/// # Errors
/// There is no such conflict for this person.
pub async fn page(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let case = site.engine.case(&viewer, &ConflictId(id.into_inner())).await?;
    let face = clock::face(&request);
    let sent = Sent::of_case(&case, &face);
    let look = Look { request: &request, viewer: &viewer, face: &face };
    look.answer(&site, shell, &case, &sent, Told::default()).await
}

/// `POST /conflicts/{id}/preview`: what the choices would write, for the script.
///
/// # Errors
/// There is no such conflict for this person.
pub async fn preview(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let case = site.engine.case(&viewer, &ConflictId(id.into_inner())).await?;
    let entity = case.setup.entity(&case.conflict.entity)?;
    let mut sent = Sent::read(&body);
    seen::carry_over(&mut sent, &case);
    let (decision, _) = sent.decision(&case, &clock::face(&request));
    let (mut targets, mut unfit) = (Vec::new(), Vec::new());
    if !decision.outcomes.is_empty() {
        let preview = site.engine.preview(&viewer, &case.conflict.id, &decision).await?;
        (targets, unfit) =
            (preview.targets, preview.problems.iter().map(|(_, own)| unfit_line(own)).collect());
    }
    be_here(&site, &viewer, &case).await;
    let preview = build::preview(&case, entity, &viewer, &sent, (&targets, unfit));
    Ok(Fragment { shell, body: PreviewPart { preview } }.respond_to(&request))
}

/// Whoever chooses is on it, and others are told so: it is taken for ten minutes, noted once a minute.
/// Looking alone takes nothing, and whoever is on it already stays so.
async fn be_here(site: &Site, viewer: &Viewer, case: &Case) {
    let (conflict, now) = (&case.conflict, site.engine.now());
    let known = conflict.claimed_by.as_ref() == Some(&viewer.user)
        && conflict.claimed_until.is_some_and(|until| until - now > TimeDelta::minutes(9));
    if known || !conflict.open || !viewer.may(Right::Decide) {
        return;
    }
    match site.engine.claim(viewer, &conflict.id).await {
        Ok(_) | Err(Refusal::Claimed(_)) => {}
        // The preview is shown all the same.
        Err(error) => tracing::warn!(%error, "who is on a conflict could not be noted"),
    }
}

/// `POST /conflicts/{id}/resolution`.
///
/// # Errors
/// There is no such conflict for this person, or the store failed. What cannot be saved comes
/// back as the same page with what was sent.
pub async fn resolve(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let id = ConflictId(id.into_inner());
    let case = site.engine.case(&viewer, &id).await?;
    let (mut sent, face) = (Sent::read(&body), clock::face(&request));
    let look = Look { request: &request, viewer: &viewer, face: &face };
    if chosen_for(&mut sent, &case) {
        return look.answer(&site, shell, &case, &sent, Told::default()).await;
    }
    let (decision, mut problems) = sent.decision(&case, &face);
    problems.extend(beside::problem(&sent));
    if sent.then() != "check" {
        problems.extend(beside::unsent(&sent));
    }
    if sent.then() == "check" || !problems.is_empty() {
        let told = Told { problems, notice: Told::implicit(&sent), ..Told::default() };
        return look.answer(&site, shell, &case, &sent, told).await;
    }
    if decision.outcomes.is_empty() && case.conflict.open {
        return look.answer(&site, shell, &case, &sent, Told::nothing(&case)).await;
    }
    if let Some(told) = Told::partly(&case, &sent) {
        return look.answer(&site, shell, &case, &sent, told).await;
    }
    match site.engine.resolve(&viewer, &id, decision.clone()).await {
        Ok(resolution) => look.saved(&site, &case, &resolution, &sent).await,
        Err(refusal) => look.refused(&site, shell, case, &sent, decision, refusal).await,
    }
}

/// `POST /conflicts/{id}/deferral`: skips to the next one; the conflict stays where it is.
///
/// # Errors
/// There is no such conflict for this person, or the store failed. What cannot be said along comes back
/// as the same page with what was sent.
pub async fn defer(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let case = site.engine.case(&viewer, &ConflictId(id.into_inner())).await?;
    let (sent, face) = (Sent::read(&body), clock::face(&request));
    // The note is why it is skipped, and said with that.
    let left = beside::left(&sent, &case, &face).map(|left| Left { note: String::new(), ..left });
    let skipped = match beside::unready(&sent) {
        Some(problem) => Err(problem),
        None => match site.engine.skip(&viewer, &case.conflict.id, sent.get("note"), left).await {
            Err(Refusal::Invalid(text)) => Err(Problem { field: "note".to_owned(), text: said(text) }),
            done => Ok(done?),
        },
    };
    if let Err(problem) = skipped {
        let id = case.conflict.id.clone();
        let beside = Beside { viewer: &viewer, request: &request, site: &site, shell, id, sent };
        return beside.again(vec![problem]).await;
    }
    beside::say(&site, &viewer, &case, &sent).await?;
    let next = trail::after(&site, &viewer, &request, &case, face.now).await?;
    let flash = Flash { tone: Tone::Info, text: msg("skipped"), undo: None, link: None };
    Ok(flash::redirect(&request, &viewer, &next, &flash))
}

/// `POST /conflicts/{id}/claim`.
///
/// # Errors
/// There is no such conflict, or somebody else is on it.
pub async fn claim(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    let ids = [ConflictId(id.into_inner())];
    let conflict = site.engine.assign(&viewer, &ids, Some(&viewer.user)).await?.only()?;
    let flash = Flash { tone: Tone::Done, text: msg("assigned-you"), undo: None, link: None };
    Ok(flash::redirect(&request, &viewer, &format!("/conflicts/{}", conflict.id), &flash))
}

/// What is said on the page that comes back.
#[derive(Default)]
pub(super) struct Told {
    pub problems: Vec<Problem>,
    pub notice: Option<Notice>,
    /// The page that was sent is an older one.
    pub stale: bool,
    /// What stays undecided is listed.
    pub listed: bool,
    /// What this person had chosen, where somebody else decided first.
    pub chose: Vec<Msg>,
    pub status: Option<StatusCode>,
}

impl Told {
    /// Enter in a field saves nothing: what it did instead.
    fn implicit(sent: &Sent) -> Option<Notice> {
        let notice = || Notice {
            tone: Tone::Info,
            title: msg("enter-title"),
            lines: vec![msg("enter-text")],
            links: Vec::new(),
        };
        sent.is_implicit().then(notice)
    }

    /// Nothing was chosen.
    fn nothing(case: &Case) -> Self {
        let entity = case.setup.catalog.entity(&case.conflict.entity);
        let first = case.decidable().next();
        let field = first.map_or(String::new(), |first| format!("d-{}", first.id));
        let name = first.map_or(String::new(), |first| label(entity, &first.dispute));
        let text = msg("problem-nothing").with("field", name);
        Self { problems: vec![Problem { field, text }], ..Self::default() }
    }

    /// Something stays undecided: it is listed once, before the rest is saved without it.
    fn partly(case: &Case, sent: &Sent) -> Option<Self> {
        let current = sent.get("version") == case.conflict.version.to_string();
        if !current || sent.then() == "partly" || !sent.get("listed").is_empty() {
            return None;
        }
        let entity = case.setup.catalog.entity(&case.conflict.entity);
        let open = |difference: &&Difference| sent.chosen(&difference.id) == Chosen::Open;
        let problem = |difference: &Difference| Problem {
            field: format!("d-{}", difference.id),
            text: msg("problem-undecided").with("field", label(entity, &difference.dispute)),
        };
        let problems: Vec<Problem> = case.decidable().filter(open).map(problem).collect();
        (!problems.is_empty()).then(|| Self { problems, listed: true, ..Self::default() })
    }
}

/// Buttons that choose for several fields: what is suggested where nothing is chosen, or one system's
/// values everywhere. False if it was another button.
fn chosen_for(sent: &mut Sent, case: &Case) -> bool {
    let then = sent.then().to_owned();
    let system = then.strip_prefix("use:");
    if then != "accept" && system.is_none() {
        return false;
    }
    for difference in case.decidable() {
        let suggested = case.suggestions.get(&difference.id).filter(|own| !own.blind);
        let value = match system {
            Some(system) => held_by(&difference.dispute, system),
            None if sent.chosen(&difference.id) != Chosen::Open => None,
            None => suggested.map(|own| own.suggestion.value),
        };
        if let Some(n) = value.and_then(|n| u8::try_from(n).ok()) {
            sent.choose(&difference.id, Chosen::Keep(n));
        }
    }
    true
}

/// The number of the value that a system holds.
fn held_by(dispute: &Dispute, system: &str) -> Option<usize> {
    let holds = |value: &&Distinct| value.holders.iter().any(|own| own.candidate.system.as_str() == system);
    dispute.values.iter().find(holds).map(|value| value.n)
}

pub(super) struct Look<'a> {
    pub request: &'a HttpRequest,
    pub viewer: &'a Viewer,
    pub face: &'a Clockface,
}

impl Look<'_> {
    pub async fn answer(
        &self,
        site: &Data<Site>,
        shell: Shell,
        case: &Case,
        sent: &Sent,
        told: Told,
    ) -> Result<HttpResponse, Failure> {
        let (decision, _) = sent.decision(case, self.face);
        let mut problems = told.problems;
        let (mut targets, mut unfit) = (Vec::new(), Vec::new());
        if !decision.outcomes.is_empty() {
            let preview = site.engine.preview(self.viewer, &case.conflict.id, &decision).await?;
            targets = preview.targets;
            unfit = preview.problems.iter().map(|(_, own)| unfit_line(own)).collect();
            if problems.is_empty() && sent.then() == "check" {
                problems.extend(
                    preview
                        .problems
                        .into_iter()
                        .map(|(id, error)| outcome_problem(case, sent, (&id.0, &error))),
                );
            }
        }
        let idempotency = match sent.get("idempotency") {
            "" => site.random_text(),
            key => key.to_owned(),
        };
        let status = told.status.unwrap_or(if problems.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        });
        let draft = beside::draft(sent, &problems);
        let passing = self.passing(site, case, sent, &problems).await?;
        let shown = Shown {
            draft,
            case,
            viewer: self.viewer,
            face: self.face,
            sent,
            query: trail::query(self.request),
            trail: trail::trail(site, self.viewer, self.request, case, self.face.now).await?,
            targets: &targets,
            problems,
            idempotency,
            stale: told.stale,
            listed: told.listed || !sent.get("listed").is_empty(),
            chose: told.chose,
            unfit,
            notice: told.notice,
            passing,
            has_post: site.engine.has_post(),
            comment_key: site.random_text(),
        };
        let page = build::page(shown).ok_or_else(|| Failure::new(Code::NotFound))?;
        Ok(Page::new(shell, page).status(status).respond_to(self.request))
    }

    /// The forms that pass it on.
    async fn passing(
        &self,
        site: &Site,
        case: &Case,
        sent: &Sent,
        problems: &[Problem],
    ) -> Result<Option<Passing>, Failure> {
        if !case.conflict.open {
            return Ok(None);
        }
        let mut s = site.session(self.viewer).await?;
        let team = routing::team(&mut s).await?;
        let routes = routing::routes(&mut s, Some(&case.conflict.entity)).await?;
        let since = case.conflict.opened_at;
        let skips = routing::skips(&mut s, &case.conflict.id, since).await?;
        let fields = case.open().map(|own| own.dispute.field.clone()).collect();
        let standing = Standing {
            viewer: self.viewer,
            face: self.face,
            team: &team,
            conflict: Some((&case.conflict, fields)),
            routes: &routes,
            skips: &skips,
        };
        let form = if self.viewer.may(Right::Decide) { "decide" } else { "say" };
        let passing = forms(&standing, |name| sent.get(name), problems.to_vec());
        Ok(passing.map(|passing| Passing { form, query: trail::query(self.request), ..passing }))
    }

    /// After saving: what was typed beside it is said, then the next one of the view, or the same page.
    async fn saved(
        &self,
        site: &Data<Site>,
        case: &Case,
        resolution: &Resolution,
        sent: &Sent,
    ) -> Result<HttpResponse, Failure> {
        beside::say(site, self.viewer, case, sent).await?;
        let target = match sent.then() {
            "stay" => trail::address(self.request, case.conflict.id.as_str()),
            "row" => trail::queue_address(self.request),
            _ => trail::after(site, self.viewer, self.request, case, self.face.now).await?,
        };
        let seconds = (resolution.held_until - resolution.created_at).num_seconds();
        let held = resolution.state == "held";
        let key = match held {
            _ if resolution.is_awaiting() => "saved-awaiting",
            true => "saved",
            false => "saved-now",
        };
        let flash = Flash {
            tone: Tone::Done,
            text: msg(key).with("name", &case.record.title).with("seconds", seconds),
            // What needed no write is over already.
            undo: (resolution.state != "done")
                .then(|| format!("/resolutions/{}/undo{}", resolution.id, trail::query(self.request))),
            link: Some((msg("decided-see"), format!("/resolutions/{}", resolution.id))),
        };
        Ok(flash::redirect(self.request, self.viewer, &target, &flash))
    }

    /// A decision that was not saved: the same page with the choices kept and the reason said.
    async fn refused(
        &self,
        site: &Data<Site>,
        shell: Shell,
        before: Case,
        sent: &Sent,
        decision: Decision,
        refusal: Refusal,
    ) -> Result<HttpResponse, Failure> {
        let mut sent = sent.clone();
        let told = match refusal {
            Refusal::Stale => {
                site.engine.reload().await?;
                let now = site.engine.case(self.viewer, &before.conflict.id).await?;
                let notice = now.conflict.open.then(|| late::stale(&now, &mut sent));
                Told { notice, stale: true, status: Some(StatusCode::CONFLICT), ..Told::default() }
            }
            Refusal::DecidedAlready(by) => {
                let now = site.engine.case(self.viewer, &before.conflict.id).await?;
                if let Some(own) = late::sent_twice(self.viewer, &now, &decision) {
                    return self.saved(site, &now, own, &sent).await;
                }
                let chose = late::chose(&now, self.face, &decision);
                let told = Told { status: Some(StatusCode::CONFLICT), ..Told::default() };
                if now.conflict.open {
                    let notice = Some(late::decided_in_part(&now, &mut sent, &by, chose));
                    Told { notice, stale: true, ..told }
                } else {
                    // The page shows what was decided, not what would have been.
                    sent = Sent::of_case(&now, self.face);
                    Told { chose, ..told }
                }
            }
            Refusal::Outcomes(errors) => {
                let problems = errors
                    .iter()
                    .map(|(id, error)| outcome_problem(&before, &sent, (id.as_str(), error)))
                    .collect();
                Told { problems, ..Told::default() }
            }
            Refusal::Invalid(text) => {
                let field = if text.contains("reason") { "reason" } else { "note" }.to_owned();
                let text = msg("problem-other").with("text", said(text));
                Told { problems: vec![Problem { field, text }], ..Told::default() }
            }
            other => return Err(other.into()),
        };
        let case = site.engine.case(self.viewer, &before.conflict.id).await?;
        self.answer(site, shell, &case, &sent, told).await
    }
}

/// What does not fit, at the input it was typed in.
fn outcome_problem(case: &Case, sent: &Sent, (id, error): (&str, &OutcomeError)) -> Problem {
    let text = said(error.to_string());
    let of = |difference: &&Difference| difference.id.as_str() == id;
    let typed = case.differences.iter().find(of).filter(|own| sent.chosen(&own.id) == Chosen::Type);
    let entity = case.setup.catalog.entity(&case.conflict.entity);
    let slot = typed.zip(entity).and_then(|(own, entity)| entity.slot(&own.dispute.field));
    let input = slot.as_ref().and_then(|slot| {
        // Of a group the one that is named.
        let named =
            |field: &&Field| matches!(error, OutcomeError::Invalid { label, .. } if *label == field.label);
        slot.fields().find(named).or(slot.fields().next())
    });
    let field = input.map_or_else(|| format!("d-{id}"), |field| format!("t-{id}-{}", field.id));
    Problem { field, text: msg("problem-other").with("text", text) }
}

fn unfit_line(error: &OutcomeError) -> Msg {
    msg("problem-other").with("text", said(error.to_string()))
}
