//! Why a field of a stored record is judged as it is.

use super::detect::RECORD;
use super::detect::load::Batch;
use super::{Engine, Refusal};
use crate::domain::access::Viewer;
use crate::domain::diff::Candidate;
use crate::domain::entity::Slot;
use crate::domain::explanation::{Explanation, Subject};
use crate::domain::ids::{FieldId, RecordId, RunId};
use crate::domain::judge::Circumstances;
use crate::domain::opinion;
use crate::domain::presence::Presence;
use crate::store::records;
use std::collections::BTreeMap;

impl Engine {
    /// Explains one field, group or child row of a record, or every one of them; before them, where
    /// some system lacks the record or `record` is asked for, whether it is where it should be.
    ///
    /// # Errors
    /// There is no such record for the viewer, no such field, or the store failed.
    pub async fn explain(
        &self,
        viewer: &Viewer,
        record: &RecordId,
        field: Option<&FieldId>,
    ) -> Result<Vec<Explanation>, Refusal> {
        let setup = self.setup();
        let mut session = self.store().session().await?;
        let found = records::get(&mut session, viewer, record).await?.ok_or(Refusal::NotFound("record"))?;
        let ids = std::slice::from_ref(record);
        let run = RunId::default();
        let batch = Batch::read(&mut session, &setup, (&found.entity, &run), ids, self.now()).await?;
        let loaded = batch.of(record).ok_or(Refusal::NotFound("record"))?;
        let disputed = loaded.differences.iter().map(|known| &known.dispute.field).chain(field);
        let slots = batch.entity.slots_of(&loaded.base, loaded.holdings, disputed);
        let asked = |slot: &Slot<'_>| field.is_none_or(|id| *slot.id == *id) && !slot.is_all_rows();
        let slots: Vec<Slot<'_>> = slots.into_iter().filter(asked).collect();
        let (book, moved) = (setup.rulebook(), opinion::moved(&batch.entity, &loaded.base, loaded.holdings));
        let circumstances = |id: &FieldId| {
            let known = loaded.differences.iter().find(|known| known.dispute.field == *id);
            let incident = known.and_then(|known| known.dispute.incident().cloned());
            Circumstances { incident, ..batch.circumstances(record, id, known) }
        };
        let stands = |id: &FieldId, print: &str| {
            let mut exceptions = loaded.exceptions.iter();
            let own = exceptions.find(|own| own.field == *id && own.until > batch.now);
            own.is_some_and(|own| own.fingerprint == print)
        };
        let subject = Subject {
            book: &book,
            entity: &batch.entity,
            base: &loaded.base,
            holdings: loaded.all,
            past: &[],
            is_whole: &|system| batch.knows_all(record, system),
            moved: &moved,
            written: &BTreeMap::new(),
            circumstances: &circumstances(&RECORD.into()),
            now: batch.now,
        };
        let mut explained = Vec::new();
        let presence = loaded.presence(&moved);
        let lacking = matches!(presence, Presence::Lacking(_));
        if field.map_or(lacking, |id| id.as_str() == RECORD) {
            let stands = |print: &str| stands(&RECORD.into(), print);
            explained.push(subject.explain_presence(&loaded.record.title, presence, stands));
        }
        for slot in &slots {
            let subject = Subject {
                past: &batch.past(record, slot),
                written: &batch.written(record, slot),
                circumstances: &circumstances(&slot.id),
                ..subject
            };
            let hand = |candidate: &Candidate| batch.hand(candidate);
            explained.push(subject.explain(slot, hand, |print| stands(&slot.id, print)));
        }
        let sight = setup.sight(viewer);
        explained.iter_mut().for_each(|own| sight.explanation(&found.entity, own));
        if explained.is_empty() { Err(Refusal::NotFound("field")) } else { Ok(explained) }
    }
}
