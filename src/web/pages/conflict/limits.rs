//! What a typed value has to be, said before anything is typed.

use crate::domain::catalog::Catalog;
use crate::domain::entity::{Entity, Field};
use crate::domain::mapping::Mapping;
use crate::web::messages::{Msg, literal, msg};

/// Listed values that are named; more are too many to be read.
const NAMED: usize = 12;

/// The limits of a field: its own, and those of each system that keeps it.
#[must_use]
pub fn of(catalog: &Catalog, entity: &Entity, field: &Field) -> Vec<Msg> {
    let rules = &field.validate;
    let mut limits = Vec::new();
    limits.extend(rules.required.then(|| msg("typed-required")));
    limits.extend(field.most_characters().map(|most| msg("typed-most").with("n", most)));
    limits.extend(rules.min_length.map(|least| msg("typed-least").with("n", least)));
    limits.extend(match (&rules.example, &rules.pattern) {
        (Some(example), _) => Some(msg("typed-example").with("example", example)),
        (None, pattern) => pattern.as_ref().map(|own| msg("typed-pattern").with("pattern", &own.text)),
    });
    limits.extend(rules.min.as_ref().map(|least| msg("typed-min").with("value", literal(least.to_string()))));
    limits.extend(rules.max.as_ref().map(|most| msg("typed-max").with("value", literal(most.to_string()))));
    if !rules.one_of.is_empty() && rules.one_of.len() <= NAMED {
        limits.push(msg("typed-one-of").with("values", rules.one_of.join(", ")));
    }
    let keeps = |mapping: &Mapping| {
        let most = mapping.field(&field.id)?.max_length?;
        Some(msg("typed-limit").with("system", catalog.label(&mapping.system)).with("n", most))
    };
    limits.extend(catalog.mappings_of(&entity.id).filter_map(keeps));
    limits
}
