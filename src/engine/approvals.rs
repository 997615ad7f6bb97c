//! Approvals have an end. Those who may give one are told when it is asked for, and once more at half of
//! its time. When that has passed, what was decided is open again with what was chosen, an alert says so,
//! and it can be asked for again. Who decided is told how it came out.

use super::incidents::group::look_at_group;
use super::review::look_at_decision;
use super::{Engine, Refusal, Setup, notices};
use crate::domain::access::Viewer;
use crate::domain::approval::{Approval, Standing, may_approve};
use crate::domain::audit::{Actor, ActorKind, Event};
use crate::domain::ids::{EntityId, FieldId, GroupId, ResolutionId, UserId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::policy::Effective;
use crate::domain::time::Time;
use crate::store::alerts::{self, Alert};
use crate::store::conflicts::Conflict;
use crate::store::resolutions::approvals::{self, Awaiting, What};
use crate::store::{
    Session, StoreError, WriteSession, conflicts, groups, notices as told, resolutions, users,
};
use chrono::TimeDelta;

/// People who are told that one is asked for.
const MOST: usize = 50;
/// Requests of one look.
const AT_ONCE: i64 = 100;
/// Hours for a request of before there was an end, once it is looked at.
pub(super) const OF_BEFORE: u32 = 24;
/// Days after which nobody is alarmed any longer.
const ALARMED_DAYS: i64 = 7;
/// The alert of a request that nobody answered begins so; what and its id follow.
const CAUSE: &str = "approval/";

/// What an approval is asked for.
pub(super) struct Request<'a> {
    pub entity: &'a EntityId,
    /// Of a single decision.
    pub conflict: Option<&'a Conflict>,
    /// Who decided.
    pub by: &'a Actor,
    /// The page on which it is answered.
    pub link: String,
}

impl<'a> Request<'a> {
    /// For one decision.
    pub fn of_decision(conflict: &'a Conflict, by: &'a Actor, id: &ResolutionId) -> Self {
        Self { entity: &conflict.entity, conflict: Some(conflict), by, link: format!("/resolutions/{id}") }
    }

    /// For a group that `by` decided, or wants reversed.
    pub fn of_group(group: &'a groups::Group, by: &'a Actor) -> Self {
        Self { entity: &group.entity, conflict: None, by, link: format!("/groups/{}", group.id) }
    }

    fn notice(&self, kind: NoticeKind) -> Notice {
        let of = match self.conflict {
            Some(conflict) => Notice::of_conflict(kind, &conflict.id, &conflict.record, &conflict.entity),
            None => Notice { entity: Some(self.entity.clone()), ..Notice::new(kind, "") },
        };
        Notice { link: self.link.clone(), ..of }
    }

    /// Tells those who may answer it: that it is asked, or that half of its time has passed. Nobody
    /// answers for what they may not see of these fields.
    pub async fn tell_approvers(
        &self,
        w: &mut WriteSession,
        kind: NoticeKind,
        fields: &[FieldId],
    ) -> Result<(), StoreError> {
        let (setup, everybody) = (Setup::load(w).await?, users::list(w, &Viewer::referee()).await?);
        let may = |user: &&users::User| {
            let viewer = user.viewer(false);
            let sight = setup.sight(&viewer);
            let sees = fields.iter().all(|field| !sight.hides(self.entity, field));
            !user.disabled && sees && viewer.sees(self.entity) && may_approve(&viewer, self.by).is_ok()
        };
        let notice = self.notice(kind).by(&UserId(self.by.id.clone()), &self.by.name);
        for user in everybody.iter().filter(may).take(MOST) {
            notices::tell(w, &user.id, notice.clone()).await?;
        }
        Ok(())
    }

    /// Tells who decided how it came out, and asks nobody any longer. `by` is who answered.
    pub async fn tell_end(
        &self,
        w: &mut WriteSession,
        kind: NoticeKind,
        by: Option<&Viewer>,
    ) -> Result<(), StoreError> {
        ask_nobody(w, &self.link).await?;
        if !matches!(self.by.kind, ActorKind::Person | ActorKind::Program) {
            return Ok(());
        }
        let notice = match by {
            Some(by) => self.notice(kind).by(&by.user, &by.name),
            None => self.notice(kind).fact("by", Actor::referee().name),
        };
        notices::tell(w, &UserId(self.by.id.clone()), notice).await
    }

