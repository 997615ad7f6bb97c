//! Notices: the one way to tell a person something.
//!
//! Any verb tells inside its own transaction: `notices::tell(w, &user, notice).await?`. Nobody is
//! told of an own act. What is still unread leaves by mail as its reader wishes, gathered into one
//! mail after a quarter of an hour unless asked for otherwise.

use super::alerts::Mail;
use super::{Engine, Refusal};
use crate::connectors::mail::Letter;
use crate::domain::access::Viewer;
use crate::domain::audit::{About, Action, Event};
use crate::domain::ids::{NoticeId, RecordId, UserId};
use crate::domain::notice::{GATHERED_MINUTES, KEPT_DAYS, Notice, NoticeKind};
use crate::domain::preferences::MailWish;
use crate::domain::time::Time;
use crate::store::notices::{self, Claimed, Told, Waiting};
use crate::store::users::User;
use crate::store::{StoreError, WriteSession, alerts, conflicts, records, users};
use chrono::TimeDelta;

/// Subject and text of a mail that tells these: words are the upper floor's.
pub type Words = Box<dyn Fn(&User, &[Told]) -> (String, String) + Send + Sync>;

/// People mailed to in one look.
const PEOPLE: i64 = 50;
/// Notices of one mail; it says that there are more.
pub const OF_ONE_MAIL: i64 = 50;
/// How long a server mails a notice before another one may: longer than a mail server is waited for.
const LEASE_MINUTES: i64 = 10;
/// What is due within these hours is due soon.
const SOON_HOURS: i64 = 4;
/// Conflicts looked at at once.
const DUE: i64 = 500;
/// When a mail that was not taken is tried again, and for how long.
const AGAIN_MINUTES: i64 = 15;
const TRIED_HOURS: i64 = 24;
/// The alert of an address that takes nothing begins so; the login follows.
const UNREACHED: &str = "mail/";

/// Tells a person something, as a part of the transaction of the act it tells of. Whoever did it,
/// nobody, and people who are let in no more are not told.
///
/// # Errors
/// The store failed.
pub async fn tell(w: &mut WriteSession, user: &UserId, notice: Notice) -> Result<(), StoreError> {
    if notice.by.as_ref() == Some(user) {
        return Ok(());
    }
    let Some(reader) = users::by_id(w, user).await?.filter(|reader| !reader.disabled) else {
        return Ok(());
    };
    let muted = match &notice.record {
        Some(record) => notices::is_muted(w, user, record).await?,
        None => false,
    };
    let mail_at = if muted { None } else { leaves(&reader, w.now()) };
    notices::insert(w, user, &notice, mail_at).await
}

/// Tells an assignee what is due soon, unless somebody else told or passed it on this moment.
async fn tell_due(w: &mut WriteSession, waiting: &Waiting) -> Result<(), StoreError> {
    let Waiting { conflict, record, entity, assignee } = waiting;
    let found = conflicts::lock(w, &Viewer::referee(), conflict).await?;
    let stands = found.is_some_and(|now| now.open && now.assignee.as_ref() == Some(assignee));
    if !stands || notices::is_told(w, assignee, conflict, NoticeKind::DueSoon).await? {
        return Ok(());
    }
    tell(w, assignee, Notice::of_conflict(NoticeKind::DueSoon, conflict, record, entity)).await
}

/// When a notice of now leaves by mail.
fn leaves(reader: &User, now: Time) -> Option<Time> {
    reader.mail.as_ref()?;
    match reader.preferences.mail {
        MailWish::AtOnce => Some(now),
        MailWish::Digest => Some(now + TimeDelta::minutes(GATHERED_MINUTES)),
        MailWish::Never => None,
    }
}

impl Engine {
    /// Marks a notice of the viewer's as read, and answers it.
    ///
    /// # Errors
    /// The viewer has no such notice, or the store failed.
    pub async fn read_notice(&self, viewer: &Viewer, id: &NoticeId) -> Result<Told, Refusal> {
        let (user, id) = (viewer.user.clone(), id.clone());
        self.store
            .write(async move |w| {
                let told = notices::get(w, &user, &id).await?.ok_or(Refusal::NotFound("notice"))?;
                notices::read(w, &user, &id).await?;
                Ok((told, Vec::new()))
            })
            .await
    }

    /// Marks what the viewer has seen as read: everything up to that notice. Answers how many.
    ///
    /// # Errors
    /// The store failed.
    pub async fn read_notices(&self, viewer: &Viewer, last: &NoticeId) -> Result<u64, Refusal> {
        let (user, last) = (viewer.user.clone(), last.clone());
        self.store.write(async move |w| Ok((notices::read_until(w, &user, &last).await?, Vec::new()))).await
    }

