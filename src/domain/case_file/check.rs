//! What is wrong with a case, each mistake with its place. A name that fits nothing would be
//! passed over in silence, and the case would tell of something else than it says.

use super::rows::{KEY, Rows};
use super::{CaseFile, parts};
use crate::domain::catalog::Catalog;
use crate::domain::entity::Entity;
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::mapping::Mapping;
use std::collections::BTreeSet;

impl CaseFile {
    /// Every mistake, as a sentence that begins with its place.
    pub(super) fn mistakes(&self, catalog: &Catalog) -> Vec<String> {
        let Some(entity) = catalog.entities.first() else { return Vec::new() };
        let mut mistakes = Vec::new();
        for (at, version) in self.versions.iter().enumerate() {
            let place = format!("version {} ({})", at + 1, version.system);
            if let Some(mapping) = catalog.mapping(&version.system, &parts::ENTITY.into()) {
                check_columns(version, mapping, &place, &mut mistakes);
            }
            check_rows(&version.rows, entity, &place, &mut mistakes);
            check_deleted(version, &place, &mut mistakes);
        }
        self.check_systems(catalog, &mut mistakes);
        self.check_known(entity, &mut mistakes);
        mistakes
    }

    /// What is told of former times.
    fn check_known(&self, entity: &Entity, mistakes: &mut Vec<String>) {
        if let Some(agreed) = &self.agreed {
            check_fields(agreed.values.keys(), entity, "agreed.values", mistakes);
            check_rows(&agreed.rows, entity, "agreed", mistakes);
            mistakes.extend(self.agreed_rows(entity, agreed).err());
            for id in agreed.partly.iter().filter(|id| !agreed.rows.contains_key(*id)) {
                mistakes.push(format!("agreed.partly: it agreed on no rows of “{id}”"));
            }
        }
        for (at, past) in self.past.iter().enumerate() {
            let place = format!("past {} ({})", at + 1, past.system);
            check_fields(past.values.keys(), entity, &format!("{place}, values"), mistakes);
            check_rows(&past.rows, entity, &place, mistakes);
            for children in &entity.children {
                let read = past.rows.get(&children.id).map(|rows| self.fields_of(children, rows));
                let why = read.and_then(Result::err);
                mistakes.extend(why.map(|why| format!("{place}, rows.{}: {why}", children.id)));
            }
        }
    }

    /// Systems that are named and are not there, and mappings that stand twice.
    fn check_systems(&self, catalog: &Catalog, mistakes: &mut Vec<String>) {
        let mut seen = BTreeSet::new();
        for system in self.mappings.iter().map(|mapping| &mapping.system) {
            if !seen.insert(system) {
                mistakes.push(format!("mapping: “{system}” stands twice"));
            }
        }
        let known =
            |id: &FieldId| catalog.entities.iter().flat_map(|own| &own.children).any(|own| own.id == *id);
        for mapping in &self.mappings {
            for id in mapping.rows.iter().map(|rows| &rows.children).filter(|id| !known(id)) {
                mistakes.push(format!("mapping of {}: there are no children “{id}”", mapping.system));
            }
        }
        let unknown = |place: String, system: &SystemId| {
            let nowhere = catalog.system(system).is_none();
            let what = "says nothing here, and has no mapping";
            nowhere.then(|| format!("{place}: there is no system “{system}”: it {what}"))
        };
        for (at, past) in self.past.iter().enumerate() {
            mistakes.extend(unknown(format!("past {}", at + 1), &past.system));
        }
        let own = self.policies.iter().map(|(id, policy)| (format!("policies.{id}"), policy));
        for (place, policy) in own.chain([("policy".to_owned(), &self.policy)]) {
            for system in policy.source_of_truth.iter().chain(policy.priority.iter().flatten()) {
                mistakes.extend(unknown(place.clone(), system));
            }
        }
    }
}

/// Columns that no field and no rows are made of: mostly a field that is misspelled.
fn check_columns(version: &parts::Version, mapping: &Mapping, place: &str, mistakes: &mut Vec<String>) {
    let known = mapping.columns();
    let named = [
        ("row", version.row.keys().collect::<Vec<_>>()),
        ("null", version.null.iter().collect()),
        ("unreadable", version.unreadable.iter().collect()),
    ];
    for (list, columns) in named {
        for column in columns.into_iter().filter(|column| !known.contains(column.as_str())) {
            mistakes.push(format!("{place}, {list}: “{column}” is no field, and no column of its mapping"));
        }
    }
}

fn check_deleted(version: &parts::Version, place: &str, mistakes: &mut Vec<String>) {
    match (version.gone, version.of) {
        (None, None) => {}
        (Some(_), Some(_)) if !version.deleted => {
            mistakes.push(format!("{place}: gone and of say with how many others a row was deleted"));
        }
        (Some(gone), Some(of)) if (1..=of).contains(&gone) => {}
        _ => mistakes.push(format!("{place}: gone and of stand together, as in gone = 101, of = 1200")),
    }
}

fn check_fields<'a>(
    named: impl Iterator<Item = &'a FieldId>,
    entity: &Entity,
    place: &str,
    mistakes: &mut Vec<String>,
) {
    for id in named.filter(|id| entity.fields.iter().all(|field| field.id != **id)) {
        mistakes.push(format!("{place}: there is no field “{id}”"));
    }
}

fn check_rows(rows: &Rows, entity: &Entity, place: &str, mistakes: &mut Vec<String>) {
    for (id, rows) in rows {
        let place = format!("{place}, rows.{id}");
        let Some(children) = entity.children.iter().find(|children| children.id == *id) else {
            mistakes.push(format!("{place}: there are no children “{id}”"));
            continue;
        };
        let known = |name: &String| name == KEY || children.fields.iter().any(|field| field.id.0 == *name);
        for (at, row) in rows.iter().enumerate() {
            for (name, value) in row {
                if !known(name) {
                    mistakes.push(format!("{place}, row {}: its children have no field “{name}”", at + 1));
                }
                if value.as_float().is_some_and(|number| !number.is_finite()) {
                    mistakes.push(format!("{place}, row {}: “{name}” is no number", at + 1));
                }
            }
        }
    }
}
