//! Standing exceptions: differences that stay on purpose.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::{EntityId, FieldId, RecordId, UserId};
use crate::domain::time::Time;

/// A difference that stays on purpose while its values stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    pub record: RecordId,
    pub field: FieldId,
    pub fingerprint: String,
    pub owner: UserId,
    pub reason: String,
    pub until: Time,
}

impl FromRow for Exception {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            record: row.get::<String>("record_id")?.into(),
            field: row.get::<String>("field")?.into(),
            fingerprint: row.get("fingerprint")?,
            owner: row.get::<String>("owner")?.into(),
            reason: row.get("reason")?,
            until: row.time("until")?,
        })
    }
}

/// The standing exceptions of these records.
pub async fn of_records(s: &mut Session, records: &[RecordId]) -> Result<Vec<Exception>, StoreError> {
    s.sql("SELECT * FROM exceptions WHERE record_id IN ").push_list(records).all().await
}

/// Stores an exception; an older one of the same field is replaced.
pub async fn save(w: &mut WriteSession, exception: &Exception) -> Result<(), StoreError> {
    let now = w.now();
    w.sql(
        "INSERT INTO exceptions (record_id, field, fingerprint, owner, reason, until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (record_id, field) DO UPDATE SET fingerprint = excluded.fingerprint, owner = excluded.owner,
             reason = excluded.reason, until = excluded.until, created_at = excluded.created_at",
    )
    .bind(&exception.record)
    .bind(&exception.field)
    .bind(&exception.fingerprint)
    .bind(&exception.owner)
    .bind(&exception.reason)
    .bind(exception.until)
    .bind(now)
    .run_one()
    .await
}

/// Ends an exception.
pub async fn end(w: &mut WriteSession, record: &RecordId, field: &FieldId) -> Result<(), StoreError> {
    w.sql("DELETE FROM exceptions WHERE record_id = $1 AND field = $2")
        .bind(record)
        .bind(field)
        .run()
        .await?;
    Ok(())
}

/// Records whose exception has ended by now, to be judged again.
pub async fn expired(
    s: &mut Session,
    now: Time,
    limit: i64,
) -> Result<Vec<(RecordId, EntityId)>, StoreError> {
    struct Expired(RecordId, EntityId);
    impl FromRow for Expired {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.get::<String>("id")?.into(), row.get::<String>("entity")?.into()))
        }
    }
    let query = s.sql(
        "SELECT DISTINCT r.id, r.entity FROM exceptions e JOIN records r ON r.id = e.record_id
         WHERE e.until <= $1 LIMIT $2",
    );
    let rows: Vec<Expired> = query.bind(now).bind(limit).all().await?;
    Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
}
