//! A difference as the grid shows it: a cell per system, the numbered options, the decision.

use super::super::parts::{Link, Problem};
use super::form::{Sent, label};
use super::rule::rule;
use super::seen::{self, Seen};
use super::{Candidate, Cell, Chosen, Difference, Typed, limits, suggest};
use crate::domain::audit::ActorKind;
use crate::domain::compare::Comparison;
use crate::domain::conflict::{Dispute, Distinct, Holder, Was};
use crate::domain::diff::Kind;
use crate::domain::entity::{Entity, Field};
use crate::domain::ids::{DifferenceId, SystemId};
use crate::domain::judge::time_of_change;
use crate::domain::mapping::Mapping;
use crate::domain::pattern;
use crate::domain::record::duplicates;
use crate::domain::resolution;
use crate::domain::textdiff::odd_characters;
use crate::domain::value::Held;
use crate::engine::case::Case;
use crate::store::conflicts::Difference as Stored;
use crate::web::failing::hidden;
use crate::web::marks::{self, Mark, Piece, against, excerpt};
use crate::web::messages::{Msg, literal, msg};
use crate::web::pages::words;
use crate::web::when::Clockface;
use std::collections::BTreeSet;

/// A chosen value is told by how it begins, in characters.
const CHOSEN: usize = 120;

/// What a difference's cells are built from.
pub struct Grid<'a> {
    pub case: &'a Case,
    pub entity: &'a Entity,
    pub face: &'a Clockface,
    pub sent: &'a Sent,
    /// The page that was sent is an older one: what is new since is marked.
    pub stale: bool,
    pub problems: &'a [Problem],
    /// Whether each last agreed value says since when.
    pub dated: bool,
}

