//! Reports of a saved view that leave by mail: how many conflicts it holds, the first of them, and the way
//! to all. Every day or every week as their reader's clock says it, or once.
//!
//! A report is made for its reader when it leaves: it tells what they may see then, and no values, which
//! stand on the pages alone.

use super::alerts::Mail;
use super::views::Reader;
use super::{Engine, Refusal, Setup};
use crate::connectors::mail::Letter;
use crate::domain::access::Viewer;
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::ids::FieldId;
use crate::domain::policy::Stakes;
use crate::domain::preferences::MailWish;
use crate::domain::schedule::Schedule;
use crate::domain::time::Time;
use crate::store::conflicts::Conflict;
use crate::store::queue::{self, Due, Filter, Whose, Words as Sought};
use crate::store::users::User;
use crate::store::view_reports::{self, ViewReport};
use crate::store::{StoreError, WriteSession, alerts, conflicts, users, views};
use chrono::TimeDelta;
use std::collections::HashMap;

/// Subject and text of a report: words are the upper floor's.
pub type Words = Box<dyn Fn(&User, &Report, &Setup) -> (String, String) + Send + Sync>;

/// Conflicts that a report names.
pub const NAMED: i64 = 20;
/// Reports of one look.
const AT_ONCE: i64 = 50;
/// How long a server mails one before another one may.
const LEASE_MINUTES: i64 = 10;
/// When one that was not taken is tried again, and for how long.
const AGAIN_MINUTES: i64 = 15;
const TRIED_HOURS: i64 = 24;
/// The alert of an address that takes no report begins so; the login follows.
const UNREACHED: &str = "mail/report/";

/// A view as it stands.
#[derive(Clone, Debug)]
pub struct Report {
    /// The view's id and name.
    pub view: String,
    pub name: String,
    pub at: Time,
    pub total: i64,
    /// Of these; None where the view is narrowed by that already.
    pub overdue: Option<i64>,
    pub high: Option<i64>,
    pub unassigned: Option<i64>,
    /// The first of them in the view's order, each with its open fields.
    pub rows: Vec<(Conflict, Vec<FieldId>)>,
    /// Its words are found too often for the view to list anything.
    pub too_many: bool,
    /// It comes again.
    pub schedule: Option<Schedule>,
}

impl Engine {
    /// Mails the viewer a report of a view at these times, or no longer.
    ///
    /// # Errors
    /// There is no such view for this viewer, no mail reaches them, or the store failed.
    pub async fn schedule_report(
        &self,
        viewer: &Viewer,
        view: &str,
        schedule: Option<Schedule>,
    ) -> Result<(), Refusal> {
        let (viewer, view) = (viewer.clone(), view.to_owned());
        self.store
            .write(async move |w| {
                let found = views::get(w, &viewer, &view).await?.ok_or(Refusal::NotFound("view"))?;
                let Some(schedule) = schedule else {
                    let ended = view_reports::end(w, &view, &viewer.user).await?;
                    let event = entry(Action::ViewReportEnded, viewer.actor(), &viewer, &found.name);
                    return Ok(((), if ended { vec![event] } else { Vec::new() }));
                };
                let user = reachable(w, &viewer).await?;
                let next = schedule.next(&user.zone, w.now());
                let next = next.ok_or_else(|| Refusal::Invalid("there is no such time".to_owned()))?;
                view_reports::save(w, (&view, &viewer.user), Some(schedule), next).await?;
                let event = entry(Action::ViewReportScheduled, viewer.actor(), &viewer, &found.name);
                Ok(((), vec![event.fact("at", schedule.time()).fact("on", schedule.day())]))
            })
            .await
    }

    /// Mails the viewer a report of a view once, now.
    ///
    /// # Errors
    /// As [`Engine::schedule_report`].
    pub async fn report_now(&self, viewer: &Viewer, view: &str) -> Result<(), Refusal> {
        let (viewer, view) = (viewer.clone(), view.to_owned());
        self.store
            .write(async move |w| {
                let found = views::get(w, &viewer, &view).await?.ok_or(Refusal::NotFound("view"))?;
                reachable(w, &viewer).await?;
                let now = w.now();
                view_reports::save(w, (&view, &viewer.user), None, now).await?;
                let event = entry(Action::ViewReportScheduled, viewer.actor(), &viewer, &found.name);
                Ok(((), vec![event.fact("at", "once")]))
            })
            .await
    }

