//! Routing: who is to look at a conflict, and when. Assign, put off, escalate, send back, skip; and
//! what goes by itself: new conflicts to whoever has least, waiting ones back, overdue ones on.

mod assign;
mod away;
mod escalate;
mod routes;
mod skip;
mod told;
mod wait;

pub use away::Away;
pub(super) use routes::{Opened, give_new};

use super::review::{about, locked};
use super::{Engine, Refusal};
use crate::domain::access::{Right, Role, Viewer};
use crate::domain::audit::{Action, Event};
use crate::domain::ids::{ConflictId, UserId};
use crate::domain::resolution::Left;
use crate::domain::routing::Desk;
use crate::domain::sight::Sight;
use crate::domain::time::Time;
use crate::store::conflicts::Conflict;
use crate::store::routing::{self, Member};
use crate::store::{StoreError, WriteSession, conflicts};
use std::time::Duration;
use tokio::time::Instant;

/// Conflicts of one call.
pub const MOST: usize = 10_000;
/// Conflicts of one transaction.
const CHUNK: usize = 100;
/// After this long no other transaction is begun: an answer that comes too late tells nobody what was done.
const LONGEST: Duration = Duration::from_secs(15);
/// Characters of a question or a reason.
pub const MOST_CHARACTERS: usize = 500;

/// What became of several conflicts.
#[derive(Debug, Default)]
pub struct Routed {
    pub done: Vec<Conflict>,
    /// Why it was not done, for those where it was not.
    pub left_out: Vec<(ConflictId, Refusal)>,
}

impl Routed {
    /// What became of the only one.
    ///
    /// # Errors
    /// Why it was not done.
    pub fn only(mut self) -> Result<Conflict, Refusal> {
        match self.left_out.pop() {
            Some((_, refusal)) => Err(refusal),
            None => self.done.pop().ok_or(Refusal::NotFound("conflict")),
        }
    }
}

/// The conflicts of one call, and what somebody leaves in the form of the only one.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    ids: &'a [ConflictId],
    left: Option<Left>,
}

impl Batch<'_> {
    /// Keeps what was chosen and not decided for whoever opens it next; None leaves what is kept as it is.
    #[must_use]
    pub fn leaving(self, left: Option<Left>) -> Self {
        Self { left, ..self }
    }
}

impl<'a> From<&'a [ConflictId]> for Batch<'a> {
    fn from(ids: &'a [ConflictId]) -> Self {
        Self { ids, left: None }
    }
}

impl<'a> From<&'a Vec<ConflictId>> for Batch<'a> {
    fn from(ids: &'a Vec<ConflictId>) -> Self {
        ids.as_slice().into()
    }
}

impl<'a, const N: usize> From<&'a [ConflictId; N]> for Batch<'a> {
    fn from(ids: &'a [ConflictId; N]) -> Self {
        ids.as_slice().into()
    }
}

/// Who there is, at one instant.
pub(super) struct Crew {
    pub now: Time,
    team: Vec<Member>,
}

impl Crew {
    async fn load(w: &mut WriteSession) -> Result<Self, Refusal> {
        Ok(Self { now: w.now(), team: routing::team(w).await? })
    }

    fn member(&self, id: &UserId) -> Option<&Member> {
        self.team.iter().find(|member| member.id == *id)
    }

    /// Somebody who decides.
    fn deciding(&self, id: &UserId) -> Result<&Member, Refusal> {
        let member = self.member(id).filter(|member| member.has(Role::Steward));
        member.ok_or_else(|| Refusal::Invalid("choose somebody who decides".to_owned()))
    }

    fn name(&self, id: &UserId) -> String {
        self.member(id).map_or_else(|| id.0.clone(), |member| member.name.clone())
    }

    /// A desk as the log names it.
    fn desk(&self, desk: &Desk) -> String {
        match desk {
            Desk::Person(id) => self.name(id),
            Desk::Role(role) => role.as_str().to_owned(),
        }
    }
}

/// An event about a conflict, with its name.
fn entry(action: Action, viewer: &Viewer, conflict: &Conflict) -> Event {
    Event::new(action, viewer.actor(), about(conflict)).value("record", &conflict.title)
}

/// Who may give work to others.
fn may_route(viewer: &Viewer) -> Result<(), Refusal> {
    let may = viewer.may(Right::Decide) || viewer.may(Right::Reverse);
    if may { Ok(()) } else { Err(Refusal::Forbidden) }
}

