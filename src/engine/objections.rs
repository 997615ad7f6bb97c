//! Telling somebody whose value was not kept, with a link by which to object: once, and a person
//! looks at the field again.

use super::ask::{Question, ask_in};
use super::once::Receipt;
use super::questions::{by_link, ids_of};
use super::review::locked;
use super::{Engine, Refusal, Setup, notices, post};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Event};
use crate::domain::ids::{FieldId, ObjectionId, ResolutionId, SystemId, UserId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::question::MOST_TEXT;
use crate::domain::time::Time;
use crate::store::objections::{self, Objection};
use crate::store::resolutions::Resolution;
use crate::store::{StoreError, WriteSession, resolutions};
use chrono::TimeDelta;
use std::sync::Arc;

/// How long a link takes an objection.
pub const DAYS: i64 = 30;
/// People told of one decision.
pub const MOST: usize = 20;

/// Whom to tell what.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    pub field: FieldId,
    pub name: String,
    pub address: String,
    /// Why it was decided so.
    pub text: String,
}

/// What a link tells.
#[derive(Clone, Debug)]
pub struct Told {
    pub objection: Objection,
    pub decision: Resolution,
    /// By which identifiers its systems know the record.
    pub ids: Vec<(SystemId, String)>,
}

impl Told {
    /// Whether it takes an objection: not where it took one, its time is over, or the decision stands
    /// no longer.
    #[must_use]
    pub fn is_open(&self, now: Time) -> bool {
        is_open(&self.objection, &self.decision, now)
    }
}

fn is_open(told: &Objection, decision: &Resolution, now: Time) -> bool {
    told.objected.is_none() && told.expires_at > now && stands(decision)
}

fn stands(decision: &Resolution) -> bool {
    !matches!(decision.state.as_str(), "undone" | "overtaken")
}

/// Whether somebody outside may be told of a decision: it stands, and is past taking back.
#[must_use]
pub fn is_tellable(decision: &Resolution) -> bool {
    stands(decision) && decision.state != "held" && !decision.is_awaiting()
}

impl Engine {
    /// Keeps that somebody is told of a decision, and answers the secret of the link by which to
    /// object; it is stored nowhere. `receipt` keeps an answer with it.
    ///
    /// # Errors
    /// The viewer may not decide or lead, there is no such decision or field, nothing was kept, the
    /// address is none, too many were told, or the decision does not stand or is still held.
    pub async fn tell_decided(
        &self,
        viewer: &Viewer,
        id: &ResolutionId,
        telling: Telling,
        receipt: Option<Receipt<(Arc<Setup>, Objection)>>,
    ) -> Result<(Objection, String), Refusal> {
        if !viewer.may(Right::Decide) && !viewer.may(Right::Reverse) {
            return Err(Refusal::Forbidden);
        }
        let (address, text) = (post::address(&telling.address)?, telling.text.trim().to_owned());
        if text.chars().count() > MOST_TEXT {
            return Err(Refusal::Invalid(format!("a reason may have {MOST_TEXT} characters")));
        }
        let name: String = telling.name.trim().chars().take(200).collect();
        let name = if name.is_empty() { address.clone() } else { name };
        let (token, hash) = post::secret(self);
        let telling = Telling { field: telling.field, name, address, text };
        let (viewer, id, setup) = (viewer.clone(), id.clone(), self.setup());
        let told = self
            .store
            .write(async move |w| {
                let (told, event) = tell(w, &viewer, &id, &telling, &hash).await?;
                setup.check_sight(&viewer, &told.entity, &told.field)?;
                setup.check_outside(&told.entity, &told.field)?;
                if let Some(receipt) = &receipt {
                    receipt.keep(w, &(setup.clone(), told.clone())).await?;
                }
                Ok::<_, Refusal>((told, vec![event]))
            })
            .await?;
        Ok((told, token))
    }

    /// Remembers that it left by mail.
    ///
    /// # Errors
    /// The store failed.
    pub async fn objection_mailed(&self, id: &ObjectionId) -> Result<(), StoreError> {
        let id = id.clone();
        self.write_alerts(async move |w| objections::mailed(w, &id).await).await
    }

    /// What a link tells, and by whom it was decided; None where it is no link of ours.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn told_by(&self, token: &str) -> Result<Option<Told>, StoreError> {
        let mut s = self.session_outside().await?;
        let Some(objection) = objections::by_token(&mut s, &post::hash(token)).await? else {
            return Ok(None);
        };
        let decision = resolutions::get(&mut s, &Viewer::referee(), &objection.resolution).await?;
        let ids = ids_of(&mut s, &objection.record).await?;
        Ok(decision.map(|decision| Told { objection, decision, ids }))
    }

    /// Objects to a decision, once: a person looks at the field again, with the words as the reason.
    ///
    /// # Errors
    /// It is no link of ours, it was used or is too old, no reason is given, or the decision is
    /// still on its way to the systems: then the link stays good.
    pub async fn object(&self, token: &str, words: &str) -> Result<(), Refusal> {
        let words = words.trim().to_owned();
        if words.is_empty() || words.chars().count() > MOST_TEXT {
            return Err(Refusal::Invalid(format!("say in 1 to {MOST_TEXT} characters what is wrong")));
        }
        let (hash, setup) = (post::hash(token), self.reload().await?);
        self.store.write(async move |w| object(w, &setup, &hash, &words).await).await
    }
}

