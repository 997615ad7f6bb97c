//! What was said between us and a system about a delivery that it did not simply take.

use crate::domain::ids::DeliveryId;
use crate::domain::time::Time;
use crate::store::{FromRow, Row, Session, StoreError, WriteSession};

/// The last try's requests and answers; `body` is their JSON, empty for who may not see all of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanges {
    pub at: Time,
    pub body: String,
}

impl FromRow for Exchanges {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        // A request or an answer mostly has the whole row.
        let body = if row.sight().sees_all(&row.get::<String>("entity")?.into()) {
            row.get("body")?
        } else {
            String::new()
        };
        Ok(Self { at: row.time("at")?, body })
    }
}

/// Those of a delivery, if any are kept.
pub async fn get(s: &mut Session, delivery: &DeliveryId) -> Result<Option<Exchanges>, StoreError> {
    let text = "SELECT e.at, e.body, d.entity FROM exchanges e JOIN deliveries d ON d.id = e.delivery_id
         WHERE e.delivery_id = $1";
    s.sql(text).bind(delivery).maybe().await
}

/// Keeps those of the last try, in place of the one before.
pub async fn keep(w: &mut WriteSession, delivery: &DeliveryId, body: &str) -> Result<(), StoreError> {
    let now = w.now();
    w.sql(
        "INSERT INTO exchanges (delivery_id, at, body) VALUES ($1, $2, $3)
         ON CONFLICT (delivery_id) DO UPDATE SET at = excluded.at, body = excluded.body",
    )
    .bind(delivery)
    .bind(now)
    .bind(body)
    .run_one()
    .await
}

/// Forgets those of a delivery that has arrived.
pub async fn forget(w: &mut WriteSession, delivery: &DeliveryId) -> Result<(), StoreError> {
    w.sql("DELETE FROM exchanges WHERE delivery_id = $1").bind(delivery).run().await.map(|_| ())
}
