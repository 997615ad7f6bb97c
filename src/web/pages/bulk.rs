//! Many at once: what the queue lists, or the rows that were ticked there, of one field; and the rule that
//! decides them all. Nothing is decided here: the set is frozen and shown first.
//!
//! The queue posts `view`, the query of its address, and `conflict` for each ticked row: if there is any,
//! these; else everything that the view lists.

use super::incidents::build::{number, reasons};
use super::parts::{Choice, Empty, Tab};
use crate::domain::access::Viewer;
use crate::domain::entity::Slot;
use crate::domain::group::GroupChoice;
use crate::domain::ids::ConflictId;
use crate::domain::resolution::Reason;
use crate::domain::value::Held;
use crate::engine::incidents::group::Asked;
use crate::engine::{Refusal, Setup};
use crate::store::groups::{Of, View as Listed};
use crate::store::queue::{self, Filter, SlotCount, Under, Waiting};
use crate::web::auth::{SignedIn, Steward};
use crate::web::clock;
use crate::web::failure::{Code, Failure};
use crate::web::filters;
use crate::web::flash;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Flash, Page, Section, Shell, Tone, View};
use crate::web::pages::parts::Count;
use crate::web::pages::queue::address::Address;
use crate::web::pages::routing::selections;
use crate::web::pages::words;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use askama::Template;
use chrono::TimeDelta;
use url::form_urlencoded::{Serializer, parse};

/// Rows that can be ticked.
const TICKED: usize = 500;
/// Fields that are asked about.
const SLOTS: i64 = 50;
/// "Leave different" ends after so many days.
const LEAVE_DAYS: i64 = 90;

/// `GET /bulk`.
#[derive(Template, Clone, Debug)]
#[template(path = "bulk/page.html")]
pub struct BulkPage {
    /// The way back to the rows.
    pub list: String,
    pub problem: Option<Msg>,
    /// The fields that disagree, where there are several: which one?
    pub slots: Vec<Tab>,
    pub form: Option<BulkForm>,
    pub empty: Option<Empty>,
}

impl View for BulkPage {
    const SECTION: Section = Section::Queue;
}

/// The rule to be chosen for one field.
#[derive(Clone, Debug)]
pub struct BulkForm {
    /// `312 differences in Phone of Customer`.
    pub lead: Msg,
    pub view: String,
    pub conflicts: Vec<String>,
    /// The frozen selection it is of, instead of these.
    pub selection: String,
    pub slot: String,
    pub choices: Vec<Choice>,
    /// The parts of a value of one's own: name of the input, label, what was typed.
    pub typed: Vec<(String, String, String)>,
    pub one: bool,
    pub reasons: Vec<Choice>,
    pub note: String,
    /// Its policy has each decided by itself, or asks a second person.
    pub notes: Vec<Msg>,
}

/// What was sent, or stands in the address.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    view: String,
    conflicts: Vec<String>,
    /// A frozen selection, instead of `conflict`s.
    selection: String,
    /// `customer/phone`.
    slot: String,
    pairs: Vec<(String, String)>,
}

