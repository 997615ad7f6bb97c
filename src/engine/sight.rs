//! What people see of what is stored, and that nobody decides what they may not see.

use super::{Engine, Refusal, Setup};
use crate::domain::access::Viewer;
use crate::domain::entity::Entity;
use crate::domain::ids::{EntityId, FieldId};
use crate::domain::sight::Sight;
use crate::store::{Session, StoreError};

impl Setup {
    /// What somebody may see.
    #[must_use]
    pub fn sight(&self, viewer: &Viewer) -> Sight {
        self.catalog.sight(&viewer.roles)
    }

    /// That somebody may see the values of a slot, and so decide it.
    ///
    /// # Errors
    /// They may not: who may.
    pub fn check_sight(&self, viewer: &Viewer, entity: &EntityId, slot: &FieldId) -> Result<(), Refusal> {
        if !self.sight(viewer).hides(entity, slot) {
            return Ok(());
        }
        let entity = self.catalog.entity(entity);
        Err(Refusal::Hidden {
            field: label(entity, slot),
            roles: entity.and_then(|entity| entity.limited_to(slot)).unwrap_or_default(),
        })
    }

    /// That the values of a slot may leave by mail or by a link, which anybody can hold.
    ///
    /// # Errors
    /// They are limited to some roles.
    pub(super) fn check_outside(&self, entity: &EntityId, slot: &FieldId) -> Result<(), Refusal> {
        if !self.catalog.outside().hides(entity, slot) {
            return Ok(());
        }
        let field = label(self.catalog.entity(entity), slot);
        let text = format!("{field} is limited to some roles: nobody outside is asked or told about it");
        Err(Refusal::Invalid(text))
    }
}

fn label(entity: Option<&Entity>, slot: &FieldId) -> String {
    let known = entity.and_then(|entity| entity.slot(slot));
    known.map_or_else(|| slot.0.clone(), |known| known.label.to_owned())
}

impl Engine {
    /// A session in which whatever is read is as this person may see it. All that is read to be shown
    /// comes through one.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn session_for(&self, viewer: &Viewer) -> Result<Session, StoreError> {
        self.store.session_for(self.setup().sight(viewer)).await
    }

    /// The same for whoever is not signed in.
    ///
    /// # Errors
    /// As [`Engine::session_for`].
    pub async fn session_outside(&self) -> Result<Session, StoreError> {
        self.store.session_for(self.setup().catalog.outside()).await
    }
}
