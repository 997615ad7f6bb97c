//! Keeping an answer under the key of its request, when the work did not keep it itself.

use crate::store::idempotency::{self, RequestKey};
use crate::store::{Store, StoreError, WriteSession};

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
