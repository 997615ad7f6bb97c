//! The page of a case, as one person sees it.

use super::super::parts::{Choice, Due, Link, Notice, Problem, SystemLink, Urgency};
use super::super::questions;
use super::super::talk::{self, Draft};
use super::cells::Grid;
use super::form::{Sent, label};
use super::{
    AgreedField, Chosen, Column, ConflictPage, Event, Head, Preview, PreviewSystem, PreviewWrite, Trail,
    Unchanged, causes, listed, precedents, verdict,
};
use crate::domain::access::{Right, Viewer};
use crate::domain::approval::Standing;
use crate::domain::entity::{Entity, Slot};
use crate::domain::ids::FieldId;
use crate::domain::resolution::{self, Reason};
use crate::domain::rows;
use crate::domain::time::Time;
use crate::domain::value::Held;
use crate::engine::case::Case;
use crate::engine::detect::Targets;
use crate::store::conflicts::Difference;
use crate::store::holdings::Version;
use crate::store::resolutions::Resolution;
use crate::web::messages::{Msg, literal, msg};
use crate::web::page::Tone;
use crate::web::pages::record::build::deep_link;
use crate::web::pages::routing::Passing;
use crate::web::pages::{reviews, words};
use crate::web::when::Clockface;
use chrono::TimeDelta;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Days in which a field that came to agree counts as changed lately.
const LATELY_DAYS: i64 = 7;

/// What the page is made of beside the case.
pub struct Shown<'a> {
    pub case: &'a Case,
    pub viewer: &'a Viewer,
    pub face: &'a Clockface,
    pub sent: &'a Sent,
    pub query: String,
    pub trail: Trail,
    pub targets: &'a [Targets],
    pub problems: Vec<Problem>,
    /// The key of the form's one decision.
    pub idempotency: String,
    /// The page that was sent is an older one.
    pub stale: bool,
    /// What stays undecided was listed.
    pub listed: bool,
    /// What this person had chosen, where somebody else decided first.
    pub chose: Vec<Msg>,
    /// What of the choices does not fit, as the systems stand.
    pub unfit: Vec<Msg>,
    pub notice: Option<Notice>,
    pub passing: Option<Passing>,
    pub draft: Draft,
    /// Letters can leave.
    pub has_post: bool,
    /// The key of the form of comments.
    pub comment_key: String,
}

/// Builds the page; None when its entity is not configured any longer.
#[must_use]
pub fn page(shown: Shown<'_>) -> Option<ConflictPage> {
    let (case, face, sent) = (shown.case, shown.face, shown.sent);
    let entity = case.setup.catalog.entity(&case.conflict.entity)?;
    let agreed_on = agreed_on(case, face);
    let dated = agreed_on.is_none();
    let grid = Grid { case, entity, face, sent, stale: shown.stale, problems: &shown.problems, dated };
    let deciding = shown.viewer.may(Right::Decide) && case.conflict.open;
    let stored = listed::in_order(if case.conflict.open {
        case.open().collect()
    } else {
        case.differences.iter().collect()
    });
    let mut differences: Vec<_> = stored.iter().map(|difference| grid.difference(difference)).collect();
    listed::under_heads(&mut differences, &stored, case, entity);
    let decided = differences.iter().filter(|difference| difference.is_decided()).count();
    let over = Over { case, viewer: shown.viewer, entity, face, chose: &shown.chose };
    let onward = shown.trail.next.clone().unwrap_or_else(|| format!("/queue{}", shown.query));
    Some(ConflictPage {
        id: case.conflict.id.0.clone(),
        version: case.conflict.version.to_string(),
        idempotency: shown.idempotency,
        query: shown.query,
        trail: shown.trail,
        head: head(case, entity, shown.viewer, face),
        verdict: verdict::sentences(case, entity, face),
        notice: shown.notice.or_else(|| over.notice(&onward)),
        problems: shown.problems.clone(),
        columns: columns(case, entity, face),
        then: then(case),
        agreed_on,
        agreed: agreed(case, entity, face),
        timeline: format!("/records/{}/timeline", case.record.id),
        related: precedents::others(case),
        preview: preview(case, entity, shown.viewer, sent, (shown.targets, shown.unfit)),
        events: events(case, face),
        causes: causes::of(case, entity, shown.viewer, sent),
        passing: shown.passing,
        reopens: reopens(case, shown.viewer),
        questions: questions::of(case, shown.viewer, face, shown.has_post, shown.draft.question.as_ref()),
        talk: talk::of(case, shown.viewer, face, shown.draft, shown.comment_key),
        deciding,
        reasons: reasons(case, sent),
        note: sent.get("note").to_owned(),
        decided,
        listed: shown.listed,
        precedents: precedents::of(case, face),
        separate: (deciding && case.holdings.len() > 1)
            .then(|| Link::new(msg("conflict-separate"), format!("/records/{}#separate", case.record.id))),
        differences,
    })
}

