//! Signing in, and the errors that keep what was typed.

use super::parts::Link;
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use askama::Template;

/// `GET /sign-in`.
#[derive(Template, Clone, Debug, Default)]
#[template(path = "account/sign_in.html")]
pub struct SignInPage {
    /// The name or address, as it was typed.
    pub login: String,
    /// Where to go after signing in: a path of this server.
    pub next: String,
    /// One neutral sentence, or how long to wait.
    pub failure: Option<Msg>,
    /// A half-filled form waits for the sign-in; its fields, to be sent on.
    pub kept: Vec<(String, String)>,
    /// Said above the form: the session ended, or the person signed out.
    pub note: Option<Msg>,
}

impl View for SignInPage {
    const SECTION: Section = Section::None;
}

/// A failure as a page.
#[derive(Template, Clone, Debug)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// What happened.
    pub title: Msg,
    /// To what, and what was and was not saved.
    pub lines: Vec<Msg>,
    /// The ways on.
    pub links: Vec<Link>,
    /// The form that could not be saved, to be sent once more.
    pub again: Option<SentAgain>,
    /// What to name when asking for help.
    pub request: String,
}

/// A form as it was sent, but for its token.
#[derive(Clone, Debug)]
pub struct SentAgain {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl View for ErrorPage {
    const SECTION: Section = Section::None;
}

/// A form of a session that has ended waits for the password of the person who filled it in.
#[derive(Template, Clone, Debug)]
#[template(path = "account/again.html")]
pub struct AgainPage {
    /// Where the form was sent, and is sent again.
    pub action: String,
    pub name: String,
    pub login: String,
    /// Every field of the form.
    pub kept: Vec<(String, String)>,
    /// One neutral sentence, or how long to wait.
    pub failure: Option<Msg>,
}

impl View for AgainPage {
    const SECTION: Section = Section::None;
}
