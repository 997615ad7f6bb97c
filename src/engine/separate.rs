//! Not the same record: one system's row is taken out of a record and becomes one of its own. A link
//! by hand remembers it, which comes before the declared key, so that no later read brings it back;
//! linking it again takes that back.

use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::ids::{EntityId, RecordId, SystemId};
use crate::store::holdings::Holding;
use crate::store::records::{Link, Record};
use crate::store::separations::Separation;
use crate::store::{WriteSession, conflicts, holdings, records, separations};
use std::sync::Arc;

/// Characters of a reason.
const MOST: usize = 500;

/// Which row is another record, and why.
#[derive(Clone, Debug)]
pub struct Apart {
    pub record: RecordId,
    pub system: SystemId,
    pub external_id: String,
    pub reason: String,
}

impl Engine {
    /// Makes one system's row a record of its own, and judges both.
    ///
    /// # Errors
    /// The viewer may not decide, gave no reason, there is no such row on the record, it is the only
    /// one, or a decision about the record is on its way.
    pub async fn separate(&self, viewer: &Viewer, apart: Apart) -> Result<Separation, Refusal> {
        may(viewer)?;
        let reason = apart.reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > MOST {
            let text = format!("say in 1 to {MOST} characters why it is not the same record");
            return Err(Refusal::Invalid(text));
        }
        let (viewer, setup) = (viewer.clone(), self.reload().await?);
        self.store
            .write(async move |w| {
                let record = records::get(w, &viewer, &apart.record).await?;
                let record = record.ok_or(Refusal::NotFound("record"))?;
                settled(w, std::slice::from_ref(&record.id)).await?;
                let all = holdings::of_records(w, std::slice::from_ref(&record.id)).await?;
                let row = row(w, &apart.system, &record.entity, &apart.external_id, &record.id).await?;
                if all.len() < 2 {
                    let text = "it is the only row of this record: there is nothing to take it out of";
                    return Err(Refusal::WrongState(text.to_owned()));
                }
                let to = own_record(w, &setup, &record.entity, &row).await?;
                let separation = Separation {
                    id: w.new_id(),
                    system: apart.system.clone(),
                    entity: record.entity.clone(),
                    external_id: apart.external_id.clone(),
                    from: record.id.clone(),
                    to,
                    by: viewer.name.clone(),
                    reason: reason.clone(),
                    at: w.now(),
                    ended_at: None,
                };
                separations::insert(w, &separation).await?;
                let told = event(Action::RecordSeparated, &viewer, &separation, &record.title);
                let mut events = vec![told.value("reason", &reason)];
                give(w, row, &separation.to).await?;
                for id in [&separation.from, &separation.to] {
                    Self::judge_record(&setup, w, &record.entity, id, &mut events).await?;
                }
                Ok((separation, events))
            })
            .await
    }

    /// Links a row again to the record it was taken out of, and judges both.
    ///
    /// # Errors
    /// The viewer may not decide, there is no such separation, it has ended, the row belongs to a third
    /// record by now, or a decision about one of the records is on its way.
    pub async fn rejoin(&self, viewer: &Viewer, id: &str) -> Result<Separation, Refusal> {
        may(viewer)?;
        let (viewer, id, setup) = (viewer.clone(), id.to_owned(), self.reload().await?);
        self.store
            .write(async move |w| {
                let missing = || Refusal::NotFound("separation");
                let own = separations::get(w, &id).await?.ok_or_else(missing)?;
                let record = records::get(w, &viewer, &own.from).await?.ok_or_else(missing)?;
                settled(w, &[own.from.clone(), own.to.clone()]).await?;
                // Read again under the lock: of two at a time one comes second.
                let own = separations::get(w, &id).await?.ok_or_else(missing)?;
                if own.ended_at.is_some() {
                    return Err(Refusal::WrongState("it was linked again already".to_owned()));
                }
                let row = row(w, &own.system, &own.entity, &own.external_id, &own.to).await?;
                separations::end(w, &id).await?;
                let mut events = vec![event(Action::RecordRejoined, &viewer, &own, &record.title)];
                give(w, row, &own.from).await?;
                for id in [&own.from, &own.to] {
                    Self::judge_record(&setup, w, &own.entity, id, &mut events).await?;
                }
                // Unless something was decided about it, nothing is left of it.
                records::drop_if_empty(w, &own.to).await?;
                Ok((Separation { ended_at: Some(w.now()), ..own }, events))
            })
            .await
    }
}

fn may(viewer: &Viewer) -> Result<(), Refusal> {
    if viewer.may(Right::Decide) { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// Keeps everybody else from these records, about which nothing may be on its way: what is sent was
/// decided of the rows as they are linked now.
async fn settled(w: &mut WriteSession, ids: &[RecordId]) -> Result<(), Refusal> {
    conflicts::lock_of_records(w, ids).await?;
    let unfinished = conflicts::unfinished(w, ids).await?;
    if unfinished.iter().any(|difference| difference.state.is_under_way()) {
        let text = "a decision about this record is on its way: undo it, or wait until it has arrived";
        return Err(Refusal::WrongState(text.to_owned()));
    }
    Ok(())
}

/// The row as it is held, kept from changing until the transaction ends.
async fn row(
    w: &mut WriteSession,
    system: &SystemId,
    entity: &EntityId,
    external_id: &str,
    of: &RecordId,
) -> Result<Holding, Refusal> {
    let found = holdings::to_change(w, system, entity, &[external_id]).await?.pop();
    found.filter(|row| row.record == *of).ok_or(Refusal::NotFound("row of this system on the record"))
}

/// A record for a row alone, by its own name. It has no shared identifier: that is the other's.
async fn own_record(
    w: &mut WriteSession,
    setup: &Arc<Setup>,
    entity: &EntityId,
    row: &Holding,
) -> Result<RecordId, Refusal> {
    let title = &setup.entity(entity)?.title;
    let mapping = setup.catalog.mapping(&row.system, entity);
    let held = mapping.and_then(|mapping| mapping.field(title)?.read(&row.cells).ok());
    let name = held.as_ref().and_then(|held| held.value()).unwrap_or(&row.external_id).to_owned();
    let (id, created_at) = (RecordId(w.new_id()), w.now());
    let record = Record { id: id.clone(), entity: entity.clone(), link: None, title: name, created_at };
    records::insert(w, &[record]).await?;
    Ok(id)
}

/// Gives a row to a record, by a link that stays.
async fn give(w: &mut WriteSession, row: Holding, to: &RecordId) -> Result<(), Refusal> {
    let link = Link { external_id: row.external_id.clone(), record: to.clone() };
    records::save_link(w, &row.system, &row.entity, &link, "hand").await?;
    holdings::save(w, &[Holding { record: to.clone(), ..row }]).await?;
    Ok(())
}

fn event(action: Action, viewer: &Viewer, own: &Separation, title: &str) -> Event {
    let about = About {
        entity: Some(own.entity.clone()),
        record: Some(own.from.clone()),
        system: Some(own.system.clone()),
        ..About::default()
    };
    let event = Event::new(action, viewer.actor(), about).fact("other_record", &own.to);
    event.value("record", title).value("external_id", &own.external_id)
}