/// Something of it was decided and it is over.
fn reopens(case: &Case, viewer: &Viewer) -> bool {
    let decided = case.decisions.iter().any(|decision| decision.state != "undone");
    let may = viewer.may(Right::Decide) || viewer.may(Right::Reverse);
    case.conflict.closed_at.is_some() && decided && may
}

fn head(case: &Case, entity: &Entity, viewer: &Viewer, face: &Clockface) -> Head {
    let conflict = &case.conflict;
    let id = |holding: &crate::domain::record::Holding| {
        let mapping = case.setup.catalog.mapping(&holding.system, &entity.id);
        SystemLink {
            system: case.setup.catalog.label(&holding.system).to_owned(),
            id: holding.external_id.clone(),
            href: mapping.and_then(|mapping| deep_link(mapping, &holding.external_id)),
        }
    };
    let claimed = conflict.claimed_by.as_ref().zip(conflict.claimed_until);
    let other = claimed.filter(|(by, until)| *until > face.now && **by != viewer.user);
    let name = |user| case.names.get(user).cloned().unwrap_or_default();
    let assigned = conflict.assignee.as_ref().map(|user| match *user == viewer.user {
        true => msg("assigned-you"),
        false => msg("assigned-other").with("name", name(user)),
    });
    let soon = conflict.due_at - face.now < TimeDelta::hours(4);
    let urgency = match () {
        () if conflict.due_at < face.now => Urgency::Overdue,
        () if soon => Urgency::Soon,
        () => Urgency::Later,
    };
    Head {
        name: case.record.title.clone(),
        href: format!("/records/{}", case.record.id),
        entity: entity.label.clone(),
        ids: case.holdings.iter().map(id).collect(),
        presence: other.map(|(by, until)| {
            let since = face.ago(until - TimeDelta::minutes(10)).text;
            msg("conflict-presence").with("name", name(by)).with("when", since)
        }),
        assigned,
        waits: conflict.open.then_some(conflict.wait.as_ref()).flatten().map(|wait| {
            let until = face.moment(wait.until).text;
            msg("conflict-waits").with("ends", wait.ends.as_str()).with("until", until)
        }),
        due: conflict.open.then(|| Due { when: face.due_alone(conflict.due_at), urgency }),
    }
}

/// A conflict that this person cannot decide now.
struct Over<'a> {
    case: &'a Case,
    viewer: &'a Viewer,
    entity: &'a Entity,
    face: &'a Clockface,
    chose: &'a [Msg],
}

