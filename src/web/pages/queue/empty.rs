//! What the queue says when it has nothing to list, or when what it lists may be old.

use super::address::{Address, List};
use super::read::Desk;
use crate::domain::access::Right;
use crate::store::alerts::Alert;
use crate::store::incidents::Incident;
use crate::store::queue::MOST_FOUND;
use crate::web::messages::{Msg, msg};
use crate::web::page::Tone;
use crate::web::pages::incidents;
use crate::web::pages::parts::{Empty, Link, Notice};

/// What is to be known before the list: systems that are not read, else incidents that hold conflicts.
pub fn notice(desk: &Desk) -> Option<Notice> {
    let held = alike(desk).or_else(|| held(desk));
    match unread(desk) {
        None => held,
        Some(mut notice) => {
            if let Some(held) = held {
                notice.lines.push(held.title);
                notice.links.extend(held.links);
            }
            Some(notice)
        }
    }
}

/// The list is of those that are alike: they can be decided together.
fn alike(desk: &Desk) -> Option<Notice> {
    let like = desk.address.like.as_ref().filter(|_| desk.total > 0)?;
    let links = vec![Link::new(msg("alike-decide"), format!("/groups/new?like={like}"))];
    let title = msg("alike-title").with("n", desk.total);
    Some(Notice { tone: Tone::Info, title, lines: Vec::new(), links })
}

/// Incidents under which conflicts wait.
fn held(desk: &Desk) -> Option<Notice> {
    if desk.incidents.is_empty() {
        return None;
    }
    let line = |incident: &Incident| {
        let title = incidents::title(&desk.setup, incident);
        msg("queue-incident-line").with("title", title).with("n", incident.records)
    };
    let title = msg("queue-incidents").with("n", desk.incidents.len());
    let lines = desk.incidents.iter().take(3).map(line).collect();
    let links = vec![Link::new(msg("queue-incidents-link"), "/incidents")];
    Some(Notice { tone: Tone::Warning, title, lines, links })
}

/// Systems that are paused or cannot be read.
fn unread(desk: &Desk) -> Option<Notice> {
    let catalog = &desk.setup.catalog;
    let mut titles: Vec<Msg> = Vec::new();
    // One object after the other fails with the system: it is said once, since the first.
    let mut failing: Vec<&Alert> = Vec::new();
    for alert in &desk.failing {
        match failing.iter_mut().find(|known| known.system.is_some() && known.system == alert.system) {
            Some(known) if alert.opened_at < known.opened_at => *known = alert,
            Some(_) => {}
            None => failing.push(alert),
        }
    }
    for alert in failing {
        let system = alert.system.as_ref().map_or(alert.cause.as_str(), |system| catalog.label(system));
        let when = desk.clock.day(alert.opened_at).text;
        titles.push(msg("paused-title").with("system", system).with("when", when));
    }
    for system in &catalog.systems {
        if let Some(reason) = desk.setup.state(&system.id).paused_reason {
            let title = msg("paused-by-hand").with("system", &system.label);
            titles.push(title.with("reason", reason));
        }
    }
    let seen = |pause: &&crate::store::pauses::Pause| desk.viewer.sees(&pause.entity);
    for pause in desk.setup.pauses.iter().filter(seen) {
        let Some(reason) = &pause.reading else { continue };
        let kind = catalog.entity_label(&pause.entity);
        let title = msg("paused-mapping").with("system", catalog.label(&pause.system)).with("entity", kind);
        titles.push(title.with("reason", reason));
    }
    let mut titles = titles.into_iter();
    let title = titles.next()?;
    let lines = titles.chain([msg("paused-lines")]).collect();
    let links = if desk.failing.is_empty() { Vec::new() } else { vec![to_alerts()] };
    Some(Notice { tone: Tone::Danger, title, lines, links })
}

fn to_alerts() -> Link {
    Link::new(msg("paused-link"), "/alerts")
}

/// Why there is no row.
pub fn empty(desk: &Desk) -> Option<Empty> {
    if !desk.rows.is_empty() {
        return None;
    }
    let say = |title: &'static str, text: Msg, link: Option<Link>| Empty { title: msg(title), text, link };
    if desk.setup.catalog.systems.is_empty() {
        let link = Link::new(msg("empty-systems-link"), "/systems");
        let link = desk.viewer.may(Right::Configure).then_some(link);
        return Some(say("empty-systems-title", msg("empty-systems-text"), link));
    }
    match desk.address.view {
        List::Approval => return Some(say("approval-none-title", msg("approval-none-text"), None)),
        List::Failed => return Some(say("empty-failed-title", msg("empty-failed-text"), None)),
        List::Itself | List::Rule => {
            return Some(say("empty-settled-title", msg("empty-settled-text"), None));
        }
        _ => {}
    }
    let all = desk.counts.all;
    if desk.found_too_many {
        let text = msg("empty-words-text").with("n", MOST_FOUND);
        return Some(say("empty-words-title", text, None));
    }
    let narrowed = desk.address.is_filtered() || desk.address.view == List::Others;
    Some(match (all, narrowed) {
        (0, _) => done(desk),
        (_, true) => {
            let clear = Link::new(msg("filters-clear"), Address::default().href());
            say("empty-filter-title", msg("empty-filter-text").with("n", all), Some(clear))
        }
        (_, false) => {
            let text = msg("empty-view-text").with("n", all).with("others", desk.counts.others);
            let link = Link::new(msg("empty-view-link"), Address::default().href());
            say("empty-view-title", text, Some(link))
        }
    })
}

/// Nothing is open at all: never an all-clear that nobody has checked.
fn done(desk: &Desk) -> Empty {
    let (title, text) = match desk.checked {
        _ if unread(desk).is_some() => ("empty-stale-title", msg("empty-stale-text")),
        None => ("empty-unread-title", msg("empty-unread-text")),
        Some(read) => ("empty-done-title", msg("empty-done-text").with("when", desk.clock.ago(read).text)),
    };
    Empty { title: msg(title), text, link: None }
}
