//! The index of what an admin sets.

use super::parts::Link;
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use askama::Template;

/// `GET /settings`.
#[derive(Template, Clone, Debug)]
#[template(path = "settings/page.html")]
pub struct SettingsPage {
    pub items: Vec<Setting>,
}

impl View for SettingsPage {
    const SECTION: Section = Section::Settings;
}

/// One page of the settings, with how things stand there.
#[derive(Clone, Debug)]
pub struct Setting {
    pub link: Link,
    pub text: Msg,
    /// `3 systems, 1 failing`.
    pub state: Option<Msg>,
    pub alarm: bool,
}
