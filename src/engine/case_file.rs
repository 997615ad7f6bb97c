//! Case files: versions, mapping and policy of one record in a plain file, with what is expected
//! of the judge. `referee judge` answers one; `tests/cases` is full of them.

mod expect;
mod parts;

pub use expect::Expect;

use super::Setup;
use super::explain::{Explanation, Subject};
use crate::domain::author::Hand;
use crate::domain::cause::Past;
use crate::domain::diff::{self, Candidate};
use crate::domain::ids::FieldId;
use crate::domain::judge::Circumstances;
use crate::domain::policy::Policy;
use crate::domain::record::{Agreed, Base, Holding};
use crate::domain::time::Time;
use crate::domain::value::Held;
use parts::{CaseMapping, Earlier, Version};
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
    groups: Vec<crate::domain::entity::Group>,
    /// What differs from "every column is a field of its own".
    #[serde(default, rename = "mapping")]
    mappings: Vec<CaseMapping>,
    /// The policy of the whole entity.
    #[serde(default)]
    policy: Policy,
    /// By field or group.
    #[serde(default)]
    policies: BTreeMap<FieldId, Policy>,
    /// What each system says now.
    #[serde(rename = "version")]
    versions: Vec<Version>,
    #[serde(default)]
    agreed: Option<parts::AgreedValues>,
    /// What systems said before.
    #[serde(default, rename = "past")]
    past: Vec<Earlier>,
    #[serde(default)]
    circumstances: parts::CaseCircumstances,
    /// What must come of it, by field or group.
    #[serde(default)]
    pub expect: BTreeMap<FieldId, Expect>,
}

/// Why a case cannot be judged, with its place.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CaseError(pub String);

impl CaseFile {
    /// Reads a case.
    ///
    /// # Errors
    /// It is no TOML, a name in it is not known, or its parts do not fit: where, and why.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        let read = toml::Deserializer::parse(text).map_err(|error| CaseError(error.to_string()))?;
        serde_path_to_error::deserialize(read).map_err(|error| {
            let place = error.path().to_string();
            CaseError(format!("{place}: {}", error.into_inner().message()))
        })
    }

    /// Judges every field and group of the case.
    ///
    /// # Errors
    /// Its parts do not fit together: where, and why.
    pub fn judge(&self) -> Result<Vec<Explanation>, CaseError> {
        let catalog = self.catalog()?;
        let problems = catalog.problems();
        if !problems.is_empty() {
            return Err(CaseError(problems.join("\n")));
        }
        let policies = catalog.policies.clone();
        let expressions = crate::domain::expression::Expressions::of(policies.expressions());
        let clocks = self.clocks();
        let setup = Setup { catalog, policies, expressions, clocks, ..Setup::default() };
        let Some(entity) = setup.catalog.entities.first() else {
            return Err(CaseError("field: a case has at least one field".to_owned()));
        };
        let holdings: Vec<Holding> = self.holdings(&setup);
        let base = self.base();
        let circumstances: Circumstances = self.circumstances.clone().into();
        let moved =
            crate::engine::opinion::moved(entity, &base, &crate::domain::record::comparable(&holdings));
        let explain = |slot: &crate::domain::entity::Slot<'_>| {
            let past: Vec<Past> = self.past.iter().filter_map(|own| own.of(slot)).collect();
            let subject = Subject {
                setup: &setup,
                entity,
                base: &base,
                holdings: &holdings,
                past: &past,
                is_whole: &|_| false,
                moved: &moved,
                written: &BTreeMap::new(),
                circumstances: &circumstances,
                now: self.now,
            };
            let print = |print: &str| self.circumstances.left_different && !print.is_empty();
            subject.explain(slot, |candidate| self.hand(&setup, candidate), print)
        };
        let slots = entity.slots_of(&base, &holdings, std::iter::empty());
        Ok(slots.iter().filter(|slot| !slot.is_all_rows()).map(explain).collect())
    }

    fn hand(&self, setup: &Setup, candidate: &Candidate) -> Hand {
        let own = self.versions.iter().find(|version| version.system == candidate.system);
        let mapping = setup.catalog.mapping(&candidate.system, &parts::ENTITY.into());
        let author = candidate.read.modified_by.as_deref();
        Hand {
            kind: mapping.map_or(crate::domain::author::AuthorKind::Unknown, |own| own.author_kind(author)),
            burst: own.map_or(0, |own| own.burst),
        }
    }

    fn base(&self) -> Base {
        let Some(agreed) = &self.agreed else { return Base::default() };
        let held = |cell: &toml::Value| parts::cell(cell).map_or(Held::Unknown, |cell| cell.held());
        let value = |(id, value): (&FieldId, &toml::Value)| (id.clone(), Agreed(held(value), agreed.since));
        Base(agreed.values.iter().map(value).collect())
    }

    /// What of the expectations is not met, each as a sentence.
    #[must_use]
    pub fn unmet(&self, explanations: &[Explanation]) -> Vec<String> {
        let mut unmet = Vec::new();
        for (field, expect) in &self.expect {
            match explanations.iter().find(|own| own.field == *field) {
                Some(own) => expect.unmet(own, &mut unmet),
                None => unmet.push(format!("{field}: there is no such field or group")),
            }
        }
        unmet
    }
}

/// A tuple in the normal form of its slot.
fn normal(slot: &crate::domain::entity::Slot<'_>, shown: &[Held]) -> Vec<Held> {
    diff::normal(slot, shown)
}
