//! What the person who is signed in is told.

use super::parts::{Count, Empty, Link, Pager, Tab};
use crate::domain::access::Viewer;
use crate::domain::catalog::Catalog;
use crate::domain::ids::{NoticeId, RecordId};
use crate::engine::Refusal;
use crate::store::notices::{self, After, Told};
use crate::store::records;
use crate::web::auth::{SignedIn, same_site};
use crate::web::failure::{Code, Failure};
use crate::web::filters;
use crate::web::flash;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::{Flash, Page, Section, Shell, Tone, View};
use crate::web::site::Site;
use crate::web::when::{Clockface, When};
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

/// Notices of a page.
const LISTED: i64 = 50;
/// Unread notices are counted up to this.
pub const COUNTED: i64 = 1_000;

/// `GET /notices`.
#[derive(Template, Clone, Debug)]
#[template(path = "notice/list.html")]
pub struct NoticesPage {
    pub unread: u64,
    pub tabs: Vec<Tab>,
    pub rows: Vec<NoticeRow>,
    /// The newest one shown, if any is unread: what "mark as read" reaches to.
    pub last: Option<String>,
    pub pager: Pager,
    pub empty: Option<Empty>,
}

impl View for NoticesPage {
    const SECTION: Section = Section::None;
}

/// One notice.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    pub id: String,
    pub unread: bool,
    pub text: Msg,
    pub when: When,
    pub href: String,
    /// Ends mail about its record, or has it again.
    pub mute: Option<Link>,
}

/// Which notices.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `unread`, or everything.
    view: String,
    /// The place after which the page begins: `unread.ID`, `read.ID`.
    after: String,
}

impl Asked {
    fn after(&self) -> Option<After> {
        let (part, id) = self.after.split_once('.')?;
        Some(After { read: part == "read", id: NoticeId(id.to_owned()) })
    }
}

/// What a notice says. A record that its reader does not see goes by its kind.
#[must_use]
pub fn sentence(catalog: &Catalog, told: &Told, named: bool) -> Msg {
    let kind = || {
        let entity = told.entity.as_ref().and_then(|entity| catalog.entity(entity));
        entity.map_or_else(|| msg("notice-a-record"), |entity| literal(&entity.label))
    };
    let what = told.title.as_ref().filter(|_| named).map_or_else(kind, literal);
    let text = msg(format!("notice-{}", told.kind.as_str())).with("what", what);
    let facts = ["by", "who", "system", "view", "n"];
    facts.iter().fold(text, |text, name| text.with(*name, told.facts.get(*name).map_or("", String::as_str)))
}

/// `GET /notices`.
///
/// # Errors
/// The store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    asked: Query<Asked>,
) -> Result<Page<NoticesPage>, Failure> {
    let alone = asked.view == "unread";
    let mut session = site.session(&viewer).await?;
    let unread = notices::count_unread(&mut session, &viewer.user, COUNTED).await?;
    let mut all = notices::page(&mut session, &viewer, alone, asked.after().as_ref(), LISTED + 1).await?;
    let more = all.len() > usize::try_from(LISTED).unwrap_or(usize::MAX);
    if more {
        all.pop();
    }
    let of = all.iter().filter_map(|told| told.record.as_ref());
    let muted = notices::muted(&mut session, &viewer.user, of).await?;
    let catalog = &site.engine.setup().catalog;
    let row = |told: &Told| row(catalog, &clock, told, &muted);
    let newest = all.iter().filter(|told| told.read_at.is_none()).map(|told| &told.id).max();
    let next = all.last().filter(|_| more).map(|last| {
        let (after, part) = (After::of(last), if alone { "view=unread&" } else { "" });
        format!("/notices?{part}after={}.{}", if after.read { "read" } else { "unread" }, after.id)
    });
    let range = || msg("range-open").with("first", 1).with("last", all.len());
    let range = (asked.after.is_empty() && !all.is_empty()).then(range);
    let page = NoticesPage {
        unread: u64::try_from(unread).unwrap_or(0),
        tabs: tabs(unread, alone),
        rows: all.iter().map(row).collect(),
        last: newest.map(|id| id.0.clone()),
        pager: Pager { range, next, ..Pager::default() },
        empty: all.is_empty().then(|| Empty {
            title: msg("empty-notices-title"),
            text: msg("empty-notices-text"),
            link: None,
        }),
    };
    Ok(Page::new(shell, page))
}

fn tabs(unread: i64, alone: bool) -> Vec<Tab> {
    let count = Some(counted(unread));
    let tab = |text, href: &str, current, count| Tab { text, href: href.to_owned(), current, count };
    vec![
        tab(msg("notices-all"), "/notices", !alone, None),
        tab(msg("notices-unread-tab"), "/notices?view=unread", alone, count),
    ]
}