    /// Mails the viewer nothing more about a record, or again. In the browser it is told as ever.
    ///
    /// # Errors
    /// There is no such record for this viewer, or the store failed.
    pub async fn mute(&self, viewer: &Viewer, record: &RecordId, muted: bool) -> Result<(), Refusal> {
        let (viewer, record) = (viewer.clone(), record.clone());
        self.store
            .write(async move |w| {
                let found = records::get(w, &viewer, &record).await?.ok_or(Refusal::NotFound("record"))?;
                let changed = notices::mute(w, &viewer.user, &record, muted).await?;
                let about = About {
                    entity: Some(found.entity),
                    record: Some(record.clone()),
                    user: Some(viewer.user.clone()),
                    ..About::default()
                };
                let event = Event::new(Action::UserChanged, viewer.actor(), about);
                let event = event.fact("mail about one record", if muted { "off" } else { "on" });
                Ok(((), if changed { vec![event] } else { Vec::new() }))
            })
            .await
    }

    /// Tells assignees what is due soon, each once, and forgets what was read long ago.
    ///
    /// # Errors
    /// The store failed.
    pub async fn look_at_notices(&self) -> Result<(), Refusal> {
        let now = self.now();
        let due = notices::due_by(&mut self.store.session().await?, now + TimeDelta::hours(SOON_HOURS), DUE)
            .await?;
        for waiting in due {
            self.write_alerts(async move |w| tell_due(w, &waiting).await).await?;
        }
        let before = now - TimeDelta::days(KEPT_DAYS);
        self.write_alerts(async move |w| notices::forget(w, before).await.map(drop)).await?;
        Ok(())
    }

    /// Mails the notices that are to leave by now: one mail to each reader.
    ///
    /// # Errors
    /// The store failed. What the mail server did not take is tried again later, and an alert says so.
    pub async fn mail_notices(&self, mail: &Mail) -> Result<(), Refusal> {
        let Some(words) = &mail.notices else { return Ok(()) };
        let people = notices::to_be_mailed(&mut self.store.session().await?, self.now(), PEOPLE).await?;
        for user in people {
            let (reader, claimed) = self.claim_mail(&user).await?;
            let reader =
                reader.filter(|reader| !reader.disabled && reader.preferences.mail != MailWish::Never);
            // Whoever wants none any longer gets none.
            let Some((reader, to)) = reader.and_then(|reader| Some((reader.clone(), reader.mail?))) else {
                self.write_alerts(async move |w| notices::postpone(w, &claimed.ids, None).await).await?;
                continue;
            };
            // Another server was faster.
            let Some(newest) = claimed.told.first() else { continue };
            let (subject, text) = words(&reader, &claimed.told);
            // Sent again after a crash it has the same id, by which mail programs know it.
            let letter = Letter { id: newest.id.0.clone(), at: newest.created_at, subject, text };
            let sent = mail.mailer.send_to(&letter, &to).await;
            self.note_mailed(&reader.login, claimed, sent.err().map(|error| error.to_string())).await?;
        }
        Ok(())
    }

    /// Takes everything that is to be told to a person for a while, before it is mailed: no other
    /// server and no later look mails any of it meanwhile. Of a server that dies before it noted that
    /// the mail left, another one mails it again: at least once, and rarely twice.
    async fn claim_mail(&self, user: &UserId) -> Result<(Option<User>, Claimed), StoreError> {
        let user = user.clone();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let lease = w.now() + TimeDelta::minutes(LEASE_MINUTES);
                let claimed = notices::claim(w, &user, lease, OF_ONE_MAIL).await?;
                Ok(((users::by_id(w, &user).await?, claimed), Vec::new()))
            })
            .await
    }

    async fn note_mailed(
        &self,
        login: &str,
        claimed: Claimed,
        error: Option<String>,
    ) -> Result<(), StoreError> {
        let (cause, now, ids) = (format!("{UNREACHED}{login}"), self.now(), claimed.ids);
        let Some(error) = error else {
            let noted = self.write_alerts(async move |w| {
                notices::mailed(w, &ids).await?;
                alerts::clear(w, &cause).await.map(drop)
            });
            return noted.await;
        };
        tracing::warn!(login, error, "notices were not mailed");
        let oldest = claimed.told.iter().map(|told| told.created_at).min().unwrap_or(now);
        let again = Some(now + TimeDelta::minutes(AGAIN_MINUTES))
            .filter(|_| now - oldest < TimeDelta::hours(TRIED_HOURS));
        let end = if again.is_some() { "they are tried again" } else { "they stand on the page of notices" };
        let text = format!("Notices cannot be mailed to {login}: {error}; {end}");
        self.write_alerts(async move |w| {
            notices::postpone(w, &ids, again).await?;
            alerts::raise(w, &cause, None, &text, "/alerts").await
        })
        .await
    }
}