/// One to [`MOST_CHARACTERS`] characters, or none where that is allowed.
fn text(text: &str, may_be_empty: bool, what: &str) -> Result<String, Refusal> {
    let text = text.trim().to_owned();
    let long = text.chars().count();
    match (long, may_be_empty) {
        (0, false) => Err(Refusal::Invalid(format!("{what} is missing"))),
        (long, _) if long > MOST_CHARACTERS => {
            Err(Refusal::Invalid(format!("{what} may have {MOST_CHARACTERS} characters")))
        }
        _ => Ok(text),
    }
}

/// Nothing that is claimed by the viewer stays so once they gave it away.
fn release(conflict: &mut Conflict, viewer: &Viewer) {
    if conflict.claimed_by.as_ref() == Some(&viewer.user) {
        (conflict.claimed_by, conflict.claimed_until) = (None, None);
    }
}

impl Engine {
    /// Does the same with each of these conflicts that are open, many in one transaction. One that
    /// cannot be changed leaves the others be.
    ///
    /// # Errors
    /// There are too many, or the store failed.
    pub(super) async fn each<F>(
        &self,
        viewer: &Viewer,
        Batch { ids, left }: Batch<'_>,
        change: F,
    ) -> Result<Routed, Refusal>
    where
        F: Fn(&mut Conflict, &Crew) -> Result<Event, Refusal> + Clone + Send + Sync + 'static,
    {
        if ids.is_empty() || ids.len() > MOST {
            return Err(Refusal::Invalid(format!("choose 1 to {MOST} conflicts")));
        }
        if left.is_some() && ids.len() > 1 {
            return Err(Refusal::Invalid("choices are left with one conflict alone".to_owned()));
        }
        let mut all = Routed::default();
        let (begun, sight) = (Instant::now(), self.setup().sight(viewer));
        for chunk in ids.chunks(CHUNK) {
            if begun.elapsed() > LONGEST {
                let late =
                    || Refusal::WrongState("there was no time left for it: do it once more".to_owned());
                all.left_out.extend(chunk.iter().map(|id| (id.clone(), late())));
                continue;
            }
            let (viewer, change, mut ids) = (viewer.clone(), change.clone(), chunk.to_vec());
            let change = leave(change, left.clone(), sight.clone());
            // In one order for everybody, so that two who route the same do not wait for each other.
            ids.sort();
            let part = self.store.write(async move |w| {
                let crew = Crew::load(w).await?;
                let (mut routed, mut events) = (Routed::default(), Vec::new());
                for id in &ids {
                    match changed(w, &viewer, id, &crew, &change).await {
                        Ok((conflict, event)) => {
                            routed.done.push(conflict);
                            events.push(event);
                        }
                        Err(Refusal::Store(error)) => return Err(Refusal::Store(error)),
                        Err(refusal) => routed.left_out.push((id.clone(), refusal)),
                    }
                }
                Ok::<_, Refusal>((routed, events))
            });
            let part = part.await?;
            all.done.extend(part.done);
            all.left_out.extend(part.left_out);
        }
        Ok(all)
    }
}

/// The same change, which also keeps what somebody leaves in the form.
fn leave<F>(
    change: F,
    left: Option<Left>,
    sight: Sight,
) -> impl Fn(&mut Conflict, &Crew) -> Result<Event, Refusal>
where
    F: Fn(&mut Conflict, &Crew) -> Result<Event, Refusal>,
{
    move |conflict, crew| {
        let event = change(conflict, crew)?;
        if let Some(left) = left.clone() {
            keep(conflict, left, &sight)?;
        }
        Ok(event)
    }
}

/// Keeps what somebody leaves in the form of a conflict.
fn keep(conflict: &mut Conflict, left: Left, sight: &Sight) -> Result<(), StoreError> {
    let before = Left::read(conflict.draft.as_deref())?;
    let entity = conflict.entity.clone();
    conflict.draft = left.over(before, |field| sight.hides(&entity, field)).text()?;
    Ok(())
}

async fn changed(
    w: &mut WriteSession,
    viewer: &Viewer,
    id: &ConflictId,
    crew: &Crew,
    change: &impl Fn(&mut Conflict, &Crew) -> Result<Event, Refusal>,
) -> Result<(Conflict, Event), Refusal> {
    let mut conflict = locked(w, viewer, id).await?;
    if !conflict.open {
        return Err(Refusal::WrongState("nothing of it is open any longer".to_owned()));
    }
    let event = change(&mut conflict, crew)?;
    conflicts::save(w, &conflict).await?;
    told::tell(w, Some(viewer), crew, &conflict, &event).await?;
    Ok((conflict, event))
}
