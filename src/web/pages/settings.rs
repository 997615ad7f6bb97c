//! The index of what an admin sets.

use super::parts::Link;
use super::systems::runs;
use crate::store::alerts;
use crate::web::auth::Admin;
use crate::web::failure::Failure;
use crate::web::filters;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Page, Section, Shell, View};
use crate::web::site::Site;
use actix_web::web::Data;
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

/// `GET /settings`.
///
/// # Errors
/// The store failed.
pub async fn page(_: Admin, site: Data<Site>, shell: Shell) -> Result<Page<SettingsPage>, Failure> {
    let setup = site.engine.setup();
    let mut s = site.session_outside().await?;
    let (systems, failing) = runs::health(&mut s, &setup).await?;
    let open = alerts::open(&mut s, 1000).await?.len();
    let missing: usize = setup
        .catalog
        .entities
        .iter()
        .flat_map(|entity| {
            entity.slots().into_iter().map(|slot| setup.policy(entity, &slot)).collect::<Vec<_>>()
        })
        .filter(|effective| !effective.rule_is_set)
        .count();
    let broken = site.engine.checks().done().first().is_some_and(|checked| checked.result.is_err());
    let item = |name: &str, href: &str, state: Option<Msg>, alarm: bool| Setting {
        link: Link::new(msg(format!("settings-{name}")), href),
        text: msg(format!("settings-{name}-text")),
        state,
        alarm,
    };
    let state = msg("settings-systems-state").with("n", systems).with("failing", failing);
    let items = vec![
        item("systems", "/systems", Some(state), failing > 0),
        item("policies", "/policies", Some(msg("policies-without").with("n", missing)), false),
        item("routing", "/settings/routing", None, false),
        item("dry-runs", "/dry-runs", None, false),
        item("runs", "/runs", None, false),
        item("alerts", "/alerts", Some(msg("alerts-open").with("n", open)), open > 0),
        item("verification", "/audit/verification", broken.then(|| msg("settings-broken")), broken),
    ];
    Ok(Page::new(shell, SettingsPage { items }))
}