impl Over<'_> {
    /// What is said of it; None where the person can decide. `onward` is the next one of the view.
    fn notice(&self, onward: &str) -> Option<Notice> {
        let plain = |tone, title, lines, links| Some(Notice { tone, title, lines, links });
        if self.case.conflict.open {
            let decides = self.viewer.may(Right::Decide);
            let text = vec![msg("read-only-text")];
            let read_only = || plain(Tone::Info, msg("read-only-title"), text, Vec::new());
            return if decides { sent_back(self.case) } else { read_only() };
        }
        let next = Link::new(msg("settled-next"), onward);
        if let Some(decision) = self.case.decisions.first().filter(|decision| decision.state != "undone") {
            return Some(self.decided(decision, next));
        }
        let at = self.case.settled_by_itself()?;
        let fields: Vec<String> =
            self.case.differences.iter().map(|d| label(Some(self.entity), &d.dispute)).collect();
        let title = msg("settled-title").with("when", self.face.ago(at).text);
        plain(Tone::Done, title, vec![msg("settled-text").with("fields", fields)], vec![next])
    }

    /// Who decided what, and when; the way to another decision.
    fn decided(&self, decision: &Resolution, next: Link) -> Notice {
        let key = if decision.is_awaiting() { "awaiting-title" } else { "decided-title" };
        let title =
            msg(key).with("name", &decision.actor.name).with("when", self.face.ago(decision.created_at).text);
        let page = decision.disputes().unwrap_or_default();
        let line = |chosen: &resolution::Chosen| {
            let field = words::field(&self.case.setup.catalog, Some(&self.entity.id), &chosen.field);
            let outcome = precedents::outcome(self.case, self.face, chosen, &page);
            msg("decided-outcome").with("field", field).with("outcome", outcome)
        };
        let mut links = vec![Link::new(msg("decided-see"), format!("/resolutions/{}", decision.id))];
        if reviews::may_ask(self.viewer) {
            links.push(Link::new(msg("decided-again"), format!("/resolutions/{}#ask", decision.id)));
        }
        links.push(next);
        let lines = decision.outcomes.iter().map(line).chain(self.chose.iter().cloned()).collect();
        Notice { tone: Tone::Info, title, lines, links }
    }
}

/// A second person sent the last decision back, or none answered in time: what was chosen stands in the
/// form.
fn sent_back(case: &Case) -> Option<Notice> {
    let decision = case.decisions.first()?;
    let approval = decision.approval.as_ref()?;
    let by = approval.by.as_ref().map_or("", |by| by.name.as_str());
    let (title, why) = match approval.standing {
        Standing::SentBack => (msg("sent-back-title").with("name", by), msg("approval-because")),
        Standing::Expired => (msg("expired-title"), msg("expired-again")),
        _ => return None,
    };
    let title = title.with("decider", &decision.actor.name);
    let lines = vec![why.with("why", &approval.reason), msg("sent-back-kept")];
    let links = vec![Link::new(msg("decided-see"), format!("/resolutions/{}", decision.id))];
    Some(Notice { tone: Tone::Warning, title, lines, links })
}

fn columns(case: &Case, entity: &Entity, face: &Clockface) -> Vec<Column> {
    let column = |mapping: &crate::domain::mapping::Mapping| {
        let read = case.read_at.get(&mapping.system);
        let late = TimeDelta::hours(24);
        Column {
            id: mapping.system.0.clone(),
            name: case.setup.catalog.label(&mapping.system).to_owned(),
            // Of a closed one the values stand as they were then, whatever was read since.
            read: case.conflict.open.then(|| {
                read.map_or_else(
                    || msg("column-never"),
                    |at| msg("column-read").with("when", face.ago(*at).text),
                )
            }),
            stale: read.is_none_or(|at| face.now - *at > late),
        }
    };
    case.setup.catalog.mappings_of(&entity.id).map(column).collect()
}

/// As of when the values of a closed conflict stand.
fn then(case: &Case) -> Option<Msg> {
    let standing = |decision: &&Resolution| decision.state != "undone";
    let decided = case.decisions.iter().any(|decision| standing(&decision));
    (!case.conflict.open).then(|| msg(if decided { "grid-decided" } else { "grid-settled" }))
}

