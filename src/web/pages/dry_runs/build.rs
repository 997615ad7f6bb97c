//! A dry run as its page shows it.

use super::{Counted, DryRunPage, DryRunRow, FieldRow, Found, Row, Side};
use crate::domain::entity::Entity;
use crate::domain::ids::FieldId;
use crate::domain::policy::Rule;
use crate::engine::Setup;
use crate::engine::detect::RECORD;
use crate::engine::dry_run::{self, DryRun, Index, Kind, State, Summary};
use crate::web::api::dry_runs::{Line, LineValue, becomes};
use crate::web::api::values::FieldValue;
use crate::web::marks::{Mark, Piece, against, beside};
use crate::web::messages::{Msg, english, literal, msg, said};
use crate::web::page::Tone;
use crate::web::pages::parts::{Count, Link, Notice, Pager};
use crate::web::when::Clockface;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Rows on one page.
pub const PAGE: usize = 50;

/// Which rows of a report, and whether the page looks again by itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub watch: String,
    pub field: String,
    pub would: String,
    /// The rule or the finding.
    pub by: String,
    pub from: usize,
}

impl Asked {
    /// Whether a kind of difference is asked for.
    #[must_use]
    pub fn wants(&self, kind: &Kind) -> bool {
        let (would, by) = becomes(kind);
        let fits = |asked: &str, own: &str| asked.is_empty() || asked == own;
        fits(&self.field, kind.field.as_str())
            && fits(&self.would, would)
            && fits(&self.by, by.unwrap_or_default())
    }

    fn is_filter(&self) -> bool {
        !(self.field.is_empty() && self.would.is_empty() && self.by.is_empty())
    }
}

fn address(run: &DryRun, asked: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(asked.iter().filter(|(_, value)| !value.is_empty()));
    format!("/dry-runs/{}?{}#differences", run.id, query.finish())
}

/// What a rule is called, whichever it is.
#[must_use]
pub fn rule(name: &str) -> Msg {
    let known = Rule::ALL.into_iter().find(|rule| rule.as_str() == name);
    known.map_or_else(|| literal(name), crate::web::pages::policies::build::rule)
}

/// Why a person would decide, by the name of the finding.
#[must_use]
pub fn why(name: &str) -> Msg {
    let key = format!("dry-run-why-{name}");
    if english().has(&key) { msg(key) } else { literal(name.replace('_', " ")) }
}

/// One dry run in a list.
#[must_use]
pub fn row(setup: &Setup, run: &DryRun, face: &Clockface) -> DryRunRow {
    let (state, tone, found) = match run.state() {
        State::Running => ("run-running", Tone::Info, None),
        State::Done { summary, .. } => ("run-done", Tone::Done, Some(summary.all())),
        State::Failed { .. } | State::TooLong { .. } => ("run-state-failed", Tone::Danger, None),
        State::Cancelled { .. } => ("dry-run-stopped", Tone::Warning, None),
    };
    let entity = setup.catalog.entity(&run.ask.entity);
    DryRunRow {
        href: format!("/dry-runs/{}", run.id),
        entity: entity.map_or_else(|| run.ask.entity.0.clone(), |entity| entity.label.clone()),
        systems: run.ask.systems.iter().map(|system| setup.catalog.label(system).to_owned()).collect(),
        started: face.day(run.started),
        by: run.by.clone(),
        state: msg(state),
        tone,
        found: found.map(|n| msg("dry-run-found").with("n", n)),
    }
}

/// The page without its rows.
#[must_use]
pub fn page(setup: &Setup, run: &DryRun, face: &Clockface, watched: bool) -> DryRunPage {
    let running = run.is_running();
    let (seen, href) = (run.seen(), format!("/dry-runs/{}", run.id));
    DryRunPage {
        run: row(setup, run, face),
        progress: running.then(|| (seen, run.expected.max(seen))),
        cancel: running.then(|| format!("{href}/cancellation")),
        watched: running && watched,
        watch: if watched { href } else { format!("{href}?watch=1") },
        notice: notice(run),
        result: None,
    }
}

