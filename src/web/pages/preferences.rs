//! What follows an account: look, time zone, keys, and what saving does.

use super::parts::{Choice, Problem};
use crate::domain::language::Language;
use crate::domain::preferences::{AfterSave, Density, HoldFactor, MOST_HOLD_FACTOR, MailWish, Preferences};
use crate::engine::accounts::{AccountError, Wanted};
use crate::web::auth::{self, SignedIn};
use crate::web::failure::{Code, Failure};
use crate::web::filters;
use crate::web::flash;
use crate::web::keys::{Clash, Context, KEYS, Key, Keymap};
use crate::web::messages::{Msg, msg};
use crate::web::page::{Flash, Page, Section, Shell, Tone, View};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use jiff::tz::{self, TimeZone};
use std::collections::BTreeMap;

/// The field of an action's key: `key-skip`.
const KEY: &str = "key-";

/// `GET /preferences`.
#[derive(Template, Clone, Debug, Default)]
#[template(path = "account/preferences.html")]
pub struct PreferencesPage {
    pub themes: Vec<Choice>,
    pub densities: Vec<Choice>,
    pub zone: String,
    /// The names of every time zone, to choose from.
    pub zones: Vec<String>,
    pub keys_on: Vec<Choice>,
    pub groups: Vec<KeyGroup>,
    pub after: Vec<Choice>,
    pub holds: Vec<Choice>,
    pub languages: Vec<LanguageChoice>,
    /// Where mail goes, as it was typed.
    pub mail: String,
    pub notify: Vec<Choice>,
    pub problems: Vec<Problem>,
}

/// A language, by the name it has in itself.
#[derive(Clone, Debug)]
pub struct LanguageChoice {
    /// Its tag; empty: as the browser asks.
    pub value: &'static str,
    pub key: &'static str,
    pub chosen: bool,
}

impl PreferencesPage {
    /// The mistake in a field.
    #[must_use]
    pub fn error(&self, field: &str) -> Option<&Msg> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| &problem.text)
    }
}

impl View for PreferencesPage {
    const SECTION: Section = Section::None;
}

/// The actions of one place whose keys can be chosen.
#[derive(Clone, Debug)]
pub struct KeyGroup {
    pub heading: &'static str,
    pub keys: Vec<KeyField>,
}

/// The key of one action.
#[derive(Clone, Debug)]
pub struct KeyField {
    pub field: String,
    pub text: String,
    pub own: String,
    /// As shipped, and as it is drawn.
    pub shipped: &'static str,
}

/// `GET /preferences`.
pub async fn page(_: SignedIn, request: HttpRequest, shell: Shell) -> Result<Page<PreferencesPage>, Failure> {
    let user = auth::who(&request).ok_or_else(|| Failure::new(Code::Unauthenticated))?.user;
    let wanted =
        Wanted { zone: user.zone, theme: user.theme, preferences: user.preferences, mail: user.mail };
    Ok(Page::new(shell, shown(&wanted, Vec::new())))
}

/// `POST /preferences`.
///
/// # Errors
/// The store failed. What cannot be so is told on the form.
pub async fn save(
    viewer: SignedIn,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    sent: Form<BTreeMap<String, String>>,
) -> Result<HttpResponse, Failure> {
    let (wanted, problems) = read(&sent);
    if !problems.is_empty() {
        let page = Page::new(shell, shown(&wanted, problems));
        return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
    }
    match site.accounts.set_preferences(&viewer, wanted.clone()).await {
        Err(AccountError::BadMail(mail)) => {
            let text = msg("problem-mail").with("mail", mail);
            let problems = vec![Problem { field: "mail".to_owned(), text }];
            let page = Page::new(shell, shown(&wanted, problems));
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
        }
        saved => saved.map_err(failed)?,
    }
    let flash = Flash { tone: Tone::Done, text: msg("preferences-saved"), undo: None, link: None };
    Ok(flash::redirect(&request, &viewer, "/preferences", &flash))
}

fn failed(error: AccountError) -> Failure {
    match error {
        AccountError::Store(error) => error.into(),
        // The account went while its owner was signed in.
        _ => Failure::new(Code::Unauthenticated),
    }
}

