//! The page of a group: a frozen set by what its rows come to, or a run by how its rows stand.

use super::super::build::number;
use super::super::{BackPart, GroupPage, GroupPart, MemberRow};
use super::Looked;
use super::rows::{Read, seen_rows};
use crate::domain::access::{Right, Viewer};
use crate::domain::group::{Excluded, GroupChoice};
use crate::domain::ids::DifferenceId;
use crate::engine::Setup;
use crate::engine::incidents::group::{Progress, TYPED};
use crate::store::Session;
use crate::store::groups::{Group, rows};
use crate::store::queue::Count;
use crate::web::failure::Failure;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::Tone;
use crate::web::pages::approvals::{self, ApprovalPart};
use crate::web::pages::parts::{self, Link, Pager, Tab};
use crate::web::pages::words;
use crate::web::site::Site;
use crate::web::when::Clockface;
use std::sync::Arc;
use url::form_urlencoded::Serializer;

/// Rows of a page.
const PAGE: usize = 50;
/// The first rows of those that come to the same.
const FIRST: usize = 20;
/// Different outcomes a page shows; there is one for each system at most.
const PARTS: usize = 20;

/// What is read for a page.
struct Reader<'a> {
    setup: Arc<Setup>,
    group: &'a Group,
    asked: &'a Looked,
    href: String,
}

/// The page.
///
/// # Errors
/// The store cannot be read.
pub async fn page(
    site: &Site,
    viewer: &Viewer,
    face: &Clockface,
    group: &Group,
    asked: &Looked,
    problem: Option<Msg>,
) -> Result<GroupPage, Failure> {
    let progress = site.engine.progress(&group.id).await?;
    let mut session = site.session(viewer).await?;
    let reader = Reader { setup: site.engine.setup(), group, asked, href: format!("/groups/{}", group.id) };
    let draft = group.state == "draft";
    let standings = if draft { Vec::new() } else { rows::standings(&mut session, &group.id).await? };
    let awaiting = group.approval.as_ref().is_some_and(|approval| approval.is_awaited());
    let withdraws = awaiting || group.awaits_reversal();
    let own = viewer.may(Right::Decide) && group.actor.id == viewer.user.0;
    let mine = draft && own && !awaiting;
    let (parts, pager) = match draft {
        true => reader.outcomes(&mut session, mine).await?,
        false => reader.run(&mut session, &standings).await?,
    };
    let left = reader.left(&mut session, &progress, mine).await?;
    let stopped = progress.left_out(Excluded::Stopped);
    let (state, tone) = state(group, withdraws, &standings, stopped > 0);
    let under_way = group.state == "working" || group.back.is_some();
    let total = progress.total() + stopped;
    let may_back = (own || viewer.may(Right::Reverse)) && group.back.is_none();
    let back = (!draft && may_back).then(|| back(&standings)).flatten();
    Ok(GroupPage {
        id: group.id.0.clone(),
        title: msg("group-title").with("n", total),
        state,
        tone,
        lead: lead(&reader.setup, group, face),
        facts: facts(group, face),
        links: links(group),
        problem,
        under_way,
        progress: (under_way || stopped > 0).then(|| (number(progress.decided), number(total))),
        total: number(progress.included),
        approvals: second(viewer, face, group, &reader.href),
        may_withdraw: withdraws && (own || viewer.may(Right::Reverse)),
        asks: group.needs_approval,
        may_decide: mine && progress.included > 0,
        typed: progress.included > TYPED,
        standings: reader.tabs(&standings),
        file: (!draft).then(|| format!("{}/file", reader.href)),
        parts,
        pager,
        left_total: left.iter().map(|part| part.count).sum(),
        left,
        back,
        count: String::new(),
        why: String::new(),
    })
}

fn state(group: &Group, awaiting: bool, standings: &[Count], stopped: bool) -> (Msg, Tone) {
    let all = |name: &str| {
        let mut decided =
            standings.iter().filter(|own| !matches!(own.value.as_str(), "left_out" | "to_come"));
        decided.next().is_some_and(|own| own.value == name) && decided.next().is_none()
    };
    match () {
        () if awaiting => (msg("group-awaiting"), Tone::Warning),
        () if group.back.is_some() => (msg("group-taking-back"), Tone::Info),
        () if group.state == "done" && stopped && all("undone") => (msg("group-stopped-undone"), Tone::Info),
        () if group.state == "done" && stopped => (msg("group-stopped"), Tone::Warning),
        () if group.state == "done" && all("undone") => (msg("group-undone"), Tone::Info),
        () if group.state == "done" && all("reversed") => (msg("group-reversed"), Tone::Info),
        () if group.state == "done" => (msg("group-done"), Tone::Done),
        () => (msg(format!("group-{}", group.state)), Tone::Info),
    }
}

