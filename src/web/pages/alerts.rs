//! What is wrong now: failed runs, refused writes, a broken chain.

use super::parts::{Empty, Link, Pager};
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, Tone, View};
use crate::web::when::When;
use askama::Template;

/// `GET /alerts`.
#[derive(Template, Clone, Debug)]
#[template(path = "alert/list.html")]
pub struct AlertsPage {
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
