//! The verdict: what disagrees, who changed it, when, and what all last agreed on. Facts only.

use super::form::label;
use super::listed::in_order;
use crate::domain::author::AuthorKind;
use crate::domain::cause::Cause;
use crate::domain::conflict::{Dispute, Distinct, Holder};
use crate::domain::diff::Kind;
use crate::domain::entity::Entity;
use crate::domain::ids::SystemId;
use crate::domain::judge::time_of_change;
use crate::engine::case::Case;
use crate::web::messages::{Msg, msg};
use crate::web::pages::words;
use crate::web::when::Clockface;

/// The sentences on top of the page.
#[must_use]
pub fn sentences(case: &Case, entity: &Entity, face: &Clockface) -> Vec<Msg> {
    let open = in_order(case.open().collect());
    let open: Vec<&Dispute> = open.into_iter().map(|difference| &difference.dispute).collect();
    let n = open.iter().filter(|dispute| entity.slot(&dispute.field).is_some() && disagrees(dispute)).count();
    let mut sentences = Vec::new();
    if n > 0 {
        let slots = entity.slots_of(&case.base, &case.holdings, std::iter::empty());
        let total = slots.iter().filter(|slot| !slot.is_all_rows()).count();
        sentences.push(msg("verdict-count").with("n", n).with("total", total.max(n)));
        let hidden = open.iter().filter(|dispute| dispute.is_hidden() && disagrees(dispute)).count();
        if hidden > 0 {
            sentences.push(msg("verdict-hidden").with("n", hidden));
        }
    }
    let says = |dispute| Says { case, entity, face, dispute };
    let mut alike: Vec<Alike> = Vec::new();
    for (at, dispute) in open.iter().copied().enumerate() {
        says(dispute).sentences(at == 0, &mut sentences, &mut alike);
    }
    sentences.extend(alike.into_iter().map(Alike::said));
    sentences.extend(open.into_iter().find_map(|dispute| says(dispute).cause()));
    sentences
}

/// More fields than these are counted and not named: the grid has them all.
const NAMED: usize = 3;

/// Fields of which the same is to be said.
struct Alike {
    key: &'static str,
    fields: Vec<String>,
    systems: Vec<String>,
}

impl Alike {
    fn add(alike: &mut Vec<Self>, key: &'static str, field: String, systems: Vec<String>) {
        match alike.iter_mut().find(|own| own.key == key && own.systems == systems) {
            Some(own) => own.fields.push(field),
            None => alike.push(Self { key, fields: vec![field], systems }),
        }
    }

    fn said(self) -> Msg {
        let n = self.fields.len();
        let key = if n > NAMED { format!("{}-many", self.key) } else { self.key.to_owned() };
        msg(key).with("n", n).with("field", self.fields).with("systems", self.systems)
    }
}

struct Says<'a> {
    case: &'a Case,
    entity: &'a Entity,
    face: &'a Clockface,
    dispute: &'a Dispute,
}

