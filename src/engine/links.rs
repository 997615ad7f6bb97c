//! Links by hand or from a file: which rows of several systems are one record.

use super::{Engine, Refusal};
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::ids::{EntityId, RecordId, SystemId};
use crate::store::holdings::Holding;
use crate::store::records::{Link, Record};
use crate::store::{StoreError, WriteSession, holdings, records};

/// Rows linked in one transaction.
const BATCH: usize = 500;

impl Engine {
    /// Links the identifiers of each row as one record. `systems` names the columns. Answers
    /// how many rows were linked.
    ///
    /// # Errors
    /// A system does not map the entity, a row has another number of columns, or the store
    /// failed. Nothing of a file with such a row is taken.
    pub async fn import_links(
        &self,
        actor: &Actor,
        entity: &EntityId,
        systems: &[SystemId],
        rows: Vec<Vec<String>>,
    ) -> Result<usize, Refusal> {
        let setup = self.reload().await?;
        setup.entity(entity)?;
        if let Some(system) = systems.iter().find(|system| setup.catalog.mapping(system, entity).is_none()) {
            return Err(Refusal::Invalid(format!("“{system}” is not a system that maps {entity}")));
        }
        if let Some(line) =
            rows.iter().position(|row| row.len() != systems.len() || row.iter().any(String::is_empty))
        {
            let text =
                format!("line {}: each of the {} columns needs an identifier", line + 2, systems.len());
            return Err(Refusal::Invalid(text));
        }
        let count = rows.len();
        for rows in rows.chunks(BATCH) {
            let (rows, systems, entity, actor) =
                (rows.to_vec(), systems.to_vec(), entity.clone(), actor.clone());
            self.store
                .write::<_, StoreError, _>(async move |w| {
                    for row in &rows {
                        link(w, &entity, &systems, row).await?;
                    }
                    let about = About { entity: Some(entity.clone()), ..About::default() };
                    let event = Event::new(Action::LinksImported, actor.clone(), about);
                    Ok(((), vec![event.fact("rows", rows.len())]))
                })
                .await?;
        }
        self.judge(entity, &crate::domain::ids::RunId::default()).await?;
        Ok(count)
    }
}

async fn link(
    w: &mut WriteSession,
    entity: &EntityId,
    systems: &[SystemId],
    ids: &[String],
) -> Result<(), StoreError> {
    let (mut held, mut known) = (Vec::new(), None);
    for (system, id) in systems.iter().zip(ids) {
        let id = [id.as_str()];
        let linked = records::links(w, system, entity, &id).await?.pop();
        let holding = holdings::by_external_ids(w, system, entity, &id).await?.pop();
        let owner = linked.map(|link| link.record).or_else(|| holding.as_ref().map(|h| h.record.clone()));
        known = known.or(owner);
        held.extend(holding);
    }
    let record = match known {
        Some(record) => record,
        None => new_record(w, entity, &ids[0]).await?,
    };
    for (system, id) in systems.iter().zip(ids) {
        let link = Link { external_id: id.clone(), record: record.clone() };
        records::save_link(w, system, entity, &link, "file").await?;
    }
    let moved: Vec<Holding> = held.into_iter().filter(|holding| holding.record != record).collect();
    for holding in &moved {
        holdings::save(w, &[Holding { record: record.clone(), ..holding.clone() }]).await?;
        // Judged again without it, if anything is left there.
        records::mark_unjudged(w, entity, "link", [&holding.record]).await?;
        records::drop_if_empty(w, &holding.record).await?;
    }
    records::mark_unjudged(w, entity, "link", [&record]).await
}

async fn new_record(w: &mut WriteSession, entity: &EntityId, title: &str) -> Result<RecordId, StoreError> {
    let (id, created_at) = (RecordId(w.new_id()), w.now());
    let record =
        Record { id: id.clone(), entity: entity.clone(), link: None, title: title.to_owned(), created_at };
    records::insert(w, &[record]).await?;
    Ok(id)
}
