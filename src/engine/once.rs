//! Keeping an answer under the key of its request, when the work did not keep it itself.

use super::Setup;
use crate::domain::access::Viewer;
use crate::store::idempotency::{self, RequestKey};
use crate::store::records::{self, Record};
use crate::store::resolutions::{self, Delivery, Resolution};
use crate::store::{Store, StoreError, WriteSession};
use std::sync::Arc;

/// An answer that a verb keeps in its own transaction, made from what the verb answers.
#[derive(Clone, Debug)]
pub struct Receipt<T> {
    pub key: RequestKey,
    /// Status and JSON body.
    pub answer: fn(&T) -> (u16, String),
}

impl<T> Receipt<T> {
    pub(super) async fn keep(&self, w: &mut WriteSession, told: &T) -> Result<(), StoreError> {
        let (status, body) = (self.answer)(told);
        idempotency::keep(w, &self.key, status.into(), &body).await
    }
}

/// A decision with all that is told of it, as it stands in the transaction.
pub struct Told {
    pub setup: Arc<Setup>,
    pub record: Record,
    pub resolution: Resolution,
    pub deliveries: Vec<Delivery>,
}

impl Receipt<Told> {
    /// Keeps how a decision stands now.
    pub(super) async fn keep_decision(
        &self,
        w: &mut WriteSession,
        setup: Arc<Setup>,
        viewer: &Viewer,
        resolution: &Resolution,
    ) -> Result<(), StoreError> {
        let record = records::get(w, viewer, &resolution.record).await?.ok_or(StoreError::NotFound)?;
        let mut deliveries = resolutions::deliveries(w, std::slice::from_ref(&resolution.id)).await?;
        let (mut resolution, sight) = (resolution.clone(), setup.sight(viewer));
        // Told as it is read: who takes a decision back need not see what it was about.
        resolution.veil(&sight, &record.entity)?;
        deliveries.iter_mut().for_each(|delivery| delivery.veil(&sight));
        self.keep(w, &Told { setup, record, resolution, deliveries }).await
    }
}

/// Keeps the answer.
///
/// # Errors
/// The store failed; or the key has an answer, which stays.
pub async fn keep(store: &Store, key: RequestKey, status: u16, body: String) -> Result<(), StoreError> {
    store
        .write(async move |w: &mut WriteSession| {
            idempotency::keep(w, &key, status.into(), &body).await?;
            Ok(((), Vec::new()))
        })
        .await
}