async fn tell(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &ResolutionId,
    telling: &Telling,
    hash: &str,
) -> Result<(Objection, Event), Refusal> {
    let found = held_still(w, viewer, id).await?;
    if !is_tellable(&found) {
        let text = "this decision does not stand, or may still be taken back: nobody is told of it";
        return Err(Refusal::WrongState(text.to_owned()));
    }
    if objections::of_resolution(w, id, 100).await?.len() >= MOST {
        return Err(Refusal::Invalid(format!("{MOST} people were told already")));
    }
    let record = crate::store::records::get(w, viewer, &found.record).await?;
    let record = record.ok_or(Refusal::NotFound("record"))?;
    let told = Objection {
        id: ObjectionId(w.new_id()),
        resolution: id.clone(),
        conflict: found.conflict.clone(),
        record: found.record.clone(),
        entity: record.entity,
        field: telling.field.clone(),
        teller: viewer.user.clone(),
        teller_name: viewer.name.clone(),
        name: telling.name.clone(),
        address: telling.address.clone(),
        text: telling.text.clone(),
        kept: kept(&found, &telling.field)?,
        created_at: w.now(),
        expires_at: w.now() + TimeDelta::days(DAYS),
        mailed_at: None,
        objected: None,
    };
    objections::insert(w, &told, hash).await?;
    let event = Event::new(Action::DecisionTold, viewer.actor(), about_of(&told));
    let event = event.value("record", &record.title).value("name", &told.name);
    let event = event.value("address", &told.address).value("text", &told.text);
    Ok((told, event))
}

/// A decision as it is while nobody else changes it: whoever does holds its conflict.
async fn held_still(w: &mut WriteSession, viewer: &Viewer, id: &ResolutionId) -> Result<Resolution, Refusal> {
    let none = || Refusal::NotFound("decision");
    let found = resolutions::get(w, viewer, id).await?.ok_or_else(none)?;
    locked(w, viewer, &found.conflict).await?;
    resolutions::get(w, viewer, id).await?.ok_or_else(none)
}

/// The value that a decision kept of a field.
fn kept(decision: &Resolution, field: &FieldId) -> Result<crate::domain::value::Tuple, Refusal> {
    let chosen = decision.outcomes.iter().find(|chosen| chosen.field == *field);
    let chosen = chosen.ok_or(Refusal::NotFound("field of this decision"))?;
    let none = || Refusal::Invalid("this decision kept no value there".to_owned());
    chosen.meant(&decision.disputes()?).ok_or_else(none)
}

fn about_of(told: &Objection) -> About {
    About {
        entity: Some(told.entity.clone()),
        record: Some(told.record.clone()),
        conflict: Some(told.conflict.clone()),
        resolution: Some(told.resolution.clone()),
        field: Some(told.field.clone()),
        ..About::default()
    }
}

async fn object(
    w: &mut WriteSession,
    setup: &Arc<Setup>,
    hash: &str,
    words: &str,
) -> Result<((), Vec<Event>), Refusal> {
    let told = objections::by_token(w, hash).await?.ok_or(Refusal::NotFound("decision"))?;
    let over = || Refusal::WrongState("this link takes no objection any longer".to_owned());
    let decision = held_still(w, &Viewer::referee(), &told.resolution).await?;
    if !is_open(&told, &decision, w.now()) {
        return Err(over());
    }
    let outside = Viewer { name: told.name.clone(), ..Viewer::referee() };
    let question = Question {
        record: told.record.clone(),
        field: told.field.clone(),
        reason: words.to_owned(),
        decision: Some(told.resolution.clone()),
    };
    let (review, mut events) = ask_in(w, setup, (&outside, by_link()), &question, words).await?;
    if let Some(asked) = events.first_mut() {
        asked.values.insert("name".to_owned(), told.name.clone());
    }
    if !objections::object(w, &told.id, &review, words).await? {
        return Err(over());
    }
    let notice = Notice::of_conflict(NoticeKind::Objected, &review, &told.record, &told.entity);
    let notice = notice.fact("who", &told.name);
    // Who decided, and who told: mostly the same person.
    let mut people = vec![told.teller.clone()];
    people.extend(Some(UserId(decision.actor.id)).filter(|id| *id != told.teller && !id.0.is_empty()));
    for person in people {
        notices::tell(w, &person, notice.clone()).await?;
    }
    let event = Event::new(Action::Objected, by_link(), about_of(&told));
    events.push(event.value("name", &told.name).value("text", words));
    Ok(((), events))
}
