//! What every page needs, given while it renders: who is signed in, the token of its forms,
//! the nonce of its script, the message of the last action, the banners.
//!
//! A page is a struct of its own content and knows nothing of this; `layout.html` and the
//! filters read the [`Shell`] as a runtime value. So a page can be rendered without a server.

use super::keys::{Context, Keymap};
use super::messages::{Messages, Msg, literal};
use super::pages::parts::Count;
use crate::domain::preferences::Density;
use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::{Template, Values};
use serde::{Deserialize, Serialize};
use std::any::Any;

/// The five places of the navigation, and pages that belong to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Queue,
    Records,
    Audit,
    Dashboards,
    Settings,
    None,
}

/// A page's content: a template that says where it stands.
pub trait View: Template {
    const SECTION: Section;
    const KEYS: Context = Context::Everywhere;
}

/// One item of the navigation; the roles decide which a person gets.
#[derive(Clone, Debug)]
pub struct NavItem {
    pub section: Section,
    pub href: String,
}

impl NavItem {
    /// Its name and the name of its key: `queue`, `records` and so on.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        match self.section {
            Section::Queue => "queue",
            Section::Records => "records",
            Section::Audit => "audit",
            Section::Dashboards => "dashboards",
            Section::Settings => "settings",
            Section::None => "none",
        }
    }
}

/// The person who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub initials: String,
    /// The names of the roles, for the user menu.
    pub roles: Vec<Msg>,
}

/// How loud a message is; the words say it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    Info,
    Done,
    Warning,
    Danger,
}

impl Tone {
    /// The class of the style sheet.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Done => "done",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }

    /// Whether a screen reader is told at once.
    #[must_use]
    pub fn is_alarm(self) -> bool {
        self == Self::Danger
    }
}

/// The result of the last action, on top of the next page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    pub tone: Tone,
    pub text: Msg,
    /// Where Undo posts to (`/resolutions/{id}/undo`), while undoing is possible.
    pub undo: Option<String>,
    /// A link to what the text speaks of.
    pub link: Option<(Msg, String)>,
}

impl Flash {
    /// Whether its link is for somebody else: a whole address, where pages of ours have a path.
    #[must_use]
    pub fn is_to_pass_on(&self) -> bool {
        self.link.as_ref().is_some_and(|(_, href)| !href.starts_with('/'))
    }
}

/// A lasting line under the top bar: something is wrong and stays so until it is handled.
#[derive(Clone, Debug)]
pub struct Banner {
    pub tone: Tone,
    pub text: Msg,
    pub link: Option<(Msg, String)>,
}

/// Light, dark, or as the person's system is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

/// The values of one request that every page may use.
pub struct Shell {
    pub messages: &'static Messages,
    pub theme: Theme,
    /// `None` before signing in: then there is no navigation, search or menu.
    pub person: Option<Person>,
    pub nav: Vec<NavItem>,
    pub density: Density,
    pub keymap: Keymap,
    /// Where the keys of a page stand, set by [`Page::render`].
    pub keys: String,
    pub section: Section,
    /// The token every form sends back.
    pub csrf: String,
    /// Seconds until this person is signed out if nothing more is asked for.
    pub session_left: Option<i64>,
    /// The exact present, as a printed page says it: `22 November 2026, 14:02:03 CET`.
    pub printed: Msg,
    /// The nonce of this answer's one script; 128 random bits or more.
    pub nonce: String,
    pub flash: Option<Flash>,
    pub banners: Vec<Banner>,
    /// Notices this person has not read.
    pub unread: Option<Count>,
    /// What stands in the search field.
    pub search: String,
    /// The demo runs: a lasting banner says so.
    pub demo: bool,
}

impl Shell {
    /// A shell for somebody who is not signed in.
    #[must_use]
    pub fn anonymous(messages: &'static Messages, csrf: String, nonce: String) -> Self {
        Self {
            messages,
            theme: Theme::System,
            density: Density::default(),
            keymap: Keymap::default(),
            person: None,
            nav: Vec::new(),
            keys: String::new(),
            section: Section::None,
            csrf,
            session_left: None,
            printed: literal(""),
            nonce,
            flash: None,
            banners: Vec::new(),
            unread: None,
            search: String::new(),
            demo: false,
        }
    }

    /// The colour scheme that is forced, if one is.
    #[must_use]
    pub fn forced_theme(&self) -> Option<&'static str> {
        match self.theme {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }
}

impl Values for Shell {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "shell").then_some(self as &dyn Any)
    }
}

/// A page with its shell: an answer.
pub struct Page<T> {
    pub shell: Shell,
    pub status: StatusCode,
    pub body: T,
}

impl<T: View> Page<T> {
    /// The page with status 200.
    pub fn new(shell: Shell, body: T) -> Self {
        Self { shell, status: StatusCode::OK, body }
    }

    /// The same page with another status, as a form that is shown again with its errors.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The page as HTML.
    ///
    /// # Errors
    /// A template asked for a value that does not exist.
    pub fn render(&mut self) -> askama::Result<String> {
        self.shell.section = T::SECTION;
        self.shell.keys = self.shell.keymap.json(T::KEYS);
        self.body.render_with_values(&self.shell)
    }
}

/// A part of a page, as the script asks for one: no layout around it.
pub struct Fragment<T> {
    pub shell: Shell,
    pub body: T,
}

impl<T: Template> Responder for Fragment<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        answer(StatusCode::OK, &self.shell.nonce, self.body.render_with_values(&self.shell))
    }
}

impl<T: View> Page<T> {
    /// The page as an answer.
    #[must_use]
    pub fn into_response(mut self) -> HttpResponse {
        let html = self.render();
        answer(self.status, &self.shell.nonce, html)
    }
}

impl<T: View> Responder for Page<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.into_response()
    }
}

fn answer(status: StatusCode, nonce: &str, html: askama::Result<String>) -> HttpResponse {
    let (status, html) = match html {
        Ok(html) => (status, html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, String::new())
        }
    };
    let mut response = HttpResponse::build(status);
    response.content_type("text/html; charset=utf-8");
    response.insert_header((header::CONTENT_SECURITY_POLICY, content_security_policy(nonce)));
    for (name, value) in HEADERS {
        response.insert_header((*name, *value));
    }
    response.body(html)
}

/// Headers of every page beside its policy.
const HEADERS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("cache-control", "no-store"),
];

/// Nothing but our own files; the one script runs by its nonce alone.
#[must_use]
pub fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; \
         img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types referee"
    )
}