/// A second person's word on deciding it, and on reversing it.
fn second(viewer: &Viewer, face: &Clockface, group: &Group, href: &str) -> Vec<ApprovalPart> {
    let part = |own, by| approvals::part(viewer, face, by, own, href.to_owned());
    let decision = group.approval.as_ref().map(|own| part(own, &group.actor));
    // Of a reversal that has ended nobody knows any longer who asked for it, but who answered.
    let by = group.back.as_ref().map_or(&group.actor, |back| &back.by);
    let reversal = group.back_approval.as_ref().map(|own| part(own, by).of_reversal(group.back.as_ref()));
    decision.into_iter().chain(reversal).collect()
}

/// What there is to be taken back.
fn back(standings: &[Count]) -> Option<BackPart> {
    let any = |names: &[&str]| standings.iter().any(|count| names.contains(&count.value.as_str()));
    let undo = any(&["waiting", "to_come", "failed"]);
    let part = BackPart { undo, reverse: any(&["confirmed", "failed"]) };
    (part.undo || part.reverse).then_some(part)
}

impl Reader<'_> {
    fn address(&self, name: &str, value: &str) -> String {
        let query = Serializer::new(String::new()).append_pair(name, value).finish();
        format!("{}?{query}", self.href)
    }

    fn after(&self) -> DifferenceId {
        DifferenceId(self.asked.after.clone().unwrap_or_default())
    }

    /// The pages of one list whose first page is at `top`.
    fn pager(&self, top: &str, count: u64, last: Option<&MemberRow>) -> Pager {
        let join = if top.contains('?') { "&" } else { "?" };
        Pager {
            range: Some(msg("group-listed").with("n", count)),
            previous: self.asked.after.as_ref().map(|_| top.to_owned()),
            next: last.map(|last| format!("{top}{join}after={}", last.id)),
        }
    }

    /// A draft: the first rows of each outcome, or one outcome page by page.
    async fn outcomes(&self, s: &mut Session, tickable: bool) -> Result<(Vec<GroupPart>, Pager), Failure> {
        let (mut parts, mut pager) = (Vec::new(), Pager::default());
        if self.asked.left.is_some() {
            return Ok((parts, pager));
        }
        let one = self.asked.of.as_deref();
        let mut all = rows::outcomes(s, &self.group.id).await?;
        all.retain(|count| one.is_none_or(|one| one == count.value));
        let most = if one.is_some() { PAGE } else { FIRST };
        for (at, count) in all.into_iter().take(PARTS).enumerate() {
            let after = if one.is_some() { self.after() } else { DifferenceId::default() };
            let limit = i64::try_from(most + 1).unwrap_or(1);
            let found = rows::of_outcome(s, &self.group.id, &count.value, &after, limit).await?;
            let more = found.len() > most;
            let found = found.into_iter().take(most).map(|member| (member, None)).collect();
            let shown = seen_rows(s, &Read { setup: &self.setup, group: self.group }, found).await?;
            let top = self.address("of", &count.value);
            if one.is_some() {
                pager = self.pager(&top, number(count.count), shown.last().filter(|_| more));
            }
            parts.push(GroupPart {
                id: format!("part-{at}"),
                title: self.outcome(&count.value),
                count: number(count.count),
                rows: shown,
                all: (more && one.is_none()).then_some(top),
                tickable,
            });
        }
        Ok((parts, pager))
    }

    fn outcome(&self, becomes: &str) -> Msg {
        match becomes.split_once(':') {
            Some((_, system)) => {
                msg("group-outcome-keep").with("system", self.setup.catalog.label(&system.into()))
            }
            None if becomes == "one" => msg("group-outcome-one"),
            None if becomes == "leave" => msg("group-outcome-leave"),
            None => msg("group-outcome-other"),
        }
    }

    /// A run: its rows page by page, of one standing or all.
    async fn run(&self, s: &mut Session, standings: &[Count]) -> Result<(Vec<GroupPart>, Pager), Failure> {
        let show = self.asked.show.as_deref();
        let limit = i64::try_from(PAGE + 1).unwrap_or(1);
        let mut found = rows::standing(s, &self.group.id, show, &self.after(), limit).await?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        let own = standings.iter().filter(|count| show.is_none_or(|show| show == count.value));
        let count = number(own.map(|count| count.count).sum());
        let found = found.into_iter().map(|row| (row.member, Some(row.standing))).collect();
        let mut shown = seen_rows(s, &Read { setup: &self.setup, group: self.group }, found).await?;
        shown.iter_mut().for_each(|row| row.ticked = false);
        let top = show.map_or_else(|| self.href.clone(), |show| self.address("show", show));
        let pager = self.pager(&top, count, shown.last().filter(|_| more));
        let part = GroupPart {
            id: "set".to_owned(),
            title: msg(format!("group-standing-{}", show.unwrap_or("all"))),
            count,
            rows: shown,
            all: None,
            tickable: false,
        };
        Ok((vec![part], pager))
    }

    fn tabs(&self, standings: &[Count]) -> Vec<Tab> {
        let show = self.asked.show.as_deref();
        let tab = |name: &str, count: i64, href: String| Tab {
            text: msg(format!("group-standing-{name}")),
            count: Some(parts::Count::Exact(number(count))),
            href,
            current: show.unwrap_or("all") == name,
        };
        if standings.is_empty() {
            return Vec::new();
        }
        let all = tab("all", standings.iter().map(|count| count.count).sum(), self.href.clone());
        let own = standings.iter().map(|c| tab(&c.value, c.count, self.address("show", &c.value)));
        std::iter::once(all).chain(own).collect()
    }

    /// What is left out, by why: the first rows of each, or one page by page.
    async fn left(
        &self,
        s: &mut Session,
        progress: &Progress,
        tickable: bool,
    ) -> Result<Vec<GroupPart>, Failure> {
        let mut parts = Vec::new();
        let one = self.asked.left.as_deref();
        let most = if one.is_some() { PAGE * 4 } else { FIRST };
        for (why, count) in progress.excluded.iter().filter(|(why, _)| one.is_none_or(|one| one == why)) {
            let after = if one.is_some() { self.after() } else { DifferenceId::default() };
            let limit = i64::try_from(most + 1).unwrap_or(1);
            let found = rows::left_out(s, &self.group.id, why, &after, limit).await?;
            let more = found.len() > most;
            let found = found.into_iter().take(most).map(|member| (member, None)).collect();
            let rows = seen_rows(s, &Read { setup: &self.setup, group: self.group }, found).await?;
            let mut all = more.then(|| self.address("left", why));
            if let (Some(href), Some(last), true) = (&mut all, rows.last(), one.is_some()) {
                href.push_str(&format!("&after={}", last.id));
            }
            parts.push(GroupPart {
                id: format!("left-{why}"),
                title: msg(format!("left-{}", why.replace('_', "-"))),
                count: number(*count),
                rows,
                all,
                tickable: tickable && why == "unticked",
            });
        }
        Ok(parts)
    }
}