impl Sent {
    /// Reads a form or a query.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let mut sent = Self::default();
        for (name, value) in parse(body).into_owned() {
            match name.as_str() {
                "view" => sent.view = value,
                "conflict" => sent.conflicts.push(value),
                "selection" => sent.selection = value,
                "slot" => sent.slot = value,
                "csrf" => {}
                _ => sent.pairs.push((name, value)),
            }
        }
        if sent.get("all") == "1" {
            sent.conflicts.clear();
        }
        sent
    }

    /// The conflicts of the selection that was named, if one was.
    async fn resolved(mut self, site: &Site, viewer: &Viewer) -> Result<Self, Failure> {
        if !self.selection.is_empty() {
            let ids = selections::members(site, viewer, &self.selection).await?;
            self.conflicts = ids.into_iter().map(|id| id.0).collect();
        }
        Ok(self)
    }

    fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    fn slot(&self) -> Option<(&str, &str)> {
        self.slot.split_once('/')
    }

    /// The address of the page, for this field.
    fn href(&self, slot: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("view", &self.view);
        if self.selection.is_empty() {
            for conflict in &self.conflicts {
                query.append_pair("conflict", conflict);
            }
        } else {
            query.append_pair("selection", &self.selection);
        }
        if !slot.is_empty() {
            query.append_pair("slot", slot);
        }
        format!("/bulk?{}", query.finish())
    }

    fn address(&self) -> Result<Address, Failure> {
        let address = Query::<Address>::from_query(&self.view).map_err(|_| Failure::new(Code::Malformed))?;
        let address = address.from_the_top();
        if !address.view.is_open() || (self.selection.is_empty() && self.conflicts.len() > TICKED) {
            return Err(Failure::new(Code::Malformed));
        }
        Ok(address)
    }

    fn listed(&self, setup: &Setup, face: &Clockface) -> Result<Listed, Failure> {
        let mut all = listed(setup, &self.view, &[], self.slot(), face)?;
        if !self.conflicts.is_empty() {
            let of = Filter { under: Under::Any, waiting: Waiting::Either, ..Filter::default() };
            let (entity, field) = (all.filter.entity.take(), all.filter.field.take());
            all.filter = if self.slot().is_some() { Filter { entity, field, ..of } } else { of };
            all.ids = self.conflicts.iter().map(|id| ConflictId::from(id.as_str())).collect();
        }
        Ok(all)
    }

    fn choice(&self, slot: Option<&Slot<'_>>, face: &Clockface) -> Result<GroupChoice, Refusal> {
        let until = face.now + TimeDelta::days(LEAVE_DAYS);
        match (self.get("choice"), self.get("choice").split_once(':')) {
            ("source", _) => Ok(GroupChoice::Source),
            ("newest", _) => Ok(GroupChoice::Newest),
            ("suggested", _) => Ok(GroupChoice::Suggested),
            ("leave", _) => Ok(GroupChoice::LeaveDifferent { until }),
            ("one", _) => {
                let fields = slot.iter().flat_map(|slot| slot.fields());
                let typed = fields.map(|field| Held::from(self.get(&typed(field.id.as_str())).trim()));
                Ok(GroupChoice::One { values: typed.collect() })
            }
            (_, Some(("keep", system))) => Ok(GroupChoice::Keep { system: system.into() }),
            _ => Err(Refusal::Invalid("Choose one of the rules".to_owned())),
        }
    }
}

fn typed(field: &str) -> String {
    format!("typed.{field}")
}

/// What a view lists, or those of these ids, of one field.
///
/// # Errors
/// The view is not one of open conflicts, or too many are ticked.
pub fn listed(
    setup: &Setup,
    view: &str,
    conflicts: &[String],
    slot: Option<(&str, &str)>,
    face: &Clockface,
) -> Result<Listed, Failure> {
    let sent = Sent { view: view.to_owned(), conflicts: conflicts.to_vec(), ..Sent::default() };
    let address = sent.address()?;
    let mut filter = match conflicts.is_empty() {
        true => address.filter(face, setup),
        false => Filter { under: Under::Any, waiting: Waiting::Either, ..Filter::default() },
    };
    if let Some((entity, field)) = slot {
        (filter.entity, filter.field) = (Some(entity.into()), Some(field.into()));
    }
    let ids = conflicts.iter().map(|id| ConflictId::from(id.as_str())).collect();
    Ok(Listed { filter, ids, query: address.query() })
}

/// `GET /bulk`: which field, and the rules to choose from. Changes nothing.
///
/// # Errors
/// The address is not one of ours, or the store cannot be read.
pub async fn page(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
) -> Result<Page<BulkPage>, Failure> {
    let sent = Sent::read(request.query_string().as_bytes()).resolved(&site, &viewer).await?;
    Ok(Page::new(shell, shown(&site, &viewer, &clock::face(&request), &sent, None).await?))
}

/// `POST /bulk`: from the queue it leads to the page; with a rule it freezes the set, and leads to that.
///
/// # Errors
/// The viewer may not decide, the view is not one of ours, or the store failed.
pub async fn make(
    viewer: Steward,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    body: Bytes,
) -> Result<HttpResponse, Failure> {
    let (sent, face) = (Sent::read(&body).resolved(&site, &viewer).await?, clock::face(&request));
    if sent.get("choice").is_empty() && sent.get("note").is_empty() {
        sent.address()?;
        return Ok(flash::plain(&sent.href(&sent.slot)));
    }
    match freeze(&site, &viewer, &sent, &face).await? {
        Ok(place) => {
            let flash = Flash { tone: Tone::Info, text: msg("flash-frozen"), undo: None, link: None };
            Ok(flash::redirect(&request, &viewer, &place, &flash))
        }
        Err(why) => {
            let page = shown(&site, &viewer, &face, &sent, Some(said(why))).await?;
            Ok(Page::new(shell, page).status(StatusCode::UNPROCESSABLE_ENTITY).respond_to(&request))
        }
    }
}

