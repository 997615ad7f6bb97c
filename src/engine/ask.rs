//! Asking a person: any field of a record is brought into the queue on request. What a rule has
//! settled is overturned so: the question shows what is held now beside what was held before, and
//! its answer is a decision like any other.

use super::detect::load::Batch;
use super::{Engine, Refusal, Setup};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::conflict::{Asked, Dispute, Doubted};
use crate::domain::ids::{ConflictId, FieldId, RecordId, ResolutionId, RunId};
use crate::store::resolutions::Resolution;
use crate::store::runs::Counts;
use crate::store::{WriteSession, records, resolutions};
use std::sync::Arc;

/// Characters of a reason.
const MOST: usize = 500;

/// A question to a person.
#[derive(Clone, Debug)]
pub struct Question {
    pub record: RecordId,
    pub field: FieldId,
    pub reason: String,
    /// The decision that is doubted: its values stay choices.
    pub decision: Option<ResolutionId>,
}

impl Engine {
    /// Opens a question about a field of a record and answers its conflict. Where the field is in
    /// dispute already, no rule settles it any longer.
    ///
    /// # Errors
    /// The viewer may not decide, gave no reason, there is no such record, field or decision, or a
    /// decision about the field is on its way.
    pub async fn ask(&self, viewer: &Viewer, question: Question) -> Result<ConflictId, Refusal> {
        if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
            return Err(Refusal::Forbidden);
        }
        let reason = question.reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > MOST {
            return Err(Refusal::Invalid(format!("say in 1 to {MOST} characters why it should be decided")));
        }
        let (viewer, setup) = (viewer.clone(), self.reload().await?);
        self.store
            .write(async move |w| {
                let record = records::get(w, &viewer, &question.record).await?;
                let record = record.ok_or(Refusal::NotFound("record"))?;
                setup.check_sight(&viewer, &record.entity, &question.field)?;
                ask_in(w, &setup, (&viewer, viewer.actor()), &question, &reason).await
            })
            .await
    }
}

/// Opens a question, as a part of a transaction. The log has the actor, and the question the name of
/// the viewer: somebody outside is named there alone.
pub(super) async fn ask_in(
    w: &mut WriteSession,
    setup: &Arc<Setup>,
    (viewer, actor): (&Viewer, Actor),
    question: &Question,
    reason: &str,
) -> Result<(ConflictId, Vec<Event>), Refusal> {
    let found = records::get(w, viewer, &question.record).await?;
    let found = found.ok_or(Refusal::NotFound("record"))?;
    let doubted = doubted(w, viewer, question).await?;
    let ids = std::slice::from_ref(&question.record);
    let batch = Batch::load(w, setup, &found.entity, &RunId::default(), ids).await?;
    let asked = Asked { by: viewer.name.clone(), reason: reason.to_owned() };
    let mut judge = batch.judge_of(w, &question.record).ok_or(Refusal::NotFound("record"))?;
    let conflict = judge.ask(&question.field, asked, doubted.as_ref())?;
    let conflict = conflict.ok_or(Refusal::NotFound("field"))?;
    let ruling = judge.finish();
    let about = About {
        entity: Some(found.entity.clone()),
        record: Some(found.id.clone()),
        conflict: Some(conflict.clone()),
        field: Some(question.field.clone()),
        resolution: question.decision.clone(),
        ..About::default()
    };
    let event = Event::new(Action::ReviewAsked, actor, about);
    let mut events = vec![event.value("record", &found.title).value("reason", reason)];
    super::detect::save(w, ruling, &mut Counts::default(), &mut events).await?;
    Ok((conflict, events))
}

impl Engine {
    /// Has what was decided last about a conflict decided again: a question about each of its fields.
    /// The conflict they are in.
    ///
    /// # Errors
    /// As [`Engine::ask`]; nothing of it was decided.
    pub async fn reopen(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        reason: &str,
    ) -> Result<ConflictId, Refusal> {
        let case = self.case(viewer, id).await?;
        let last = case.decisions.iter().find(|decision| decision.state != "undone");
        let nothing = || Refusal::WrongState("nothing of it was decided".to_owned());
        let decision = last.ok_or_else(nothing)?;
        let mut opened = None;
        for chosen in &decision.outcomes {
            let question = Question {
                record: decision.record.clone(),
                field: chosen.field.clone(),
                reason: reason.to_owned(),
                decision: Some(decision.id.clone()),
            };
            opened = Some(self.ask(viewer, question).await?);
        }
        opened.ok_or_else(nothing)
    }
}

/// The decision that is doubted, and what was on its page of the field.
async fn doubted(
    w: &mut WriteSession,
    viewer: &Viewer,
    question: &Question,
) -> Result<Option<(Doubted, Dispute)>, Refusal> {
    let Some(id) = &question.decision else { return Ok(None) };
    let found = resolutions::get(w, viewer, id).await?.filter(|found| found.record == question.record);
    let found = found.ok_or(Refusal::NotFound("decision"))?;
    let disputes = found.disputes()?;
    let page = disputes.into_iter().find(|dispute| dispute.field == question.field);
    let page = page.ok_or(Refusal::NotFound("field of this decision"))?;
    let Resolution { id: decision, actor: by, policy_version, .. } = found;
    Ok(Some((Doubted { decision, by, policy_version }, page)))
}
