//! Keeping an answer under the key of its request, when the work did not keep it itself.

use crate::store::idempotency::{self, RequestKey};
use crate::store::{Store, StoreError, WriteSession};

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