fn notice(run: &DryRun) -> Option<Notice> {
    let (tone, title, lines) = match run.state() {
        State::Running | State::Done { .. } => return None,
        State::Failed { error, .. } => {
            (Tone::Danger, msg("dry-run-failed"), vec![said(error), msg("dry-run-failed-advice")])
        }
        State::TooLong { minutes, .. } => {
            (Tone::Danger, msg("dry-run-too-long").with("n", minutes), vec![msg("dry-run-too-long-advice")])
        }
        State::Cancelled { .. } => (Tone::Warning, msg("dry-run-was-stopped"), Vec::new()),
    };
    let again = format!("/dry-runs?entity={}", run.ask.entity);
    Some(Notice { tone, title, lines, links: vec![Link::new(msg("dry-run-again"), again)] })
}

/// What was found, with the rows of one page.
pub struct Shown<'a> {
    pub setup: &'a Setup,
    pub entity: Option<&'a Entity>,
    pub run: &'a DryRun,
    pub summary: &'a Summary,
    pub index: &'a Index,
    pub asked: &'a Asked,
    /// How many lines fit the filter.
    pub fit: usize,
}

impl Shown<'_> {
    fn system(&self, id: &str) -> String {
        self.setup.catalog.label(&id.into()).to_owned()
    }

    fn label(&self, field: &FieldId) -> Msg {
        let slot = self.entity.and_then(|entity| entity.slot(field)).map(|slot| literal(&*slot.label));
        let other = || if field.as_str() == RECORD { msg("dry-run-whole") } else { literal(&field.0) };
        slot.unwrap_or_else(other)
    }

    #[must_use]
    pub fn found(&self, lines: &[Line]) -> Found {
        let report = format!("/dry-runs/{}/report", self.run.id);
        let cut = msg("dry-run-cut").with("n", self.index.len());
        Found {
            differences: self.summary.all(),
            facts: self.facts(),
            fields: self.fields(),
            report,
            cut: self.index.cut.then_some(cut),
            filter: self.asked.is_filter().then(|| (self.filter(), address(self.run, &[]))),
            shown: Count::Exact(self.fit as u64),
            rows: lines.iter().map(|line| self.line(line)).collect(),
            pager: self.pager(lines.len()),
        }
    }

    fn facts(&self) -> Vec<Msg> {
        let summary = self.summary;
        let mut facts = vec![
            msg("dry-run-compared")
                .with("n", summary.records)
                .with("agree", summary.agree)
                .with("differ", summary.differ),
        ];
        facts.extend((summary.left_out > 0).then(|| msg("dry-run-left-out").with("n", summary.left_out)));
        facts.extend(summary.lacking.iter().map(|(system, n)| {
            msg("dry-run-lacking").with("n", *n).with("system", self.system(system.as_str()))
        }));
        facts
    }

    fn fields(&self) -> Vec<FieldRow> {
        let slots: Vec<FieldId> = self
            .entity
            .map_or_else(Vec::new, |entity| entity.slots().into_iter().map(|slot| slot.id.clone()).collect());
        let mut known: BTreeSet<&FieldId> = self.index.kinds().iter().map(|(kind, _)| &kind.field).collect();
        known.extend(self.summary.written.keys());
        let place = |field: &FieldId| slots.iter().position(|slot| slot == field).unwrap_or(usize::MAX);
        let mut fields: Vec<&FieldId> = known.into_iter().collect();
        fields.sort_by_key(|field| place(field));
        fields.into_iter().map(|field| self.field(field)).collect()
    }

    fn field(&self, field: &FieldId) -> FieldRow {
        let own: Vec<&(Kind, u64)> =
            self.index.kinds().iter().filter(|(kind, _)| kind.field == *field).collect();
        let counted = |would: &str| -> Vec<Counted> {
            let of = own.iter().filter(|(kind, _)| becomes(kind).0 == would);
            let mut all: Vec<Counted> = of.map(|(kind, n)| self.counted(kind, *n)).collect();
            all.sort_by_key(|counted| std::cmp::Reverse(counted.n));
            all
        };
        let all: u64 = own.iter().map(|(_, n)| n).sum();
        FieldRow {
            label: self.label(field),
            all: (all > 0).then(|| Counted {
                n: all,
                text: msg("number").with("n", all),
                href: address(self.run, &[("field", field.as_str())]),
            }),
            settle: counted("settle"),
            review: counted("review"),
            stand: counted("leave_different").pop(),
            written: self.summary.written.get(field).copied().unwrap_or(0),
        }
    }

    fn counted(&self, kind: &Kind, n: u64) -> Counted {
        let (would, by) = becomes(kind);
        let text = match (would, by) {
            ("settle", Some(by)) => rule(by),
            ("review", Some(by)) => why(by),
            _ => msg("dry-run-stands"),
        };
        let field = kind.field.as_str();
        let href = address(self.run, &[("field", field), ("would", would), ("by", by.unwrap_or_default())]);
        Counted { n, text, href }
    }

    fn filter(&self) -> Msg {
        let asked = self.asked;
        let would = match asked.would.as_str() {
            "settle" => msg("dry-run-would-settle").with("by", rule(&asked.by)),
            "review" => msg("dry-run-would-review").with("why", why(&asked.by)),
            "leave_different" => msg("dry-run-stands"),
            _ => return self.label(&asked.field.as_str().into()),
        };
        msg("dry-run-filter").with("field", self.label(&asked.field.as_str().into())).with("would", would)
    }

    fn line(&self, line: &Line) -> Row {
        let (would, tone) = match line.would.as_str() {
            "settle" => match &line.keeps {
                Some(system) => (msg("dry-run-keeps").with("system", self.system(system)), Tone::Done),
                None => (msg("draft-row-computed"), Tone::Done),
            },
            "leave_different" => (msg("dry-run-stands"), Tone::Info),
            _ => {
                let why = why(&dry_run::why(&line.findings));
                (msg("dry-run-would-review").with("why", why), Tone::Warning)
            }
        };
        Row {
            key: line.key.clone(),
            record: line.record.as_ref().map(|record| format!("/records/{record}")),
            field: self.label(&line.field.as_str().into()),
            sides: self.sides(line),
            would,
            tone,
        }
    }

    fn sides(&self, line: &Line) -> Vec<Side> {
        let text = |value: &LineValue| spoken(&value.value);
        let side = |value: &LineValue| {
            let own = text(value);
            let other = line.values.iter().find(|other| other.n != value.n).map(text);
            let pieces = match other {
                _ if own.is_empty() => Vec::new(),
                Some(other) => beside(against(&other, &own)),
                None => Piece::whole(Mark::Plain, own.clone()),
            };
            Side {
                state: match &value.value {
                    FieldValue::Hidden(_) => Some(msg("state-hidden")),
                    _ => own.is_empty().then(|| msg("state-empty")),
                },
                pieces,
                holders: value.systems.iter().map(|system| self.system(system)).collect(),
            }
        };
        let mut sides: Vec<Side> = line.values.iter().map(side).collect();
        if !line.absent.is_empty() {
            let holders = line.absent.iter().map(|system| self.system(system)).collect();
            sides.push(Side { pieces: Vec::new(), state: Some(msg("state-absent")), holders });
        }
        sides
    }

    fn pager(&self, shown: usize) -> Pager {
        let (from, asked) = (self.asked.from.min(self.fit), self.asked);
        let at = |from: usize| {
            let from = if from == 0 { String::new() } else { from.to_string() };
            let pairs =
                [("field", &*asked.field), ("would", &asked.would), ("by", &asked.by), ("from", &from)];
            address(self.run, &pairs)
        };
        Pager {
            range: (shown > 0).then(|| {
                msg("dry-run-range").with("from", from + 1).with("to", from + shown).with("n", self.fit)
            }),
            previous: (from > 0).then(|| at(from.saturating_sub(PAGE))),
            next: (from + shown < self.fit).then(|| at(from + PAGE)),
        }
    }
}

/// A value on one line.
fn spoken(value: &FieldValue) -> String {
    match value {
        FieldValue::Hidden(_) => String::new(),
        FieldValue::Field(text) => text.clone().unwrap_or_default(),
        FieldValue::Group(members) => {
            let known = members.values().flatten().filter(|text| !text.is_empty());
            known.map(String::as_str).collect::<Vec<_>>().join(", ")
        }
    }
}
