//! A dossier: everything one page needs to know of a record, read at one moment.

use super::detect::mapped;
use super::{Engine, Refusal, Setup};
use crate::domain::access::Viewer;
use crate::domain::entity::{Entity, Field};
use crate::domain::ids::{FieldId, RecordId, ResolutionId, SystemId};
use crate::domain::record::{Base, Holding};
use crate::domain::time::Time;
use crate::store::comments::Comment;
use crate::store::conflicts::{Conflict, Difference};
use crate::store::holdings::Version;
use crate::store::questions::Question;
use crate::store::records::Record;
use crate::store::resolutions::{Delivery, Resolution};
use crate::store::separations::Separation;
use crate::store::{comments, conflicts, holdings, questions, records, resolutions, runs, separations};
use std::collections::HashMap;
use std::sync::Arc;

/// Versions of one record that its timeline reaches back to.
pub const VERSIONS: i64 = 5_000;
/// Conflicts and decisions of one record.
const DECISIONS: i64 = 500;
/// Comments of one record.
const COMMENTS: i64 = 1_000;

/// A record with its past, as one viewer may see it.
pub struct Dossier {
    pub setup: Arc<Setup>,
    pub record: Record,
    /// In the order of the configuration.
    pub holdings: Vec<Holding>,
    /// Where each holding came from before anything of it changed: its system and run.
    pub first_runs: HashMap<SystemId, String>,
    pub base: Base,
    /// When each system's object was last read to its end.
    pub read_at: HashMap<SystemId, Time>,
    /// Newest first.
    pub versions: Vec<Version>,
    /// Newest first.
    pub conflicts: Vec<Conflict>,
    /// Of every conflict, oldest first.
    pub differences: Vec<Difference>,
    /// Newest first.
    pub decisions: Vec<Resolution>,
    pub deliveries: Vec<Delivery>,
    /// Rows that were taken out of it, or from which it was taken.
    pub separations: Vec<Separation>,
    /// What people said about its conflicts, newest first.
    pub comments: Vec<Comment>,
    /// What people outside were asked about it, newest first.
    pub questions: Vec<Question>,
}

impl Dossier {
    /// The kind of record, if it is still configured.
    #[must_use]
    pub fn entity(&self) -> Option<&Entity> {
        self.setup.catalog.entity(&self.record.entity)
    }

    /// The slot a field is compared in: its group, or itself.
    #[must_use]
    pub fn slot_of<'a>(entity: &'a Entity, field: &'a Field) -> &'a FieldId {
        entity.group_of(&field.id).map_or(&field.id, |group| &group.id)
    }

    /// Whether a person is asked about this slot now.
    #[must_use]
    pub fn is_disputed(&self, slot: &FieldId) -> bool {
        self.differences
            .iter()
            .any(|difference| difference.state.is_open() && difference.dispute.field == *slot)
    }

    /// The conflict that waits for a person.
    #[must_use]
    pub fn open_conflict(&self) -> Option<&Conflict> {
        self.conflicts.iter().find(|conflict| conflict.open)
    }

    /// The decision of that id.
    #[must_use]
    pub fn decision(&self, id: &ResolutionId) -> Option<&Resolution> {
        self.decisions.iter().find(|decision| decision.id == *id)
    }
}

impl Engine {
    /// Reads a dossier.
    ///
    /// # Errors
    /// There is no such record for this viewer, or the store failed.
    pub async fn dossier(&self, viewer: &Viewer, id: &RecordId) -> Result<Dossier, Refusal> {
        let setup = self.setup();
        let mut s = self.session_for(viewer).await?;
        let record = records::get(&mut s, viewer, id).await?.ok_or(Refusal::NotFound("record"))?;
        let only = std::slice::from_ref(id);
        let rows = holdings::of_records(&mut s, only).await?;
        let first_runs = rows.iter().map(|row| (row.system.clone(), row.run.0.clone())).collect();
        let mut read_at = HashMap::new();
        for mapping in setup.catalog.mappings_of(&record.entity) {
            let cursor = runs::cursor(&mut s, &mapping.system, &record.entity).await?;
            read_at.extend(cursor.read_at.map(|time| (mapping.system.clone(), time)));
        }
        let all = conflicts::of_record(&mut s, viewer, id, DECISIONS).await?;
        let ids: Vec<_> = all.iter().map(|conflict| conflict.id.clone()).collect();
        let decisions = resolutions::of_record(&mut s, id, DECISIONS).await?;
        let decided: Vec<_> = decisions.iter().map(|decision| decision.id.clone()).collect();
        Ok(Dossier {
            holdings: mapped(&setup, &record.entity, rows).remove(id).unwrap_or_default(),
            base: records::bases(&mut s, only).await?.pop().map(|(_, base)| base).unwrap_or_default(),
            versions: holdings::versions(&mut s, id, VERSIONS).await?,
            differences: conflicts::differences(&mut s, &ids).await?,
            deliveries: resolutions::deliveries(&mut s, &decided).await?,
            separations: separations::standing(&mut s, id).await?,
            comments: comments::of_record(&mut s, id, COMMENTS).await?,
            questions: questions::of_record(&mut s, id, COMMENTS).await?,
            conflicts: all,
            decisions,
            first_runs,
            read_at,
            record,
            setup,
        })
    }
}