/// The day of the last agreement, if it is the same for all that is disputed, and short: of this
/// year. Else it stands under each value.
fn agreed_on(case: &Case, face: &Clockface) -> Option<Msg> {
    let since = case.open().filter_map(|d| d.dispute.agreed.as_ref()).map(|(_, since)| *since);
    let since: Vec<Time> = since.collect();
    let first = *since.first()?;
    let day = face.date(first);
    (face.is_this_year(first) && since.iter().all(|other| face.date(*other) == day)).then_some(day)
}

/// The fields on which all systems agree; those that came to agree lately first.
fn agreed(case: &Case, entity: &Entity, face: &Clockface) -> Vec<AgreedField> {
    let disputed = |difference: &&crate::store::conflicts::Difference| {
        difference.state.is_open() || difference.state.is_under_way()
    };
    let disputed = case.differences.iter().filter(disputed);
    let disputed: BTreeSet<&str> = disputed.map(|difference| difference.dispute.field.as_str()).collect();
    let lately = |since: Time| face.now - since < TimeDelta::days(LATELY_DAYS);
    let agreed = |slot: Slot<'_>| {
        let (tuple, since) = case.base.tuple(slot.fields().map(|field| &field.id))?;
        let value = match tuple.iter().any(Held::is_hidden) {
            true => msg("state-hidden"),
            false => literal(tuple.iter().map(Held::to_string).collect::<Vec<_>>().join(", ")),
        };
        let changed = lately(since).then(|| msg("agreed-since").with("when", face.day(since).text));
        Some((since, AgreedField { label: slot.label.to_owned(), value, changed }))
    };
    let slots = entity.slots_of(&case.base, &case.holdings, std::iter::empty()).into_iter();
    let own = slots.filter(|slot| !slot.is_all_rows() && !disputed.contains(slot.id.as_str()));
    let mut fields: Vec<(Time, AgreedField)> = own.filter_map(agreed).collect();
    // The others stay in the order of the configuration.
    fields.sort_by_key(|(since, _)| Reverse(lately(*since).then_some(*since)));
    fields.into_iter().map(|(_, field)| field).collect()
}

/// The systems to which nothing is written, together where the same may be added to them.
fn unchanged(case: &Case, entity: &Entity, sent: &Sent, targets: &[Targets]) -> Vec<Unchanged> {
    let undecided: Vec<_> =
        case.decidable().filter(|difference| sent.chosen(&difference.id) == Chosen::Open).collect();
    // By the fields that may be added.
    let mut all: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for mapping in case.setup.catalog.mappings_of(&entity.id) {
        if targets.iter().any(|target| target.system == mapping.system) {
            continue;
        }
        // A whole record may come to be anywhere.
        let maps = |difference: &&&Difference| match entity.slot(&difference.dispute.field) {
            Some(slot) => slot.fields().any(|field| mapping.maps(&field.id)),
            None => true,
        };
        let fields: Vec<String> =
            undecided.iter().filter(maps).map(|own| label(Some(entity), &own.dispute)).collect();
        let name = case.setup.catalog.label(&mapping.system).to_owned();
        match all.iter_mut().find(|(same, _)| *same == fields) {
            Some((_, systems)) => systems.push(name),
            None => all.push((fields, vec![name])),
        }
    }
    let said = |(fields, systems): (Vec<String>, Vec<String>)| Unchanged {
        pending: (!fields.is_empty())
            .then(|| msg("writes-pending").with("n", fields.len()).with("fields", fields)),
        systems,
    };
    all.into_iter().map(said).collect()
}

