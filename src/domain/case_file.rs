//! Case files: what systems say of one record, mapping and policy in a plain file, with what is
//! expected of the judge. `referee judge` answers one; `tests/cases` is full of them.

mod check;
mod expect;
mod parts;
mod rows;

pub use expect::Expect;

use super::author::{AuthorKind, Hand};
use super::catalog::Catalog;
use super::cause::Past;
use super::diff::Candidate;
use super::entity::{Entity, Slot};
use super::explanation::{Explanation, Outcome, Subject};
use super::expression::Expressions;
use super::ids::{FieldId, SystemId};
use super::judge::Circumstances;
use super::opinion::{self, Rulebook};
use super::policy::Policy;
use super::presence::{self, Presence, RECORD};
use super::record::{Agreed, Base, Holding, comparable};
use super::time::Time;
use parts::{AgreedValues, CaseCircumstances, CaseMapping, Earlier, Version};
use rows::CaseChildren;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A case as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// What happened, in a sentence or two.
    pub story: String,
    /// When it is judged.
    #[serde(default = "parts::noon")]
    now: Time,
    /// Fields as in a configuration; a field without a label is called by its id.
    #[serde(rename = "field")]
    fields: Vec<toml::Table>,
    #[serde(default, rename = "group")]
    groups: Vec<super::entity::Group>,
    /// Kinds of child rows.
    #[serde(default)]
    children: Vec<CaseChildren>,
    /// What differs from "every column is a field of its own".
    #[serde(default, rename = "mapping")]
    mappings: Vec<CaseMapping>,
    /// The policy of the whole entity.
    #[serde(default)]
    policy: Policy,
    /// By field, group or kind of child rows.
    #[serde(default)]
    policies: BTreeMap<FieldId, Policy>,
    /// What each system says now.
    #[serde(rename = "version")]
    versions: Vec<Version>,
    #[serde(default)]
    agreed: Option<AgreedValues>,
    /// What systems said before.
    #[serde(default, rename = "past")]
    past: Vec<Earlier>,
    #[serde(default)]
    circumstances: CaseCircumstances,
    /// What must come of it, by field, group or child row, and of the record as a whole.
    #[serde(default)]
    pub expect: BTreeMap<FieldId, Expect>,
}

/// Why a case cannot be judged, each mistake with its place.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CaseError(pub String);

impl CaseFile {
    /// Reads a case.
    ///
    /// # Errors
    /// It is no TOML, or a name or a word in it is not known: where, and why.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        let read = toml::Deserializer::parse(text).map_err(|error| CaseError(error.to_string()))?;
        serde_path_to_error::deserialize(read).map_err(|error| {
            let place = error.path().to_string();
            CaseError(format!("{place}: {}", error.into_inner().message()))
        })
    }

    /// Judges every field, group and child row of the case, and the record as a whole where a
    /// system lacks it or the case expects something of it.
    ///
    /// # Errors
    /// Its parts do not fit together: where, and why.
    pub fn judge(&self) -> Result<Vec<Explanation>, CaseError> {
        let catalog = self.catalog()?;
        let mut problems = catalog.problems();
        problems.extend(self.mistakes(&catalog));
        let entity = catalog.entities.first().filter(|_| problems.is_empty());
        let entity = entity.ok_or_else(|| CaseError(problems.join("\n")))?;
        let (policies, holdings, base) = (&catalog.policies, self.holdings(&catalog), self.base(entity));
        let expressions = Expressions::of(policies.expressions());
        let clocks = self.clocks();
        let book = Rulebook { catalog: &catalog, policies, expressions: &expressions, clocks: &clocks };
        let circumstances: Circumstances = self.circumstances.clone().into();
        let moved = opinion::moved(entity, &base, &comparable(&holdings));
        let subject = Subject {
            book: &book,
            entity,
            base: &base,
            holdings: &holdings,
            past: &[],
            is_whole: &|_| false,
            moved: &moved,
            written: &BTreeMap::new(),
            circumstances: &circumstances,
            now: self.now,
        };
        let stands = |print: &str| self.circumstances.left_different && !print.is_empty();
        let mut explained: Vec<Explanation> = self.presence(&subject, stands).into_iter().collect();
        for slot in entity.slots_of(&base, &holdings, std::iter::empty()) {
            if !slot.is_all_rows() {
                let past: Vec<Past> =
                    self.past.iter().filter_map(|own| own.of(self, entity, &slot)).collect();
                let subject = Subject { past: &past, ..subject };
                explained.push(subject.explain(&slot, |candidate| self.hand(&catalog, candidate), stands));
            }
        }
        Ok(explained)
    }

    /// Whether the record is where it should be; none where it is, and the case does not ask.
    fn presence(&self, subject: &Subject<'_>, stands: impl Fn(&str) -> bool) -> Option<Explanation> {
        let mappings = subject.book.catalog.mappings_of(&subject.entity.id);
        let missed = |system: &SystemId| self.was_read_whole(system);
        let presence = presence::of(mappings, subject.holdings, missed, (subject.base, subject.moved));
        // A storm or a mass change holds values. A mass delete holds rows: they are still there.
        let held = self.versions.iter().any(|version| version.is_held(&self.circumstances));
        let incident = (held && presence == Presence::Whole).then(|| "mass_delete".into());
        let circumstances = Circumstances { incident, ..subject.circumstances.clone() };
        let subject = Subject { circumstances: &circumstances, ..*subject };
        let title = title(subject.entity, subject.holdings);
        let explanation = subject.explain_presence(&title, presence, stands);
        let asked = explanation.standing != Outcome::Agreed || self.expect.contains_key(RECORD);
        asked.then_some(explanation)
    }

    fn hand(&self, catalog: &Catalog, candidate: &Candidate) -> Hand {
        let own = self.versions.iter().find(|version| version.system == candidate.system);
        let mapping = catalog.mapping(&candidate.system, &parts::ENTITY.into());
        let author = candidate.read.modified_by.as_deref();
        Hand {
            kind: mapping.map_or(AuthorKind::Unknown, |own| own.author_kind(author)),
            burst: own.map_or(0, |own| own.burst),
        }
    }

    fn base(&self, entity: &Entity) -> Base {
        let Some(agreed) = &self.agreed else { return Base::default() };
        let since = |held| Agreed(held, agreed.since);
        let mut fields = parts::held(&agreed.values);
        fields.extend(self.agreed_rows(entity, agreed).unwrap_or_default());
        Base(fields.into_iter().map(|(id, held)| (id, since(held))).collect())
    }

    /// What of the expectations is not met, each as a sentence.
    #[must_use]
    pub fn unmet(&self, explanations: &[Explanation]) -> Vec<String> {
        let mut unmet = Vec::new();
        for (field, expect) in &self.expect {
            let id = rows::id_of(field);
            match explanations.iter().find(|own| own.field == id) {
                Some(own) => expect.unmet(own, &mut unmet),
                None => unmet.push(format!("{field}: there is no such field, group or row")),
            }
        }
        unmet
    }
}

/// What people call the record.
fn title(entity: &Entity, holdings: &[Holding]) -> String {
    let present = holdings.iter().filter(|holding| holding.present);
    let title = present.filter_map(|holding| holding.fields.get(&entity.title)?.value()).next();
    title.unwrap_or_default().to_owned()
}

/// A tuple in the normal form of its slot.
fn normal(slot: &Slot<'_>, shown: &[super::value::Held]) -> super::value::Tuple {
    super::diff::normal(slot, shown)
}