impl Grid<'_> {
    /// One disputed field or group.
    #[must_use]
    pub fn difference(&self, stored: &Stored) -> Difference {
        let dispute = &stored.dispute;
        let columns = self.case.setup.catalog.mappings_of(&self.entity.id);
        Difference {
            id: stored.id.0.clone(),
            label: label(Some(self.entity), dispute),
            rule: rule(&dispute.policy, &dispute.findings),
            notes: self.notes(dispute),
            alike: self.alike(dispute),
            cells: columns.map(|mapping| self.cell(stored, &mapping.system)).collect(),
            options: dispute.values.iter().filter_map(|value| self.option(dispute, value)).collect(),
            hidden: self.hidden(dispute),
            agreed: if dispute.is_hidden() { Vec::new() } else { agreed(dispute) },
            agreed_note: self.agreed_note(dispute),
            whole: whole(dispute),
            act: dispute.absent.first().map(|absent| self.creates(absent)),
            remove: self.removes(dispute),
            suggestion: self
                .case
                .suggestions
                .get(&stored.id)
                .and_then(|own| suggest::line(&self.case.setup.catalog, own)),
            chosen: if dispute.is_hidden() { Chosen::Open } else { self.sent.chosen(&stored.id) },
            seen: seen::carried(dispute),
            may_clear: self.may_clear(dispute),
            combined: self.combined(dispute),
            of_record: !dispute.absent.is_empty(),
            members: self.members(dispute),
            list: None,
            under_head: false,
            told_above: false,
            typed: self.typed(stored),
            may_leave: true,
            until: self.sent.get(&format!("until.{}", stored.id)).to_owned(),
            because: self.sent.get(&format!("because.{}", stored.id)).to_owned(),
            error: self.problem(&format!("d-{}", stored.id)),
        }
    }

    /// What is wrong with an entry of the form.
    fn problem(&self, entry: &str) -> Option<Msg> {
        let problem = self.problems.iter().find(|problem| problem.field == entry)?;
        Some(problem.text.clone())
    }

    /// Why this person does not decide it, and who does.
    fn hidden(&self, dispute: &Dispute) -> Option<Msg> {
        let roles = || self.entity.limited_to(&dispute.field).unwrap_or_default();
        dispute.is_hidden().then(|| hidden(label(Some(self.entity), dispute), &roles()))
    }

    /// Whether it may be empty on purpose: no field of it needs a value, and it is not empty everywhere.
    fn may_clear(&self, dispute: &Dispute) -> bool {
        let Some(slot) = self.entity.slot(&dispute.field) else { return false };
        let Some(blank) = resolution::cleared(&slot, dispute) else { return false };
        slot.fields().zip(&blank).all(|(field, held)| field.check(held).is_ok())
    }

    /// Every member of every list, in one line.
    fn combined(&self, dispute: &Dispute) -> Option<String> {
        let slot = self.entity.slot(&dispute.field)?;
        resolution::combined(&slot, dispute)?.first().map(Held::to_string)
    }

    /// The names of a child row's members: a row is a table of its own.
    fn members(&self, dispute: &Dispute) -> Vec<String> {
        let slot = self.entity.slot(&dispute.field).filter(|slot| slot.is_row());
        slot.iter().flat_map(|slot| slot.fields()).map(|field| field.label.clone()).collect()
    }

    /// The way to the differences that are like this one.
    fn alike(&self, dispute: &Dispute) -> Option<Link> {
        if dispute.is_hidden() {
            return None;
        }
        let key = pattern::key(&self.entity.id, dispute);
        let count = self.case.alike.get(&key)?;
        Some(Link::new(msg("alike-link").with("n", *count), format!("/queue?like={key}")))
    }

    fn notes(&self, dispute: &Dispute) -> Vec<Msg> {
        let slot = self.entity.slot(&dispute.field);
        let members: Vec<String> = slot
            .filter(|slot| slot.is_group())
            .iter()
            .flat_map(|s| s.fields())
            .map(|f| f.label.to_lowercase())
            .collect();
        let group = (!members.is_empty()).then(|| msg("rule-one-choice").with("members", members));
        let wrong = dispute.policy.if_wrong.as_ref().map(|text| msg("rule-if-wrong").with("text", text));
        group.into_iter().chain(wrong).collect()
    }

    /// Since when that was agreed, or that nothing was; of whole records nothing is to be said.
    fn agreed_note(&self, dispute: &Dispute) -> Option<Msg> {
        match &dispute.agreed {
            Some(_) if dispute.is_hidden() => Some(msg("state-hidden")),
            Some((_, since)) => self.dated.then(|| self.face.date(*since)),
            None => dispute.absent.is_empty().then(|| msg("agreed-unknown")),
        }
    }

    fn creates(&self, absent: &SystemId) -> Msg {
        msg("decision-create").with("system", self.case.setup.catalog.label(absent))
    }

    /// The choice of removing a record from the systems that still hold it.
    fn removes(&self, dispute: &Dispute) -> Option<Msg> {
        let holders = dispute.values.iter().flat_map(|value| &value.holders);
        let label = |system| self.case.setup.catalog.label(system).to_owned();
        let names: Vec<String> = holders.map(|holder| label(&holder.candidate.system)).collect();
        let missing = !dispute.absent.is_empty() && !names.is_empty();
        missing.then(|| msg("decision-remove").with("system", msg("list-of").with("names", names)))
    }

    fn cell(&self, stored: &Stored, system: &SystemId) -> Cell {
        let dispute = &stored.dispute;
        let held = dispute.values.iter().find_map(|value| {
            let holder = value.holders.iter().find(|holder| holder.candidate.system == *system)?;
            Some((value, holder))
        });
        let source_of_truth = dispute.policy.source_of_truth.as_ref() == Some(system);
        match held {
            Some((value, holder)) => {
                let fresh = self.is_fresh(&stored.id, holder);
                Cell { source_of_truth, fresh, ..self.held(dispute, value, holder) }
            }
            None => Cell {
                n: None,
                lines: Vec::new(),
                state: Some(self.odd(dispute, system)),
                facts: Vec::new(),
                source_of_truth,
                fresh: false,
            },
        }
    }

    fn held(&self, dispute: &Dispute, value: &Distinct, holder: &Holder) -> Cell {
        let shown = &holder.candidate.shown;
        let veiled = shown.iter().any(Held::is_hidden);
        let blank = veiled || shown.iter().all(Held::is_blank);
        let empty = match () {
            () if veiled => "state-hidden",
            () if shown.contains(&Held::Null) => "state-null",
            () => "state-empty",
        };
        let fields = self.fields(dispute);
        let base = dispute.agreed.as_ref().filter(|_| holder.candidate.moved);
        let line = |(at, held): (usize, &Held)| {
            // What is only written differently is not marked.
            let same =
                |agreed: &Held| fields.get(at).is_some_and(|field| field.comparison.same(agreed, held));
            match base.and_then(|(tuple, _)| tuple.get(at)).filter(|agreed| !same(agreed)) {
                // Both changed: what tells them apart is what is chosen by.
                Some(_) if is_long(held) && changes(dispute) > 1 => beside_other(dispute, value, at, held),
                Some(agreed) => excerpt(Self::since(fields.get(at), &agreed.to_string(), &held.to_string())),
                None if dispute.agreed.is_none() => beside_other(dispute, value, at, held),
                None => beside_moved(dispute, at, held),
            }
        };
        Cell {
            n: u8::try_from(value.n).ok(),
            lines: if blank { Vec::new() } else { shown.iter().enumerate().map(line).collect() },
            state: blank.then(|| msg(empty)),
            facts: self.facts(dispute, holder),
            source_of_truth: false,
            fresh: false,
        }
    }

    /// What is new in a value since all agreed: of a list, its new members.
    fn since(field: Option<&Field>, agreed: &str, held: &str) -> Vec<Piece> {
        let members = field.and_then(|field| marks::members(&field.comparison, agreed, held));
        members.unwrap_or_else(|| against(agreed, held))
    }

    /// Why a system has no value here.
    fn odd(&self, dispute: &Dispute, system: &SystemId) -> Msg {
        if dispute.absent.contains(system) {
            return msg(if dispute.kind == Kind::Deleted { "state-deleted" } else { "state-absent" });
        }
        let holding = self.case.holdings.iter().find(|holding| holding.system == *system);
        let slot = self.entity.slot(&dispute.field);
        let mapping = self.case.setup.catalog.mapping(system, &self.entity.id);
        let maps =
            |mapping: &Mapping| slot.iter().flat_map(|slot| slot.fields()).all(|f| mapping.maps(&f.id));
        match (holding, mapping) {
            (_, Some(mapping)) if !maps(mapping) => msg("state-no-field"),
            _ if duplicates(&self.case.holdings).contains_key(system) => msg("state-held-twice"),
            (Some(holding), _) if holding.present => {
                let when = self.face.day(holding.read.at).text;
                msg("state-unknown").with("when", when)
            }
            (Some(_), _) => msg("state-deleted"),
            (None, _) => msg("state-absent"),
        }
    }

    fn fields(&self, dispute: &Dispute) -> Vec<Field> {
        self.entity.slot(&dispute.field).map_or_else(Vec::new, |slot| slot.fields().cloned().collect())
    }

    /// What cannot be seen in a value, or looks like something else.
    fn unseen(holder: &Holder) -> Vec<Msg> {
        let text = |held: &Held| held.value().map(str::to_owned);
        let texts: Vec<String> = holder.candidate.shown.iter().filter_map(text).collect();
        let odd = texts.iter().flat_map(|text| odd_characters(text));
        let names: BTreeSet<&str> = odd.map(|odd| odd.name).collect();
        let word = |name: &str| msg(format!("odd-{}", name.replace(' ', "-").to_lowercase()));
        names.into_iter().map(|name| msg("fact-odd").with("what", word(name))).collect()
    }

    fn facts(&self, dispute: &Dispute, holder: &Holder) -> Vec<Msg> {
        let told = self.told(dispute, holder);
        told.into_iter().chain(Self::unseen(holder)).collect()
    }

    fn told(&self, dispute: &Dispute, holder: &Holder) -> Vec<Msg> {
        let candidate = &holder.candidate;
        let time = time_of_change(candidate).map(|time| self.face.day(time).text);
        let by = candidate.read.modified_by.as_deref().map(words::by);
        if !dispute.absent.is_empty() {
            let read = self.face.ago(candidate.read.at).text;
            return vec![msg("fact-read").with("when", read)];
        }
        if candidate.moved {
            let learned = || self.face.day(candidate.read.at).text;
            let changed = msg("fact-changed").with("when", time.unwrap_or_else(learned));
            return std::iter::once(changed).chain(by).collect();
        }
        let mut facts = Vec::new();
        if let Some((base, _)) = &dispute.agreed {
            // How it is written is a part of what is hidden.
            let same = candidate.shown == *base || dispute.is_hidden();
            let differently = msg("fact-same-written-differently").with("kind", self.kind(dispute));
            facts.push(if same { msg("fact-same-as-agreed") } else { differently });
            let rewritten =
                time.filter(|_| candidate.revision > 1 && !self.moved_elsewhere(&candidate.system));
            facts.extend(rewritten.map(|when| msg("fact-rewritten").with("when", when)));
        } else {
            facts.extend(time.map(|when| msg("fact-changed").with("when", when)));
            facts.extend(by);
        }
        facts
    }

    /// What the value of a field is called where it is written differently.
    fn kind(&self, dispute: &Dispute) -> Msg {
        let fields = self.fields(dispute);
        msg(match (fields.first().map(|field| &field.comparison), fields.get(1)) {
            (Some(Comparison::Phone(_)), None) => "kind-number",
            (Some(Comparison::Date), None) => "kind-date",
            (Some(Comparison::Decimal | Comparison::Tolerance { .. }), None) => "kind-amount",
            _ => "kind-value",
        })
    }

    /// Whether the row's time of change belongs to another field of it.
    fn moved_elsewhere(&self, system: &SystemId) -> bool {
        let holders = self.case.open().flat_map(|d| &d.dispute.values).flat_map(|value| &value.holders);
        holders
            .map(|holder| &holder.candidate)
            .any(|candidate| candidate.moved && candidate.system == *system)
    }

    fn is_fresh(&self, id: &DifferenceId, holder: &Holder) -> bool {
        self.stale && Seen::of(self.sent, id).is_some_and(|seen| seen.is_new(holder))
    }

    fn option(&self, dispute: &Dispute, value: &Distinct) -> Option<Candidate> {
        let source = dispute.policy.source_of_truth.as_ref();
        let shown = value.shown(source);
        let systems: Vec<&SystemId> = value.holders.iter().map(|holder| &holder.candidate.system).collect();
        let keeper = systems.iter().find(|system| Some(**system) == source).or(systems.first());
        let name = |system: &SystemId| self.case.setup.catalog.label(system).to_owned();
        let keeps = match (dispute.absent.first(), keeper) {
            (Some(absent), _) => self.creates(absent),
            (None, Some(keeper)) => msg("decision-keep").with("system", name(keeper)),
            (None, None) => msg("decision-keep-earlier"),
        };
        let line = |held: &Held| match held {
            Held::Value(text) => literal(marks::beginning(text, CHOSEN)),
            Held::Hidden(_) => msg("state-hidden"),
            Held::Null => msg("state-null"),
            Held::Empty | Held::Unknown => msg("state-empty"),
        };
        let n = u8::try_from(value.n).ok()?;
        let (outcome, lines) = (format!("keep:{n}"), shown.iter().map(line).collect());
        Some(Candidate { n, outcome, lines, keeps, earlier: value.was.as_ref().map(earlier) })
    }

    fn typed(&self, stored: &Stored) -> Vec<Typed> {
        let slot = self.entity.slot(&stored.dispute.field);
        let field = |field: &Field| {
            let now = stored.dispute.values.iter().flat_map(|value| &value.holders);
            let longest =
                now.flat_map(|h| &h.candidate.shown).map(|held| held.to_string().len()).max().unwrap_or(0);
            Typed {
                field: field.id.0.clone(),
                label: field.label.clone(),
                value: self.sent.typed(&stored.id, field.id.as_str()).to_owned(),
                limits: limits::of(&self.case.setup.catalog, self.entity, field),
                error: self.problem(&format!("t-{}-{}", stored.id, field.id)),
                long: longest > 120,
            }
        };
        slot.iter().flat_map(|slot| slot.fields()).map(field).collect()
    }
}

