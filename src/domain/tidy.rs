//! Tidying: a value that all systems agree on, written in one form.
//!
//! The form is that of the source of truth. Nothing that could change the value is done: both texts
//! are the same after normalising, neither is blank, and the form is one its field allows. Lists keep
//! the separators their system writes, and child rows are left as they are.

use super::compare::Comparison;
use super::diff::{Candidate, Compared, Standing};
use super::entity::{Field, Slot};
use super::ids::{FieldId, SystemId};
use super::policy::Effective;
use super::value::Held;
use serde::Serialize;

/// A system that writes an agreed value otherwise than its source of truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Untidy {
    pub system: SystemId,
    pub fields: Vec<Form>,
}

/// One field: as it is written there, and as the source of truth writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Form {
    pub field: FieldId,
    pub was: Held,
    pub becomes: Held,
}

/// The systems that write a slot otherwise, where its policy asks for one form and all agree.
#[must_use]
pub fn untidy(slot: &Slot<'_>, compared: &Compared, policy: &Effective) -> Vec<Untidy> {
    let agreed = matches!(compared.standing, Standing::Agreed(_));
    if !policy.tidy_formatting || !agreed || slot.is_row() || slot.is_all_rows() {
        return Vec::new();
    }
    let is_source = |own: &&Candidate| Some(&own.system) == policy.source_of_truth.as_ref();
    let Some(source) = compared.candidates.iter().find(is_source) else { return Vec::new() };
    let others = compared.candidates.iter().filter(|own| own.system != source.system);
    let untidy = others.map(|own| {
        let pairs = slot.fields().zip(own.shown.iter().zip(&source.shown));
        let fields = pairs.filter(|(field, (was, becomes))| is_form_alone(field, was, becomes));
        let form = |(field, (was, becomes)): (&Field, (&Held, &Held))| Form {
            field: field.id.clone(),
            was: was.clone(),
            becomes: becomes.clone(),
        };
        Untidy { system: own.system.clone(), fields: fields.map(form).collect() }
    });
    untidy.filter(|own| !own.fields.is_empty()).collect()
}

/// Whether two texts differ in their form alone, and the second is a form to be written.
#[must_use]
pub fn is_form_alone(field: &Field, was: &Held, becomes: &Held) -> bool {
    let list = matches!(field.comparison, Comparison::Set { .. } | Comparison::Sequence { .. });
    let texts = was.value().is_some() && becomes.value().is_some() && was != becomes;
    let (one, other) = (field.comparison.normal(was), field.comparison.normal(becomes));
    !list && texts && one == other && !one.is_blank() && field.check(becomes).is_ok()
}