/// Freezes what was sent: where its page is, or what is wrong with it.
async fn freeze(
    site: &Site,
    viewer: &Viewer,
    sent: &Sent,
    face: &Clockface,
) -> Result<Result<String, String>, Failure> {
    let setup = site.engine.setup();
    let (entity, field) = sent.slot().ok_or_else(|| Failure::new(Code::Malformed))?;
    let entity = setup.catalog.entity(&entity.into());
    let field = field.into();
    let slot = entity.and_then(|entity| entity.slot(&field));
    let frozen = match sent.choice(slot.as_ref(), face) {
        Ok(choice) => {
            let (of, reason) =
                (Of::View(Box::new(sent.listed(&setup, face)?)), Reason::of(sent.get("reason")));
            let asked = Asked { of, choice, reason, note: sent.get("note").to_owned() };
            site.engine.freeze(viewer, asked).await
        }
        Err(refusal) => Err(refusal),
    };
    match frozen {
        Ok(group) => Ok(Ok(format!("/groups/{}", group.id))),
        Err(Refusal::Invalid(why) | Refusal::WrongState(why)) => Ok(Err(why)),
        Err(refusal) => Err(refusal.into()),
    }
}

async fn shown(
    site: &Site,
    viewer: &Viewer,
    face: &Clockface,
    sent: &Sent,
    problem: Option<Msg>,
) -> Result<BulkPage, Failure> {
    let (setup, address) = (site.engine.setup(), sent.address()?);
    let mut session = site.session(viewer).await?;
    let all = Sent { slot: String::new(), ..sent.clone() };
    let found = queue::slots(&mut session, viewer, &all.listed(&setup, face)?, face.now, SLOTS).await?;
    let name = |slot: &SlotCount| format!("{}/{}", slot.entity, slot.field);
    let only = match found.as_slice() {
        [only] => Some(only),
        _ => found.iter().find(|slot| name(slot) == sent.slot),
    };
    let tab = |slot: &SlotCount| Tab {
        text: msg("bulk-slot")
            .with("field", words::field(&setup.catalog, Some(&slot.entity), &slot.field))
            .with("entity", super::incidents::build::entity(&setup, &slot.entity)),
        count: Some(Count::Exact(number(slot.count))),
        href: sent.href(&name(slot)),
        current: only == Some(slot),
    };
    let slots = if found.len() > 1 { found.iter().map(tab).collect() } else { Vec::new() };
    let none = Empty { title: msg("bulk-none-title"), text: msg("bulk-none-text"), link: None };
    Ok(BulkPage {
        list: address.href(),
        problem,
        slots,
        form: only.map(|slot| form(&setup, sent, slot, name(slot))),
        empty: found.is_empty().then_some(none),
    })
}

fn form(setup: &Setup, sent: &Sent, found: &SlotCount, name: String) -> BulkForm {
    let entity = setup.catalog.entity(&found.entity);
    let slot = entity.and_then(|entity| entity.slot(&found.field));
    let choice = |value: String, text: Msg| {
        let chosen = sent.get("choice") == value;
        Choice { value, text, chosen }
    };
    let mut choices = vec![
        choice("source".to_owned(), msg("bulk-source")),
        choice("newest".to_owned(), msg("bulk-newest")),
        choice("suggested".to_owned(), msg("bulk-suggested")),
    ];
    for mapping in setup.catalog.mappings_of(&found.entity) {
        let text = msg("choice-keep").with("system", setup.catalog.label(&mapping.system));
        choices.push(choice(format!("keep:{}", mapping.system), text));
    }
    choices.push(choice("leave".to_owned(), msg("choice-leave")));
    let fields = slot.iter().flat_map(|slot| slot.fields());
    let parts = fields.map(|field| {
        let name = typed(field.id.as_str());
        let value = sent.get(&name).to_owned();
        (name, field.label.clone(), value)
    });
    let typed = parts.collect();
    let policy = entity.zip(slot.as_ref()).map(|(entity, slot)| setup.policy(entity, slot));
    let alone = policy.as_ref().filter(|policy| !policy.bulk_allowed).map(|_| msg("bulk-alone"));
    let second = policy.filter(|policy| policy.second_approver).map(|_| msg("bulk-second"));
    let mut reasons = reasons();
    for reason in &mut reasons {
        reason.chosen = reason.value == sent.get("reason");
    }
    BulkForm {
        lead: msg("bulk-lead")
            .with("n", found.count)
            .with("field", words::field(&setup.catalog, Some(&found.entity), &found.field))
            .with("entity", super::incidents::build::entity(setup, &found.entity)),
        view: sent.view.clone(),
        conflicts: if sent.selection.is_empty() { sent.conflicts.clone() } else { Vec::new() },
        selection: sent.selection.clone(),
        slot: name,
        choices,
        typed,
        one: sent.get("choice") == "one",
        reasons,
        note: sent.get("note").to_owned(),
        notes: alone.into_iter().chain(second).collect(),
    }
}
