//! The shell of a request's page: who is signed in, what the last action left to say, what is
//! wrong now.

use super::auth::{self, Who};
use super::clock;
use super::csrf;
use super::failure::Failure;
use super::flash;
use super::keys::Keymap;
use super::language;
use super::messages::{Msg, msg, said};
use super::page::{Banner, NavItem, Person, Section, Shell, Theme, Tone};
use super::pages::notices;
use super::pages::parts::Count;
use super::site::Site;
use crate::domain::access::{Right, Viewer};
use crate::store::{Trouble, TroubleKind, alerts, notices as store_notices};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

/// The name of a request, in its answer and in the log.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The name of this request.
#[must_use]
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone())
}

impl FromRequest for Shell {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move { Ok(shell(&request).await) }.boxed_local()
    }
}

/// The shell of this request's page. What the last action left to say is said on it, once.
pub async fn shell(request: &HttpRequest) -> Shell {
    let site = Site::of(request);
    let nonce = site.random_text();
    let messages = language::of(request);
    let Some(who) = auth::who(request) else {
        let token = csrf::visitor_token(site, request).unwrap_or_default();
        let token = csrf::masked(site, &token);
        return Shell { demo: site.reach.demo, ..Shell::anonymous(messages, token, nonce) };
    };
    Shell {
        theme: theme(&who.user.theme),
        density: who.user.preferences.density,
        keymap: Keymap::of(&who.user.preferences),
        person: Some(person(&who)),
        printed: clock::face(request).exact(),
        session_left: who.left.map(|left| left.num_seconds()),
        nav: nav(&who.viewer),
        flash: flash::take(request, &who.viewer),
        banners: banners(site).await,
        unread: unread(site, &who.viewer).await,
        demo: site.reach.demo,
        ..Shell::anonymous(messages, csrf::masked(site, &who.csrf), nonce)
    }
}

fn theme(name: &str) -> Theme {
    match name {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::System,
    }
}

fn person(who: &Who) -> Person {
    let first = |word: &str| word.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let mut words = who.viewer.name.split_whitespace();
    let (one, last) = (words.next().map(first), words.next_back().map(first));
    Person {
        name: who.viewer.name.clone(),
        initials: one.into_iter().chain(last).collect(),
        roles: who.viewer.roles.iter().map(|role| msg(format!("role-{}", role.as_str()))).collect(),
    }
}

fn nav(viewer: &Viewer) -> Vec<NavItem> {
    let places = [
        (Section::Queue, "/queue", true),
        (Section::Records, "/records", true),
        (Section::Audit, "/audit", viewer.may(Right::Audit)),
        (Section::Settings, "/settings", viewer.may(Right::Configure)),
    ];
    let item = |(section, href, _): (Section, &str, bool)| NavItem { section, href: href.to_owned() };
    places.into_iter().filter(|(_, _, shown)| *shown).map(item).collect()
}

/// Why nothing can be saved now, and what to do.
pub(super) fn trouble(trouble: &Trouble) -> Msg {
    msg(match trouble.kind {
        TroubleKind::Full => "store-trouble-full",
        TroubleKind::Locked => "store-trouble-locked",
        TroubleKind::ReadOnly => "store-trouble-read-only",
        TroubleKind::Gone => "store-trouble-gone",
        TroubleKind::NoLog => "store-trouble-no-log",
        TroubleKind::Other => "store-trouble-other",
    })
}

/// How many notices this person has not read, if any; a page is shown even if that cannot be read.
async fn unread(site: &Site, viewer: &Viewer) -> Option<Count> {
    let count = async {
        let mut session = site.session(viewer).await?;
        store_notices::count_unread(&mut session, &viewer.user, notices::COUNTED).await
    };
    match count.await {
        Ok(0) => None,
        Ok(n) => Some(notices::counted(n)),
        Err(error) => {
            tracing::error!(%error, "notices cannot be counted");
            None
        }
    }
}

/// One line that says how much is wrong now; a page is shown even if that cannot be read.
async fn banners(site: &Site) -> Vec<Banner> {
    if let Some(known) = site.store().trouble() {
        return vec![Banner { tone: Tone::Danger, text: trouble(&known), link: None }];
    }
    let open = async { alerts::open(&mut site.session_outside().await?, 10).await };
    let open = open.await.unwrap_or_else(|error| {
        tracing::error!(%error, "alerts cannot be read");
        Vec::new()
    });
    let text = match open.as_slice() {
        [] => return Vec::new(),
        [one] => said(&one.message),
        many => msg("access-alerts").with("n", many.len()),
    };
    vec![Banner { tone: Tone::Danger, text, link: Some((msg("access-alerts-link"), "/alerts".to_owned())) }]
}
