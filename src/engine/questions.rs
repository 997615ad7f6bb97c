//! Questions to one person outside: who changed a value, or who owns the field, is asked by a link
//! that answers once. The answer is evidence; it decides nothing. Meanwhile the conflict waits.

mod answer;
pub(super) mod whom;

pub use answer::Asked;
pub(super) use answer::{by_link, ids_of};
pub use whom::{Whom, Why};

use super::once::Receipt;
use super::post;
use super::review::{about, locked};
use super::{Engine, Refusal, Setup, notices};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::ids::{ConflictId, DifferenceId, QuestionId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::question::{DAYS, MOST_DAYS, MOST_OPEN, MOST_TEXT, Offered, Standing};
use crate::domain::routing::{Ends, Wait};
use crate::domain::time::Time;
use crate::store::conflicts::Conflict;
use crate::store::questions::{self, Question};
use crate::store::{StoreError, WriteSession, conflicts};
use chrono::TimeDelta;
use std::sync::Arc;

/// Questions that end in one look.
const AT_ONCE: i64 = 200;

/// What is to be asked, of whom.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    pub difference: DifferenceId,
    /// Who is asked; the address stands for it where it is empty.
    pub name: String,
    pub address: String,
    pub text: String,
    /// How long the link answers; None: three days.
    pub days: Option<i64>,
}

/// Whether somebody may ask: who decides, and who may reverse what others decided.
fn may_ask(viewer: &Viewer) -> Result<(), Refusal> {
    let may = viewer.may(Right::Decide) || viewer.may(Right::Reverse);
    if may { Ok(()) } else { Err(Refusal::Forbidden) }
}

impl Asking {
    fn checked(self) -> Result<(Self, TimeDelta), Refusal> {
        let (address, text) = (post::address(&self.address)?, self.text.trim().to_owned());
        if text.chars().count() > MOST_TEXT {
            return Err(Refusal::Invalid(format!("a question may have {MOST_TEXT} characters")));
        }
        let days = self.days.unwrap_or(DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Refusal::Invalid(format!("a question is open 1 to {MOST_DAYS} days")));
        }
        let name = self.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name: String = name.chars().take(200).collect();
        let name = if name.is_empty() { address.clone() } else { name };
        Ok((Self { name, address, text, ..self }, TimeDelta::days(days)))
    }
}

impl Engine {
    /// Asks somebody about one field of an open conflict, which waits for the answer. Answers the
    /// question and the secret of its link, which is stored nowhere. `receipt` keeps an answer with it.
    ///
    /// # Errors
    /// The viewer may not decide or lead, there is no such conflict or field, it is decided, the
    /// address is none, or too much is asked.
    pub async fn ask_person(
        &self,
        viewer: &Viewer,
        id: &ConflictId,
        asking: Asking,
        receipt: Option<Receipt<(Arc<Setup>, Question)>>,
    ) -> Result<(Question, String), Refusal> {
        may_ask(viewer)?;
        let (asking, open_for) = asking.checked()?;
        let (token, hash) = post::secret(self);
        let (viewer, id, setup) = (viewer.clone(), id.clone(), self.setup());
        let question = self
            .store
            .write(async move |w| {
                let mut conflict = locked(w, &viewer, &id).await?;
                let question = worded(w, &setup, &viewer, &conflict, &asking, open_for).await?;
                setup.check_sight(&viewer, &conflict.entity, &question.field)?;
                setup.check_outside(&conflict.entity, &question.field)?;
                questions::insert(w, &question, &hash).await?;
                let wait = Wait::new(w.now(), question.expires_at, Ends::Reply, viewer.user.clone());
                let wait = wait.map_err(|error| Refusal::Invalid(error.to_string()))?;
                if gives_way(conflict.wait.as_ref(), &wait, w.now()) {
                    conflict.wait = Some(wait);
                }
                if conflict.claimed_by.as_ref() == Some(&viewer.user) {
                    (conflict.claimed_by, conflict.claimed_until) = (None, None);
                }
                conflicts::save(w, &conflict).await?;
                if let Some(receipt) = &receipt {
                    receipt.keep(w, &(setup.clone(), question.clone())).await?;
                }
                let event = Event::new(Action::QuestionAsked, viewer.actor(), about_of(&question));
                let event = event.fact("question", &question.id).value("record", &conflict.title);
                let event = event.value("name", &question.name).value("address", &question.address);
                Ok::<_, Refusal>((question.clone(), vec![event.value("text", &question.text)]))
            })
            .await?;
        Ok((question, token))
    }

    /// Remembers that a question left by mail.
    ///
    /// # Errors
    /// The store failed.
    pub async fn question_mailed(&self, id: &QuestionId) -> Result<(), StoreError> {
        let id = id.clone();
        self.write_alerts(async move |w| questions::mailed(w, &id).await).await
    }

    /// Takes a question back: its link answers no longer, and the conflict returns.
    ///
    /// # Errors
    /// The viewer neither asked it nor leads, there is no such question, or it has ended.
    pub async fn withdraw_question(&self, viewer: &Viewer, id: &QuestionId) -> Result<Question, Refusal> {
        let (viewer, id) = (viewer.clone(), id.clone());
        self.store
            .write(async move |w| {
                let found = questions::get(w, &viewer, &id).await?.ok_or(Refusal::NotFound("question"))?;
                if found.asker != viewer.user && !viewer.may(Right::Reverse) {
                    return Err(Refusal::Forbidden);
                }
                if !questions::end(w, &id, &Standing::Withdrawn { at: w.now() }).await? {
                    return Err(Refusal::WrongState("this question has ended".to_owned()));
                }
                let event = Event::new(Action::QuestionWithdrawn, viewer.actor(), about_of(&found));
                let mut events = vec![event.fact("question", &id).value("name", &found.name)];
                events.extend(come_back(w, &found.conflict, "withdrawn").await?);
                Ok((found, events))
            })
            .await
    }

