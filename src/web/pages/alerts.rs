//! What is wrong now: failed runs, refused writes, a broken chain.

use super::parts::{Empty, Link, Pager};
use crate::domain::access::{Right, Viewer};
use crate::store::alerts::{self, Alert};
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::filters;
use crate::web::letter::advice;
use crate::web::messages::{Msg, msg, said};
use crate::web::page::{Page, Section, Shell, Tone, View};
use crate::web::site::Site;
use crate::web::when::{Clockface, When};
use actix_web::web::Data;
use askama::Template;

/// Alerts on the page; there is one per cause, so more is an emergency with one cause above it.
const LISTED: i64 = 200;

/// `GET /alerts`.
#[derive(Template, Clone, Debug)]
#[template(path = "alert/list.html")]
pub struct AlertsPage {
    /// Whether the settings are a place this person can go to.
    pub settings: bool,
    pub open: u64,
    pub rows: Vec<AlertRow>,
    pub pager: Pager,
    pub empty: Option<Empty>,
}

impl View for AlertsPage {
    const SECTION: Section = Section::Settings;
}

/// One alert, with what to do.
#[derive(Clone, Debug)]
pub struct AlertRow {
    pub tone: Tone,
    pub text: Msg,
    /// What to do about it.
    pub advice: Msg,
    pub link: Option<Link>,
    pub since: When,
    pub times: u64,
    /// When it ended, if it did.
    pub ended: Option<When>,
    /// Where "Handled" posts to.
    pub acknowledge: Option<String>,
}

/// `GET /alerts`.
///
/// # Errors
/// The store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
) -> Result<Page<AlertsPage>, Failure> {
    let mut session = site.session(&viewer).await?;
    let total = alerts::count_open(&mut session).await?;
    let open = alerts::open(&mut session, LISTED).await?;
    Ok(Page::new(shell, build(&viewer, &clock, total, &open)))
}

fn build(viewer: &Viewer, clock: &Clockface, total: i64, open: &[Alert]) -> AlertsPage {
    let empty = || Empty {
        title: msg("empty-alerts-title"),
        text: msg("empty-alerts-text").with("when", clock.ago(clock.now).text),
        link: None,
    };
    let range = || msg("range").with("first", 1).with("last", open.len()).with("total", total);
    AlertsPage {
        settings: viewer.may(Right::Configure),
        open: u64::try_from(total).unwrap_or(0),
        rows: open.iter().map(|alert| row(clock, alert)).collect(),
        pager: Pager { range: (!open.is_empty()).then(range), ..Pager::default() },
        empty: open.is_empty().then(empty),
    }
}

fn row(clock: &Clockface, alert: &Alert) -> AlertRow {
    AlertRow {
        tone: Tone::Danger,
        text: said(&alert.message),
        advice: advice(alert),
        link: (!alert.link.is_empty()).then(|| Link::new(msg("alert-open"), &alert.link)),
        since: clock.day(alert.opened_at),
        times: u64::try_from(alert.times).unwrap_or(1),
        ended: None,
        acknowledge: None,
    }
}
