//! Values on their way into some system, asked about before they are saved there: what is refused
//! at the point of entry is no conflict later.

use super::{Engine, Refusal};
use crate::domain::access::Viewer;
use crate::domain::entity::{Entity, Field};
use crate::domain::ids::{EntityId, FieldId, SystemId};
use crate::domain::value::{Cells, Held};
use std::collections::BTreeMap;

/// A value that would not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    pub field: FieldId,
    /// The system that could not hold it; None: no system should.
    pub system: Option<SystemId>,
    pub reason: String,
}

impl Engine {
    /// What would be wrong with a record of these values, by the entity's own demands and by what
    /// each system that maps a field can hold of it. Unless it is `partial`, a field that is left
    /// out is blank.
    ///
    /// # Errors
    /// There is no such entity or field, or the viewer may not see one of them.
    pub fn validate(
        &self,
        viewer: &Viewer,
        entity: &EntityId,
        values: &BTreeMap<FieldId, Held>,
        partial: bool,
    ) -> Result<Vec<Unfit>, Refusal> {
        let setup = self.setup();
        let entity = setup.entity(entity)?;
        for id in values.keys() {
            known(entity, id)?;
            setup.check_sight(viewer, &entity.id, id)?;
        }
        let sight = setup.sight(viewer);
        let mut unfit = Vec::new();
        for field in &entity.fields {
            let own = |reason| Unfit { field: field.id.clone(), system: None, reason };
            match values.get(&field.id) {
                Some(held) => match field.check(held) {
                    Err(invalid) => unfit.push(own(invalid.0)),
                    Ok(()) => unfit.extend(self.unheld(entity, field, held)),
                },
                None if partial || sight.hides(&entity.id, &field.id) => {}
                None => unfit.extend(field.check(&Held::Null).err().map(|invalid| own(invalid.0))),
            }
        }
        Ok(unfit)
    }

    /// The systems that could not hold a value, and why.
    fn unheld(&self, entity: &Entity, field: &Field, held: &Held) -> Vec<Unfit> {
        let setup = self.setup();
        let mappings = setup.catalog.mappings_of(&entity.id);
        let taken = mappings.filter(|mapping| !mapping.is_read_only(&field.id));
        let refused = taken.filter_map(|mapping| {
            let value = BTreeMap::from([(field.id.clone(), held.clone())]);
            let (field, error) = mapping.write(&value, &Cells::new()).err()?;
            Some(Unfit { field, system: Some(mapping.system.clone()), reason: error.to_string() })
        });
        refused.collect()
    }
}

fn known(entity: &Entity, id: &FieldId) -> Result<(), Refusal> {
    match entity.fields.iter().any(|field| field.id == *id) {
        true => Ok(()),
        false => Err(Refusal::Invalid(format!("{} has no field “{id}”", entity.id))),
    }
}
