//! The far end of a link: what is asked, and its one answer.

use super::{about_of, come_back};
use crate::domain::access::Viewer;
use crate::domain::audit::{Action, Actor, ActorKind, Event};
use crate::domain::ids::{RecordId, SystemId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::question::{Answer, Choice, Standing};
use crate::engine::review::locked;
use crate::engine::{Engine, Refusal, notices, post};
use crate::store::questions::{self, Question};
use crate::store::{Session, StoreError, WriteSession, conflicts, holdings};

/// What a link leads to.
#[derive(Clone, Debug)]
pub struct Asked {
    pub question: Question,
    /// By which identifiers its systems know the record.
    pub ids: Vec<(SystemId, String)>,
    /// How it stands now: one whose time is over, or whose field is settled, takes no answer though
    /// nobody has ended it yet.
    pub standing: Standing,
}

impl Engine {
    /// The question of a link; None where it is no link of ours. Reading it changes nothing.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn asked(&self, token: &str) -> Result<Option<Asked>, StoreError> {
        let mut session = self.session_outside().await?;
        let Some(question) = questions::by_token(&mut session, &post::hash(token)).await? else {
            return Ok(None);
        };
        let ids = ids_of(&mut session, &question.record).await?;
        let standing = standing(&mut session, &question, self.now()).await?;
        Ok(Some(Asked { question, ids, standing }))
    }

    /// Takes the one answer of a link.
    ///
    /// # Errors
    /// It is no link of ours, or it takes no answer any longer.
    pub async fn answer_question(&self, token: &str, answer: Answer) -> Result<(), Refusal> {
        let hash = post::hash(token);
        self.store.write(async move |w| take(w, &hash, &answer).await).await
    }
}

/// The identifiers by which systems know a record.
pub(in crate::engine) async fn ids_of(
    s: &mut Session,
    record: &RecordId,
) -> Result<Vec<(SystemId, String)>, StoreError> {
    let rows = holdings::of_records(s, std::slice::from_ref(record)).await?;
    Ok(rows.into_iter().filter(|row| row.present).map(|row| (row.system, row.external_id)).collect())
}

/// How a question stands at that instant.
async fn standing(
    s: &mut Session,
    question: &Question,
    now: crate::domain::time::Time,
) -> Result<Standing, StoreError> {
    if question.standing != Standing::Open {
        return Ok(question.standing.clone());
    }
    if question.expires_at <= now {
        return Ok(Standing::Expired { at: question.expires_at });
    }
    let found = conflicts::of_ids(s, std::slice::from_ref(&question.difference)).await?;
    let open = found.iter().any(|difference| difference.state.is_open());
    Ok(if open { Standing::Open } else { Standing::Over { at: now } })
}

async fn take(w: &mut WriteSession, hash: &str, answer: &Answer) -> Result<((), Vec<Event>), Refusal> {
    let question = questions::by_token(w, hash).await?.ok_or(Refusal::NotFound("question"))?;
    // Whoever settles the field holds the conflict: one of the two is first.
    locked(w, &Viewer::referee(), &question.conflict).await?;
    let now = w.now();
    let ended = || Refusal::WrongState("this question has ended".to_owned());
    if standing(w, &question, now).await? != Standing::Open {
        return Err(ended());
    }
    let answered = Standing::Answered { at: now, answer: answer.clone() };
    if !questions::end(w, &question.id, &answered).await? {
        return Err(ended());
    }
    let (id, record) = (&question.conflict, &question.record);
    let notice = Notice::of_conflict(NoticeKind::Answered, id, record, &question.entity);
    let notice = Notice { link: format!("/conflicts/{id}#q-{}", question.id), ..notice };
    notices::tell(w, &question.asker, notice.fact("who", &question.name)).await?;
    let event = Event::new(Action::QuestionAnswered, by_link(), about_of(&question));
    let event = event.fact("question", &question.id).fact("choice", word(&answer.choice));
    let event = event.value("name", &question.name).value("value", chosen(&question, &answer.choice));
    let mut events = vec![event.value("text", &answer.text)];
    events.extend(come_back(w, id, "reply").await?);
    Ok(((), events))
}

/// Whoever holds a link.
pub(in crate::engine) fn by_link() -> Actor {
    let name = "somebody by a link".to_owned();
    Actor { kind: ActorKind::Person, id: String::new(), name, role: String::new() }
}

fn word(choice: &Choice) -> &'static str {
    match choice {
        Choice::Value { .. } => "value",
        Choice::Other { .. } => "other",
        Choice::Unknown => "unknown",
    }
}

/// The value that was chosen, as the log keeps it.
fn chosen(question: &Question, choice: &Choice) -> String {
    match choice {
        Choice::Unknown => String::new(),
        Choice::Other { value } => value.clone(),
        Choice::Value { n } => {
            let found = question.offered.iter().find(|offered| offered.n == *n);
            let values = found.map(|found| found.values.as_slice()).unwrap_or_default();
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
    }
}