/// What saving would write, by system.
#[must_use]
pub fn preview(
    case: &Case,
    entity: &Entity,
    viewer: &Viewer,
    sent: &Sent,
    (targets, problems): (&[Targets], Vec<Msg>),
) -> Preview {
    let label_of = |system| case.setup.catalog.label(system).to_owned();
    let mappings = || case.setup.catalog.mappings_of(&entity.id);
    let systems: Vec<PreviewSystem> = mappings()
        .filter_map(|mapping| {
            let own: Vec<&Targets> =
                targets.iter().filter(|target| target.system == mapping.system).collect();
            let by_hand = own.iter().any(|target| !target.writable);
            (!own.is_empty()).then(|| PreviewSystem {
                removes: own.iter().any(|target| target.change.remove),
                name: label_of(&mapping.system),
                writes: own.iter().flat_map(|target| writes(target)).collect(),
                note: by_hand.then(|| msg("writes-by-hand")),
            })
        })
        .collect();
    let open: Vec<_> = case.decidable().collect();
    let hold = open.iter().map(|difference| difference.dispute.policy.hold_seconds).max().unwrap_or(20);
    let fields: usize =
        open.iter().map(|d| entity.slot(&d.dispute.field).map_or(3, |slot| slot.fields().count())).sum();
    Preview {
        unchanged: unchanged(case, entity, sent, targets),
        problems,
        hold_seconds: viewer.hold.of_seconds(hold),
        reserve: fields + 1,
        systems,
    }
}

fn writes(target: &Targets) -> Vec<PreviewWrite> {
    let own = |text: Option<&str>| text.map(str::to_owned);
    let columns = target.change.columns().into_iter();
    let write = columns.map(|(field, was, now)| PreviewWrite {
        hidden: target.change.hides(field),
        field: field.to_owned(),
        was: own(was),
        now: own(now),
        warnings: Vec::new(),
    });
    write.collect()
}

fn reasons(case: &Case, sent: &Sent) -> Vec<Choice> {
    if !case.decidable().any(|difference| difference.dispute.policy.reason_asked) {
        return Vec::new();
    }
    let choice = |reason: Reason| Choice {
        value: reason.as_str().to_owned(),
        text: msg(words::reason_key(reason)),
        chosen: sent.get("reason") == reason.as_str(),
    };
    Reason::ALL.into_iter().map(choice).collect()
}

/// When a version came about, as far as is known: for the first one, when it was first read.
fn came_about(version: &Version) -> Time {
    match version.parent {
        Some(_) => version.read.modified_at.unwrap_or(version.read.at),
        None => version.read.at,
    }
}

/// The last events of the record, newest first.
fn events(case: &Case, face: &Clockface) -> Vec<Event> {
    let mut versions: Vec<&Version> = case.versions.iter().collect();
    versions.sort_by_key(|version| std::cmp::Reverse(came_about(version)));
    versions.into_iter().map(|version| event(case, version, face)).collect()
}

/// One of the last events of the record.
fn event(case: &Case, version: &Version, face: &Clockface) -> Event {
    let entity = &case.conflict.entity;
    let system = case.setup.catalog.label(&version.system);
    let mapping = case.setup.catalog.mapping(&version.system, entity);
    let mut before = case.versions.iter().chain(&case.parents);
    let parent = before.find(|other| Some(&other.id) == version.parent.as_ref());
    let fields: Vec<String> = mapping
        .zip(parent)
        .map(|(mapping, parent)| {
            let (now, was) = (mapping.read(&version.cells).fields, mapping.read(&parent.cells).fields);
            let ids: BTreeSet<&FieldId> = now.keys().chain(was.keys()).collect();
            let held = |all, id| rows::held(all, id).unwrap_or(&Held::Unknown);
            let moved = ids.into_iter().filter(|id| held(&was, id) != held(&now, id));
            let known = case.setup.catalog.entity(entity);
            moved.filter_map(|id| known.and_then(|entity| entity.field_label(id))).collect()
        })
        .unwrap_or_default();
    let text = match () {
        () if !version.present => msg("event-deleted").with("system", system),
        () if version.parent.is_none() => msg("event-first").with("system", system),
        () if version.origin == "write" => msg("event-written").with("system", system).with("fields", fields),
        () if parent.is_some() && fields.is_empty() => msg("event-rewritten").with("system", system),
        () if fields.is_empty() => msg("event-changed-some").with("system", system),
        () => msg("event-changed").with("system", system).with("fields", fields),
    };
    Event { when: face.day(came_about(version)), text }
}
