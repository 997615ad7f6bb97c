//! What a person does about a delivery that needs one.

use super::{Engine, Refusal};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::DeliveryId;
use crate::store::{StoreError, resolutions};

impl Engine {
    /// Makes deliveries that a dead process was sending due at once, instead of after their
    /// lease: only for the one instance that can be at work on this store, at its start. Each is
    /// read before anything is sent again.
    ///
    /// # Errors
    /// The store failed.
    pub async fn take_over_deliveries(&self) -> Result<(), StoreError> {
        let taken = self
            .store
            .write::<_, StoreError, _>(async |w| Ok((resolutions::end_leases(w).await?, Vec::new())))
            .await?;
        if taken > 0 {
            tracing::info!(deliveries = taken, "taken over from a process that ended in the middle");
        }
        Ok(())
    }

    /// Tries a refused delivery again, at once.
    ///
    /// # Errors
    /// The viewer may not decide, there is no such delivery, or it was not refused.
    pub async fn retry(&self, viewer: &Viewer, id: &DeliveryId) -> Result<(), Refusal> {
        if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
            return Err(Refusal::Forbidden);
        }
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let delivery =
                    resolutions::delivery(w, &id).await?.filter(|found| viewer.sees(&found.entity));
                let mut delivery = delivery.ok_or(Refusal::NotFound("delivery"))?;
                let DeliveryState::Refused { message, .. } = delivery.state else {
                    return Err(Refusal::WrongState("only a refused delivery can be tried again".to_owned()));
                };
                delivery.state = DeliveryState::Retrying { attempt: 0, next: w.now(), message };
                resolutions::save_delivery(w, &delivery).await?;
                resolutions::set_state(w, &delivery.resolution, "sending").await?;
                let about = About {
                    entity: Some(delivery.entity.clone()),
                    record: Some(delivery.record.clone()),
                    conflict: Some(delivery.conflict.clone()),
                    resolution: Some(delivery.resolution.clone()),
                    delivery: Some(delivery.id.clone()),
                    system: Some(delivery.system.clone()),
                    ..About::default()
                };
                Ok(((), vec![Event::new(Action::DeliveryRetried, viewer.actor(), about)]))
            })
            .await
    }
}