/// What the form asks for, and what of it cannot be.
fn read(sent: &BTreeMap<String, String>) -> (Wanted, Vec<Problem>) {
    let text = |name: &str| sent.get(name).map(|text| text.trim()).unwrap_or_default();
    let keys = KEYS.iter().filter(|key| key.rebinds()).filter_map(|key| {
        let own = text(&format!("{KEY}{}", key.action));
        (!own.is_empty() && !key.keys.contains(&own)).then(|| (key.action.to_owned(), own.to_owned()))
    });
    let preferences = Preferences {
        density: Density::ALL.into_iter().find(|one| one.as_str() == text("density")).unwrap_or_default(),
        keys_off: text("keys") == "off",
        keys: keys.collect(),
        after_save: if text("after") == "stay" { AfterSave::Stay } else { AfterSave::Next },
        language: Language::ALL.into_iter().find(|one| one.tag() == text("language")),
        hold: text("hold").parse().ok().and_then(HoldFactor::of).unwrap_or_default(),
        mail: MailWish::ALL.into_iter().find(|one| one.as_str() == text("notify")).unwrap_or_default(),
    };
    let theme = ["light", "dark"].into_iter().find(|theme| *theme == text("theme")).unwrap_or("system");
    let mut problems = Vec::new();
    let zone = TimeZone::get(text("zone")).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    if zone.is_none() {
        let text = msg("problem-zone").with("zone", text("zone").to_owned());
        problems.push(Problem { field: "zone".to_owned(), text });
    }
    for (action, clash) in Keymap::of(&preferences).problems() {
        let text = match clash {
            Clash::NotOne => msg("problem-key-not-one"),
            Clash::With(other) => {
                let says = |action: &str| msg(format!("key-{action}"));
                msg("problem-key-clash").with("action", says(action)).with("other", says(other))
            }
        };
        problems.push(Problem { field: format!("{KEY}{action}"), text });
    }
    let zone = zone.unwrap_or_else(|| text("zone").to_owned());
    let mail = Some(text("mail").to_owned()).filter(|mail| !mail.is_empty());
    (Wanted { zone, theme: theme.to_owned(), preferences, mail }, problems)
}

/// The form that says so.
fn shown(wanted: &Wanted, problems: Vec<Problem>) -> PreferencesPage {
    let Wanted { zone, theme, preferences, mail } = wanted;
    let choice = |name: &str, value: &str, chosen: bool| Choice {
        value: value.to_owned(),
        text: msg(format!("{name}-{value}")),
        chosen,
    };
    let hold = |times: u32| Choice {
        value: times.to_string(),
        text: msg("hold-times").with("n", times),
        chosen: preferences.hold.times() == times,
    };
    let densities = Density::ALL.into_iter();
    let (next, off) = (preferences.after_save == AfterSave::Next, preferences.keys_off);
    PreferencesPage {
        themes: ["system", "light", "dark"].map(|name| choice("theme", name, theme == name)).into(),
        densities: densities.map(|one| choice("density", one.as_str(), one == preferences.density)).collect(),
        zone: zone.clone(),
        zones: tz::db().available().map(|name| name.to_string()).collect(),
        keys_on: vec![choice("keys", "on", !off), choice("keys", "off", off)],
        groups: groups(preferences),
        after: vec![choice("after", "next", next), choice("after", "stay", !next)],
        holds: [1, 2, 3, 5, MOST_HOLD_FACTOR].map(hold).into(),
        languages: languages(preferences.language),
        mail: mail.clone().unwrap_or_default(),
        notify: MailWish::ALL.map(|one| choice("notify", one.as_str(), one == preferences.mail)).into(),
        problems,
    }
}

fn languages(own: Option<Language>) -> Vec<LanguageChoice> {
    let one = |language: Option<Language>| LanguageChoice {
        value: language.map_or("", Language::tag),
        key: match language {
            None => "language-browser",
            Some(Language::English) => "language-en",
            Some(Language::German) => "language-de",
        },
        chosen: language == own,
    };
    [None].into_iter().chain(Language::ALL.map(Some)).map(one).collect()
}

fn groups(preferences: &Preferences) -> Vec<KeyGroup> {
    let field = |key: &Key| KeyField {
        field: format!("{KEY}{}", key.action),
        text: key.message(),
        own: preferences.keys.get(key.action).cloned().unwrap_or_default(),
        shipped: key.keys[0],
    };
    let of = |heading, context| KeyGroup {
        heading,
        keys: KEYS.iter().filter(|key| key.context == context && key.rebinds()).map(field).collect(),
    };
    vec![
        of("keys-everywhere", Context::Everywhere),
        of("keys-queue", Context::Queue),
        of("keys-conflict", Context::Conflict),
    ]
}