fn lead(setup: &Setup, group: &Group, face: &Clockface) -> Msg {
    match &group.choice {
        GroupChoice::Keep { system } => msg("group-keep").with("system", setup.catalog.label(system)),
        GroupChoice::KeepOthers { system } => msg("group-others").with("system", setup.catalog.label(system)),
        GroupChoice::LeaveDifferent { until } => msg("group-leave").with("until", face.date(*until)),
        GroupChoice::Source => msg("group-source"),
        GroupChoice::Newest => msg("group-newest"),
        GroupChoice::Suggested => msg("group-suggested"),
        GroupChoice::One { values } => {
            let value = words::values(values).map_or_else(|state| state, literal);
            msg("group-one").with("value", value)
        }
    }
}

fn facts(group: &Group, face: &Clockface) -> Vec<(Msg, Msg)> {
    let mut facts = vec![
        (msg("incident-by"), literal(&group.actor.name)),
        (msg("group-frozen"), face.moment(group.created_at).text),
        (msg("incident-why"), literal(&group.note)),
        (msg("group-by-id"), literal(&group.id.0)),
    ];
    facts.extend(group.ended_at.map(|at| (msg("group-ended"), face.moment(at).text)));
    facts
}

fn links(group: &Group) -> Vec<Link> {
    match &group.incident {
        Some(id) => vec![Link::new(msg("incident-see"), format!("/incidents/{id}"))],
        None if !group.view.is_empty() => {
            vec![Link::new(msg("alike-list"), format!("/queue?{}", group.view))]
        }
        None => vec![Link::new(msg("alike-see"), format!("/queue?like={}", group.pattern))],
    }
}