    /// Ends the reports of people who are let in no more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn end_reports(&self) -> Result<(), Refusal> {
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let mut events = Vec::new();
                for report in view_reports::of_blocked(w, AT_ONCE).await? {
                    view_reports::end(w, &report.view, &report.user).await?;
                    events.push(ended(&report));
                }
                Ok(((), events))
            })
            .await?;
        Ok(())
    }

    /// Mails the reports that are to leave by now.
    ///
    /// # Errors
    /// The store failed. What the mail server did not take is tried again later, and an alert says so.
    pub async fn mail_reports(&self, mail: &Mail) -> Result<(), Refusal> {
        let Some((words, reader)) = &mail.reports else { return Ok(()) };
        let due = view_reports::due(&mut self.store.session().await?, self.now(), AT_ONCE).await?;
        for asked in due {
            let Some((user, to)) = self.claim_report(&asked).await? else { continue };
            let report = self.report(&user, &asked, reader).await?;
            // What was kept is no address of this server any longer: there is nothing to tell.
            let Some(report) = report else {
                self.note_report(&user, asked, None).await?;
                continue;
            };
            let (subject, text) = words(&user, &report, &self.setup());
            let letter = Letter { id: asked.letter.clone(), at: report.at, subject, text };
            match mail.mailer.send_to(&letter, &to).await {
                Ok(()) => self.note_report(&user, asked, Some(report)).await?,
                Err(error) => self.report_unsent(&user, asked, error.to_string()).await?,
            }
        }
        Ok(())
    }

    /// Takes a report for a while, before it is mailed; its reader, and where it goes. None where another
    /// server was faster, or its reader wants no mail or may not use the view any longer.
    async fn claim_report(&self, asked: &ViewReport) -> Result<Option<(User, String)>, StoreError> {
        let asked = asked.clone();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let lease = w.now() + TimeDelta::minutes(LEASE_MINUTES);
                if !view_reports::claim(w, &asked, lease).await? {
                    return Ok((None, Vec::new()));
                }
                let found = users::by_id(w, &asked.user).await?;
                let user = found.filter(|user| !user.disabled && user.preferences.mail != MailWish::Never);
                let reached = user.and_then(|user| Some((user.clone(), user.mail?)));
                let Some((user, to)) = reached else {
                    leave_out(w, &asked).await?;
                    return Ok((None, Vec::new()));
                };
                if views::get(w, &user.viewer(false), &asked.view).await?.is_none() {
                    view_reports::end(w, &asked.view, &asked.user).await?;
                    return Ok((None, vec![ended(&asked)]));
                }
                Ok((Some((user, to)), Vec::new()))
            })
            .await
    }

    /// A view as it stands for that person; None where what it keeps is no address any longer.
    async fn report(
        &self,
        user: &User,
        asked: &ViewReport,
        reader: &Reader,
    ) -> Result<Option<Report>, StoreError> {
        let (now, setup, viewer) = (self.now(), self.setup(), user.viewer(false));
        let Some(filter) = reader(&asked.query, &user.zone, now, &setup) else { return Ok(None) };
        let mut session = self.session_for(&viewer).await?;
        let s = &mut session;
        let filter = queue::measured(s, &viewer, filter).await?;
        let total = queue::count(s, &viewer, &filter, now).await?;
        let (mut overdue, mut high, mut unassigned) = (None, None, None);
        if filter.due == Due::Any {
            let late = Filter { due: Due::Overdue, ..filter.clone() };
            overdue = Some(queue::count(s, &viewer, &late, now).await?);
        }
        if filter.stakes.is_none() {
            let grave = Filter { stakes: Some(Stakes::High), ..filter.clone() };
            high = Some(queue::count(s, &viewer, &grave, now).await?);
        }
        if filter.whose == Whose::All && filter.assignee.is_none() {
            let free = Filter { whose: Whose::Unassigned, ..filter.clone() };
            unassigned = Some(queue::count(s, &viewer, &free, now).await?);
        }
        let found = queue::page(s, &viewer, &filter, None, now, NAMED).await?;
        let ids: Vec<_> = found.iter().map(|conflict| conflict.id.clone()).collect();
        let mut fields: HashMap<_, Vec<FieldId>> = HashMap::new();
        for difference in conflicts::differences(s, &ids).await? {
            if difference.state.is_open() {
                fields.entry(difference.conflict.clone()).or_default().push(difference.dispute.field);
            }
        }
        let row = |conflict: Conflict| {
            let own = fields.remove(&conflict.id).unwrap_or_default();
            (conflict, own)
        };
        Ok(Some(Report {
            view: asked.view.clone(),
            name: asked.name.clone(),
            at: now,
            total,
            overdue,
            high,
            unassigned,
            rows: found.into_iter().map(row).collect(),
            too_many: filter.words == Sought::TooMany,
            schedule: asked.schedule,
        }))
    }

    /// A report left, or there was none to tell: the next one is that of the next time.
    async fn note_report(
        &self,
        user: &User,
        asked: ViewReport,
        report: Option<Report>,
    ) -> Result<(), StoreError> {
        let (actor, cause) = (user.viewer(false).actor(), format!("{UNREACHED}{}", user.login));
        let zone = user.zone.clone();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                go_on(w, &asked, &zone).await?;
                alerts::clear(w, &cause).await?;
                let event = |report: &Report| {
                    let event = Event::new(Action::Exported, actor.clone(), About::default());
                    let rows = report.rows.len();
                    let event = event.fact("what", "view").fact("format", "mail").fact("entries", rows);
                    event.value("filter", &asked.name)
                };
                Ok(((), report.iter().map(event).collect()))
            })
            .await
    }

    async fn report_unsent(&self, user: &User, asked: ViewReport, error: String) -> Result<(), StoreError> {
        let (login, zone, now) = (user.login.clone(), user.zone.clone(), self.now());
        tracing::warn!(login, error, "a report was not mailed");
        let over = now - asked.next_at > TimeDelta::hours(TRIED_HOURS);
        let end = if over { "the next one is tried at its time" } else { "it is tried again" };
        let text = format!("A report cannot be mailed to {login}: {error}; {end}");
        self.write_alerts(async move |w| {
            match over {
                true => go_on(w, &asked, &zone).await?,
                false => {
                    let again = now + TimeDelta::minutes(AGAIN_MINUTES);
                    view_reports::wait(w, &asked, again).await?;
                }
            }
            alerts::raise(w, &format!("{UNREACHED}{login}"), None, &text, "/alerts").await
        })
        .await
    }
}