/// When a value was held that nobody holds any longer.
fn earlier(was: &Was) -> Msg {
    match &was.before {
        None => msg("earlier-moved"),
        Some(doubted) if doubted.by.kind == ActorKind::Rule => {
            msg("earlier-rule").with("n", doubted.policy_version)
        }
        Some(doubted) => msg("earlier-decided").with("name", &doubted.by.name),
    }
}

/// The last agreed value, one line per member; empty when unknown.
fn agreed(dispute: &Dispute) -> Vec<String> {
    let tuple = dispute.agreed.iter().flat_map(|(tuple, _)| tuple).enumerate();
    let text = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| piece.text).collect();
    tuple.map(|(at, held)| text(beside_moved(dispute, at, held))).collect()
}

fn is_long(held: &Held) -> bool {
    held.to_string().len() > marks::LONG
}

/// How many values somebody changed it to.
fn changes(dispute: &Dispute) -> usize {
    let moved = |value: &&Distinct| value.holders.iter().any(|holder| holder.candidate.moved);
    dispute.values.iter().filter(moved).count()
}

/// A value plain; of a long one the places at which another one differs.
fn beside_other(dispute: &Dispute, value: &Distinct, at: usize, held: &Held) -> Vec<Piece> {
    let held_by_others = |other: &&Distinct| other.n != value.n && !other.holders.is_empty();
    let other = dispute.values.iter().find(held_by_others).and_then(|other| other.shown(None).get(at));
    match other.filter(|_| is_long(held)) {
        Some(other) => excerpt(against(&other.to_string(), &held.to_string())),
        None => excerpt(Piece::whole(Mark::Plain, held.to_string())),
    }
}

