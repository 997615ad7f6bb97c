//! Mappings that are paused: one object of one system, not read or not written for a reason.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::{EntityId, SystemId};

/// What of a mapping is paused, each with why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    pub system: SystemId,
    pub entity: EntityId,
    pub reading: Option<String>,
    pub writing: Option<String>,
}

impl FromRow for Pause {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            system: row.get::<String>("system")?.into(),
            entity: row.get::<String>("entity")?.into(),
            reading: row.maybe("reading")?,
            writing: row.maybe("writing")?,
        })
    }
}

/// Every pause there is.
pub async fn all(s: &mut Session) -> Result<Vec<Pause>, StoreError> {
    let text = "SELECT * FROM mapping_pauses WHERE reading IS NOT NULL OR writing IS NOT NULL
                ORDER BY system, entity";
    s.sql(text).all().await
}

/// What of one mapping is paused: nothing, if nothing was ever set.
pub async fn get(s: &mut Session, system: &SystemId, entity: &EntityId) -> Result<Pause, StoreError> {
    let query = s.sql("SELECT * FROM mapping_pauses WHERE system = $1 AND entity = $2");
    let known: Option<Pause> = query.bind(system).bind(entity).maybe().await?;
    let none = || Pause { system: system.clone(), entity: entity.clone(), ..Pause::default() };
    Ok(known.unwrap_or_else(none))
}

/// Stores what of a mapping is paused.
pub async fn save(w: &mut WriteSession, pause: &Pause) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO mapping_pauses (system, entity, reading, writing) VALUES ($1, $2, $3, $4)
         ON CONFLICT (system, entity) DO UPDATE SET reading = excluded.reading, writing = excluded.writing",
    )
    .bind(&pause.system)
    .bind(&pause.entity)
    .bind(pause.reading.as_ref())
    .bind(pause.writing.as_ref())
    .run_one()
    .await
}