    /// Raises the alert that nobody answered.
    pub async fn alarm(&self, w: &mut WriteSession, what: What, id: &str) -> Result<(), StoreError> {
        let name = &self.by.name;
        let (kind, text) = match what {
            What::Decision => (
                "decision",
                format!(
                    "A decision of {name} was not approved in time: it is open again, with what was chosen"
                ),
            ),
            What::Group => {
                ("group", format!("A run of {name} was not approved in time: it can be asked for again"))
            }
            What::Reversal => {
                ("reversal", format!("A reversal of {name} was not approved in time: nothing was put back"))
            }
        };
        alerts::raise(w, &format!("{CAUSE}{kind}/{id}"), None, &text, &self.link).await
    }
}

/// Nobody is asked any longer what is answered on that page.
pub(super) async fn ask_nobody(w: &mut WriteSession, link: &str) -> Result<(), StoreError> {
    told::settle(w, link, &[NoticeKind::ApprovalAsked, NoticeKind::ApprovalDue]).await
}

/// Hours in which a second person answers what is under these policies: the fewest of those that ask.
pub(super) fn hours<'p>(asking: impl IntoIterator<Item = &'p Effective>) -> u32 {
    asking.into_iter().map(Effective::approved_within).min().unwrap_or(OF_BEFORE)
}

/// What is to be done about a request now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Nothing,
    /// It gets an end.
    Prolong,
    Remind,
    Expire,
}

impl Step {
    pub fn of(asked: &Approval, now: Time) -> Self {
        match asked.next() {
            _ if !asked.is_awaited() => Self::Nothing,
            None => Self::Prolong,
            Some(_) if asked.is_over(now) => Self::Expire,
            Some(next) if next <= now => Self::Remind,
            Some(_) => Self::Nothing,
        }
    }

    /// The request after this step, as long as it is awaited.
    pub fn on(self, asked: &Approval, now: Time) -> Approval {
        match self {
            Self::Prolong => {
                let ends_at = Some(now + TimeDelta::hours(OF_BEFORE.into()));
                Approval { ends_at, reminded: true, ..asked.clone() }
            }
            Self::Remind => Approval { reminded: true, ..asked.clone() },
            Self::Nothing | Self::Expire => asked.clone(),
        }
    }
}

impl Engine {
    /// Reminds of the requests whose half has passed and ends those whose time is over; whether there may
    /// be more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn look_at_approvals(&self) -> Result<bool, Refusal> {
        let mut session = self.store.session().await?;
        let due = approvals::due_by(&mut session, self.now(), AT_ONCE).await?;
        let alarmed = alerts::open_of(&mut session, CAUSE).await?;
        let mut answered = Vec::new();
        for alert in alarmed {
            if is_answered(&mut session, &alert, self.now()).await? {
                answered.push(alert.cause);
            }
        }
        drop(session);
        for cause in answered {
            self.write_alerts(async move |w| alerts::clear(w, &cause).await.map(drop)).await?;
        }
        let more = i64::try_from(due.len()).is_ok_and(|found| found == AT_ONCE);
        let mut done = false;
        for request in due {
            let id = request.id.clone();
            match self.look_at(request).await {
                Ok(()) => done = true,
                // The others have their turn.
                Err(error) => tracing::error!(%id, %error, "a request for approval could not be looked at"),
            }
        }
        Ok(more && done)
    }

    async fn look_at(&self, request: Awaiting) -> Result<(), Refusal> {
        self.store
            .write::<_, Refusal, _>(async move |w| {
                let events: Vec<Event> = match request.what {
                    What::Decision => look_at_decision(w, &ResolutionId(request.id.clone())).await?,
                    What::Group | What::Reversal => look_at_group(w, &GroupId(request.id.clone())).await?,
                };
                Ok(((), events))
            })
            .await
    }
}

/// Whether somebody has taken up what nobody had approved, or a week has passed.
async fn is_answered(s: &mut Session, alert: &Alert, now: Time) -> Result<bool, StoreError> {
    let Some((kind, id)) = alert.cause.trim_start_matches(CAUSE).split_once('/') else { return Ok(true) };
    if now - alert.opened_at > TimeDelta::days(ALARMED_DAYS) {
        return Ok(true);
    }
    let referee = Viewer::referee();
    if kind == "decision" {
        let Some(decision) = resolutions::get(s, &referee, &ResolutionId(id.to_owned())).await? else {
            return Ok(true);
        };
        let newest = resolutions::of_conflict(s, &decision.conflict, 1).await?.pop();
        let conflict = conflicts::get(s, &referee, &decision.conflict).await?;
        let stands = conflict.is_some_and(|conflict| conflict.open);
        return Ok(!stands || newest.is_none_or(|newest| newest.id != decision.id));
    }
    let Some(group) = groups::get(s, &referee, &GroupId(id.to_owned())).await? else { return Ok(true) };
    let asked = if kind == "group" { &group.approval } else { &group.back_approval };
    Ok(asked.as_ref().is_none_or(|asked| asked.standing != Standing::Expired))
}