impl Says<'_> {
    /// In full once: what else disagrees is said shortly and together, and the grid has the rest.
    fn sentences(&self, first: bool, out: &mut Vec<Msg>, alike: &mut Vec<Alike>) {
        let field = label(Some(self.entity), self.dispute);
        self.asked(&field, out);
        match self.dispute.kind {
            _ if !disagrees(self.dispute) => {}
            Kind::Missing | Kind::Deleted => {
                let there = self.names(self.holders().map(|holder| &holder.candidate.system));
                let missing = self.names(self.dispute.absent.iter());
                out.push(msg("verdict-record-missing").with("there", there).with("missing", missing));
                let spared = self.names(self.spared().iter());
                if !spared.is_empty() {
                    let n = spared.len();
                    out.push(msg("verdict-record-spared").with("n", n).with("systems", spared));
                }
            }
            Kind::First => Alike::add(alike, "verdict-no-base", field, Vec::new()),
            Kind::Clash => {
                let moved = self.holders().filter(|holder| holder.candidate.moved);
                let systems = self.names(moved.map(|holder| &holder.candidate.system));
                if first {
                    out.push(msg("verdict-clash").with("n", 1).with("field", field).with("systems", systems));
                    self.holds(out);
                } else {
                    Alike::add(alike, "verdict-clash", field, systems);
                }
            }
            Kind::Change if first => {
                out.extend(self.changed(&field));
                self.holds(out);
            }
            Kind::Change => {
                if let Some(systems) = self.changed_in() {
                    Alike::add(alike, "verdict-changed-only", field, systems);
                }
            }
        }
    }

    /// Who asked for a decision, and why.
    fn asked(&self, field: &str, out: &mut Vec<Msg>) {
        let Some(asked) = &self.dispute.asked else { return };
        let key = if disagrees(self.dispute) { "verdict-asked" } else { "verdict-asked-agreed" };
        out.push(msg(key).with("name", &asked.by).with("field", field).with("reason", &asked.reason));
    }

    /// What else is known of how it came about, where the sentences so far do not tell.
    fn cause(&self) -> Option<Msg> {
        let cause = self.dispute.cause();
        // What the sentences before have told already.
        let tells = !matches!(
            cause,
            Cause::StaleCopy { .. }
                | Cause::HumanOverride { .. }
                | Cause::MissingRecord { .. }
                | Cause::DeletedRecord { .. }
        );
        words::evidence(&self.case.setup.catalog, cause).filter(|_| tells)
    }

    /// Where it was changed.
    fn changed_in(&self) -> Option<Vec<String>> {
        let moved = self.dispute.values.iter().find(|value| is_moved(value))?;
        Some(self.names(moved.holders.iter().map(|holder| &holder.candidate.system)))
    }

    /// Who changed it, where and when, and who has it too.
    fn changed(&self, field: &str) -> Option<Msg> {
        let moved = self.dispute.values.iter().find(|value| is_moved(value))?;
        let dated = |holder: &&Holder| time_of_change(&holder.candidate);
        let first =
            moved.holders.iter().min_by_key(|holder| dated(holder).unwrap_or(holder.candidate.read.at))?;
        let others = moved.holders.iter().filter(|other| other.candidate.system != first.candidate.system);
        let others = self.names(others.map(|other| &other.candidate.system));
        let when = self.face.on(dated(&first).unwrap_or(first.candidate.read.at));
        let key = if others.is_empty() { "verdict-changed" } else { "verdict-changed-spread" };
        let sentence = msg(key)
            .with("who", who(first))
            .with("field", field)
            .with("system", self.name(&first.candidate.system))
            .with("when", when);
        Some(sentence.with("n", others.len()).with("others", others))
    }

    /// Who still holds what all agreed on.
    fn holds(&self, out: &mut Vec<Msg>) {
        let Some((_, since)) = &self.dispute.agreed else { return };
        let still = self.holders().filter(|holder| !holder.candidate.moved);
        let still = self.names(still.map(|holder| &holder.candidate.system));
        if !still.is_empty() {
            let (n, when) = (still.len(), self.face.on(*since));
            out.push(msg("verdict-holds").with("system", still).with("n", n).with("when", when));
        }
    }

    /// Systems that have no such record and need none: they do not hold every one.
    fn spared(&self) -> Vec<SystemId> {
        let lacks = |system: &SystemId| {
            let held = self.case.holdings.iter().any(|holding| holding.system == *system);
            !held && !self.dispute.absent.contains(system)
        };
        let systems = self.case.setup.catalog.mappings_of(&self.entity.id).map(|mapping| &mapping.system);
        systems.filter(|system| lacks(system)).cloned().collect()
    }

    fn holders(&self) -> impl Iterator<Item = &Holder> {
        self.dispute.values.iter().flat_map(|value| &value.holders)
    }

    fn name(&self, system: &SystemId) -> String {
        self.case.setup.catalog.label(system).to_owned()
    }

    fn names<'s>(&self, systems: impl Iterator<Item = &'s SystemId>) -> Vec<String> {
        systems.map(|system| self.name(system)).collect()
    }
}

/// Whether the systems hold different values, or one of them none at all.
fn disagrees(dispute: &Dispute) -> bool {
    let held = dispute.values.iter().filter(|value| !value.holders.is_empty());
    held.count() > 1 || !dispute.absent.is_empty()
}

fn is_moved(value: &Distinct) -> bool {
    value.holders.iter().any(|holder| holder.candidate.moved)
}

fn who(holder: &Holder) -> Msg {
    match (holder.hand.kind, &holder.candidate.read.modified_by) {
        (_, Some(name)) if words::is_customer(name) => msg("who-customer"),
        (AuthorKind::Person, Some(name)) => msg("who-person").with("name", name),
        (AuthorKind::Import | AuthorKind::Integration | AuthorKind::Us, Some(name)) => {
            msg("who-automation").with("name", name)
        }
        _ => msg("who-unknown"),
    }
}