/// How many are unread, as the top bar and the list say it alike.
#[must_use]
pub fn counted(unread: i64) -> Count {
    let n = u64::try_from(unread).unwrap_or(0);
    if unread < COUNTED { Count::Exact(n) } else { Count::Over(n) }
}

fn row(catalog: &Catalog, clock: &Clockface, told: &Told, muted: &[RecordId]) -> NoticeRow {
    let mute = |record: &RecordId| mute_link(record, muted.contains(record));
    NoticeRow {
        id: told.id.0.clone(),
        unread: told.read_at.is_none(),
        text: sentence(catalog, told, true),
        when: clock.moment(told.created_at),
        href: told.link.clone(),
        // What can no longer be seen cannot be muted either.
        mute: told.record.as_ref().filter(|_| told.title.is_some()).map(mute),
    }
}

fn mute_link(record: &RecordId, muted: bool) -> Link {
    let (text, end) = if muted { ("notice-unmute", "unmute") } else { ("notice-mute", "mute") };
    Link::new(msg(text), format!("/records/{record}/{end}"))
}

/// `POST /notices/{id}/reading`: marks it as read, and leads to what it is about.
///
/// # Errors
/// This person has no such notice, or the store failed.
pub async fn read(viewer: SignedIn, site: Data<Site>, id: Path<String>) -> Result<HttpResponse, Failure> {
    let told = site.engine.read_notice(&viewer, &NoticeId(id.into_inner())).await?;
    Ok(flash::plain(same_site(&told.link)))
}

/// The newest notice that was on the page.
#[derive(Deserialize)]
pub struct Seen {
    last: String,
}

/// `POST /notices/reading`: marks what was on the page and everything before it as read.
///
/// # Errors
/// The store failed.
pub async fn read_all(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    Form(seen): Form<Seen>,
) -> Result<HttpResponse, Failure> {
    site.engine.read_notices(&viewer, &NoticeId(seen.last)).await?;
    Ok(told(&request, &viewer, "/notices", msg("notices-read")))
}

/// `GET /records/{id}/mute`: where a mail leads, to end mail about its record by one button.
#[derive(Template, Clone, Debug)]
#[template(path = "notice/mute.html")]
pub struct MutePage {
    pub name: String,
    pub href: String,
    pub lead: Msg,
    pub form: Link,
}

impl View for MutePage {
    const SECTION: Section = Section::None;
}

/// `GET /records/{id}/mute`: changes nothing.
///
/// # Errors
/// There is no such record for this person.
pub async fn mute_page(
    viewer: SignedIn,
    site: Data<Site>,
    shell: Shell,
    id: Path<String>,
) -> Result<Page<MutePage>, Failure> {
    let id = RecordId(id.into_inner());
    let mut session = site.session(&viewer).await?;
    let found = records::get(&mut session, &viewer, &id).await?;
    let record = found.ok_or_else(|| Failure::new(Code::NotFound))?;
    let muted = notices::is_muted(&mut session, &viewer.user, &id).await?;
    let lead = msg("mute-lead").with("muted", if muted { "yes" } else { "no" });
    let (name, href) = (record.title, format!("/records/{id}"));
    Ok(Page::new(shell, MutePage { name, href, lead, form: mute_link(&id, muted) }))
}

/// `POST /records/{id}/mute`.
///
/// # Errors
/// There is no such record for this person, or the store failed.
pub async fn mute(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    set_mute(&viewer, &request, &site, &RecordId(id.into_inner()), true).await
}

/// `POST /records/{id}/unmute`.
///
/// # Errors
/// As [`mute`].
pub async fn unmute(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    id: Path<String>,
) -> Result<HttpResponse, Failure> {
    set_mute(&viewer, &request, &site, &RecordId(id.into_inner()), false).await
}

async fn set_mute(
    viewer: &Viewer,
    request: &HttpRequest,
    site: &Data<Site>,
    id: &RecordId,
    muted: bool,
) -> Result<HttpResponse, Failure> {
    site.engine.mute(viewer, id, muted).await?;
    let found = records::get(&mut site.session(viewer).await?, viewer, id).await?;
    let name = found.ok_or(Refusal::NotFound("record"))?.title;
    let text = msg(if muted { "notice-muted" } else { "notice-unmuted" }).with("name", name);
    Ok(told(request, viewer, "/notices", text))
}

fn told(request: &HttpRequest, viewer: &Viewer, place: &str, text: Msg) -> HttpResponse {
    flash::redirect(request, viewer, place, &Flash { tone: Tone::Done, text, undo: None, link: None })
}