    /// Ends questions whose time is over, or whose field is settled; whether there may be more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn end_questions(&self) -> Result<bool, Refusal> {
        let now = self.now();
        let due = questions::to_end(&mut self.store.session().await?, now, AT_ONCE).await?;
        let more = i64::try_from(due.len()).is_ok_and(|found| found == AT_ONCE);
        for question in due {
            self.store.write(async move |w| Ok::<_, Refusal>(((), expire(w, &question).await?))).await?;
        }
        Ok(more)
    }
}

/// Whether a wait gives way to that of a question. What a person put off, for longer or shorter, stays
/// put off until then: they said when they want to see it, and are told of the answer all the same. The
/// waits of several questions are the longest of them.
fn gives_way(now: Option<&Wait>, question: &Wait, at: Time) -> bool {
    now.is_none_or(|now| {
        let over = now.until <= at;
        over || (now.ends == Ends::Reply && now.until <= question.until)
    })
}

/// The question with the values of its field as they stand.
async fn worded(
    w: &mut WriteSession,
    setup: &Arc<Setup>,
    viewer: &Viewer,
    conflict: &Conflict,
    asking: &Asking,
    open_for: TimeDelta,
) -> Result<Question, Refusal> {
    let differences = conflicts::differences(w, std::slice::from_ref(&conflict.id)).await?;
    let found = differences.into_iter().find(|difference| difference.id == asking.difference);
    let difference = found.ok_or(Refusal::NotFound("difference"))?;
    if !difference.state.is_open() {
        return Err(Refusal::WrongState("this field is settled: there is nothing left to ask".to_owned()));
    }
    let dispute = &difference.dispute;
    if setup.entity(&conflict.entity)?.slot(&dispute.field).is_none() {
        return Err(Refusal::Invalid("only about a field somebody can be asked".to_owned()));
    }
    let asked = questions::of_conflict(w, &conflict.id, 1_000).await?;
    let open = || asked.iter().filter(|one| one.standing == Standing::Open);
    let same = |one: &Question| {
        one.difference == asking.difference && one.address == asking.address && one.text == asking.text
    };
    // A form that is sent again asks nobody again.
    if open().any(|one| one.asker == viewer.user && same(one)) {
        return Err(Refusal::WrongState("this question is open already: it was asked before".to_owned()));
    }
    if open().count() >= MOST_OPEN {
        return Err(Refusal::Invalid(format!("{MOST_OPEN} questions are open already: withdraw one")));
    }
    let source = dispute.policy.source_of_truth.as_ref();
    let offered = |value: &crate::domain::conflict::Distinct| Offered {
        n: value.n,
        values: value.shown(source).to_vec(),
    };
    Ok(Question {
        id: QuestionId(w.new_id()),
        conflict: conflict.id.clone(),
        record: conflict.record.clone(),
        entity: conflict.entity.clone(),
        difference: difference.id.clone(),
        field: dispute.field.clone(),
        asker: viewer.user.clone(),
        asker_name: viewer.name.clone(),
        name: asking.name.clone(),
        address: asking.address.clone(),
        text: asking.text.clone(),
        offered: dispute.values.iter().map(offered).collect(),
        created_at: w.now(),
        expires_at: w.now() + open_for,
        mailed_at: None,
        standing: Standing::Open,
    })
}

fn about_of(question: &Question) -> About {
    About {
        entity: Some(question.entity.clone()),
        record: Some(question.record.clone()),
        conflict: Some(question.conflict.clone()),
        field: Some(question.field.clone()),
        ..About::default()
    }
}

/// Ends a question that nobody answered, and tells who asked it.
async fn expire(w: &mut WriteSession, question: &Question) -> Result<Vec<Event>, Refusal> {
    let at = w.now();
    let late = question.expires_at <= at;
    let standing = if late { Standing::Expired { at } } else { Standing::Over { at } };
    if !questions::end(w, &question.id, &standing).await? {
        return Ok(Vec::new());
    }
    if late {
        let (id, record) = (&question.conflict, &question.record);
        let notice = Notice::of_conflict(NoticeKind::Unanswered, id, record, &question.entity);
        notices::tell(w, &question.asker, notice.fact("who", &question.name)).await?;
    }
    let event = Event::new(Action::QuestionEnded, Actor::referee(), about_of(question));
    let event = event.fact("question", &question.id).fact("because", standing.name());
    let mut events = vec![event.value("name", &question.name)];
    events.extend(come_back(w, &question.conflict, "unanswered").await?);
    Ok(events)
}

/// Brings a conflict back that waits for no other answer, and raises its version: its page says more
/// than before.
async fn come_back(
    w: &mut WriteSession,
    id: &ConflictId,
    because: &'static str,
) -> Result<Option<Event>, Refusal> {
    let mut conflict = locked(w, &Viewer::referee(), id).await?;
    let asked = questions::of_conflict(w, id, 1_000).await?;
    let waits = conflict.wait.as_ref().is_some_and(|wait| wait.ends == Ends::Reply);
    let returns = waits && asked.iter().all(|one| one.standing != Standing::Open);
    if returns {
        conflict.wait = None;
    }
    conflict.version += 1;
    conflicts::save(w, &conflict).await?;
    let event = Event::new(Action::ConflictReturned, Actor::referee(), about(&conflict));
    Ok(returns.then(|| event.value("record", &conflict.title).fact("because", because)))
}