/// The viewer's account, if mail reaches it.
async fn reachable(w: &mut WriteSession, viewer: &Viewer) -> Result<User, Refusal> {
    let user = users::by_id(w, &viewer.user).await?.ok_or(Refusal::NotFound("user"))?;
    if user.mail.is_none() || user.preferences.mail == MailWish::Never {
        let text = "no mail reaches you: say where and when under Preferences";
        return Err(Refusal::Invalid(text.to_owned()));
    }
    Ok(user)
}

/// The next one at its time; of one that is sent once there is none.
async fn go_on(w: &mut WriteSession, asked: &ViewReport, zone: &str) -> Result<(), StoreError> {
    match asked.schedule.and_then(|schedule| schedule.next(zone, w.now())) {
        Some(next) => view_reports::go_on(w, asked, next).await,
        None => view_reports::end_this(w, asked).await,
    }
}

/// Nobody wants it this time.
async fn leave_out(w: &mut WriteSession, asked: &ViewReport) -> Result<(), StoreError> {
    let zone = users::by_id(w, &asked.user).await?.map(|user| user.zone).unwrap_or_default();
    go_on(w, asked, &zone).await
}

fn entry(action: Action, actor: Actor, of: &Viewer, name: &str) -> Event {
    let about = About { user: Some(of.user.clone()), ..About::default() };
    // What a view is called may be somebody's name.
    Event::new(action, actor, about).value("view", name)
}

/// A report ended with its view, or with its reader's account.
pub(super) fn ended(report: &ViewReport) -> Event {
    let about = About { user: Some(report.user.clone()), ..About::default() };
    let event = Event::new(Action::ViewReportEnded, Actor::referee(), about);
    event.value("view", &report.name)
}