/// A value that nobody changed, plain; of a long one the places that others changed.
fn beside_moved(dispute: &Dispute, at: usize, held: &Held) -> Vec<Piece> {
    let text = held.to_string();
    if text.len() <= marks::LONG {
        return Piece::whole(Mark::Plain, text);
    }
    let mut holders = dispute.values.iter().flat_map(|value| &value.holders);
    let moved =
        holders.find(|holder| holder.candidate.moved).and_then(|holder| holder.candidate.shown.get(at));
    let pieces = match moved.map(Held::to_string).filter(|moved| *moved != text) {
        Some(moved) => excerpt(against(&moved, &text)),
        None => excerpt(Piece::whole(Mark::Plain, text)),
    };
    pieces.into_iter().map(|piece| Piece { mark: Mark::Plain, ..piece }).collect()
}

/// Each distinct value as a whole, where one is too long for its cell: number, lines.
fn whole(dispute: &Dispute) -> Vec<(usize, Vec<String>)> {
    let lines = |value: &Distinct| value.shown(None).iter().map(Held::to_string).collect::<Vec<_>>();
    let all: Vec<_> = dispute.values.iter().map(|value| (value.n, lines(value))).collect();
    let longer = |lines: &[String], than: usize| lines.iter().any(|line| line.len() > than);
    // What nobody holds any longer is shown by how it begins alone.
    let cut =
        |value: &Distinct| longer(&lines(value), if value.was.is_some() { CHOSEN } else { marks::LONG });
    if dispute.values.iter().any(cut) { all } else { Vec::new() }
}
