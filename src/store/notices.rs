//! Notices, and the records of which somebody wants no mail.

use super::db::{Backend, FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, EntityId, NoticeId, RecordId, UserId};
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::time::Time;
use std::collections::BTreeMap;

/// A notice as it was told, with the name of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub id: NoticeId,
    pub kind: NoticeKind,
    pub conflict: Option<ConflictId>,
    pub record: Option<RecordId>,
    pub entity: Option<EntityId>,
    pub link: String,
    pub facts: BTreeMap<String, String>,
    pub created_at: Time,
    pub read_at: Option<Time>,
    /// The name of the record, if it has one.
    pub title: Option<String>,
}

impl FromRow for Told {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let kind: String = row.get("kind")?;
        let unknown = || StoreError::row("kind", &format!("holds “{kind}”"));
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            kind: NoticeKind::of(&kind).ok_or_else(unknown)?,
            conflict: row.maybe::<String>("conflict_id")?.map(ConflictId),
            record: row.maybe::<String>("record_id")?.map(RecordId),
            entity: row.maybe::<String>("entity")?.map(EntityId),
            link: row.get("link")?,
            facts: row.json("facts")?,
            created_at: row.time("created_at")?,
            read_at: row.maybe_time("read_at")?,
            title: row.maybe("title")?,
        })
    }
}

/// Where a list of notices goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// Among those that were read; the unread come first.
    pub read: bool,
    pub id: NoticeId,
}

impl After {
    /// The place after that notice.
    #[must_use]
    pub fn of(told: &Told) -> Self {
        Self { read: told.read_at.is_some(), id: told.id.clone() }
    }
}

const SHOWN: &str = "SELECT n.*, r.title FROM notices n LEFT JOIN records r ON r.id = n.record_id";

/// Stores a notice; by mail it leaves at `mail_at`, if it is unread then.
pub async fn insert(
    w: &mut WriteSession,
    user: &UserId,
    notice: &Notice,
    mail_at: Option<Time>,
) -> Result<(), StoreError> {
    let (id, now) = (w.new_id(), w.now());
    w.sql(
        "INSERT INTO notices (id, user_id, kind, conflict_id, record_id, entity, link, facts, created_at, mail_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id)
    .bind(user)
    .bind(notice.kind.as_str())
    .bind(notice.conflict.as_ref())
    .bind(notice.record.as_ref())
    .bind(notice.entity.as_ref())
    .bind(&notice.link)
    .bind(serde_json::to_string(&notice.facts)?)
    .bind(now)
    .bind(mail_at)
    .run_one()
    .await
}

/// A person's notices, the unread first, the newest first. What is of a kind of record that this
/// person no longer sees goes without its name.
pub async fn page(
    s: &mut Session,
    viewer: &Viewer,
    unread_alone: bool,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<Told>, StoreError> {
    let mut all = Vec::new();
    if after.is_none_or(|after| !after.read) {
        all = part(s, viewer, " AND n.read_at IS NULL", after, limit).await?;
    }
    let left = limit - i64::try_from(all.len()).unwrap_or(limit);
    if !unread_alone && left > 0 {
        let after = after.filter(|after| after.read);
        all.extend(part(s, viewer, " AND n.read_at IS NOT NULL", after, left).await?);
    }
    for told in &mut all {
        if told.entity.as_ref().is_some_and(|entity| !viewer.sees(entity)) {
            told.title = None;
        }
    }
    Ok(all)
}

async fn part(
    s: &mut Session,
    viewer: &Viewer,
    which: &'static str,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<Told>, StoreError> {
    let query = s.sql(SHOWN).push_bind(" WHERE n.user_id = ?", [(&viewer.user).into()]).push(which);
    let query = match after {
        Some(after) => query.push_bind(" AND n.id < ?", [(&after.id).into()]),
        None => query,
    };
    query.push(" ORDER BY n.id DESC").limit(limit).all().await
}

/// How many notices a person has not read; `most` where there are more.
pub async fn count_unread(s: &mut Session, user: &UserId, most: i64) -> Result<i64, StoreError> {
    let query = s.sql(
        "SELECT CAST(count(*) AS BIGINT) AS value
         FROM (SELECT 1 AS one FROM notices WHERE user_id = $1 AND read_at IS NULL LIMIT $2) unread",
    );
    Ok(query.bind(user).bind(most).value().await?.unwrap_or(0))
}

/// One notice of that person.
pub async fn get(s: &mut Session, user: &UserId, id: &NoticeId) -> Result<Option<Told>, StoreError> {
    let query = s.sql(
        "SELECT n.*, r.title FROM notices n LEFT JOIN records r ON r.id = n.record_id
         WHERE n.id = $1 AND n.user_id = $2",
    );
    query.bind(id).bind(user).maybe().await
}

/// Marks one notice as read; one that was read stays as it is.
pub async fn read(w: &mut WriteSession, user: &UserId, id: &NoticeId) -> Result<(), StoreError> {
    let now = w.now();
    let query = w.sql("UPDATE notices SET read_at = $3 WHERE id = $1 AND user_id = $2 AND read_at IS NULL");
    query.bind(id).bind(user).bind(now).run().await.map(drop)
}

/// Marks every notice of a person as read, up to and with that one.
pub async fn read_until(w: &mut WriteSession, user: &UserId, last: &NoticeId) -> Result<u64, StoreError> {
    let now = w.now();
    let query = w.sql("UPDATE notices SET read_at = $3 WHERE user_id = $1 AND id <= $2 AND read_at IS NULL");
    query.bind(user).bind(last).bind(now).run().await
}

/// Marks what leads there as read, of these kinds: it asks nothing of anybody any longer.
pub async fn settle(w: &mut WriteSession, link: &str, kinds: &[NoticeKind]) -> Result<(), StoreError> {
    let now = w.now();
    let query = w.sql("UPDATE notices SET read_at = $2 WHERE link = $1 AND read_at IS NULL AND kind IN ");
    let query = query.bind(link).bind(now).push_list(kinds.iter().map(|kind| kind.as_str()));
    query.run().await.map(drop)
}

/// People with notices that are to leave by mail by now, and that nobody is mailing.
pub async fn to_be_mailed(s: &mut Session, now: Time, limit: i64) -> Result<Vec<UserId>, StoreError> {
    let query = s.sql(
        "SELECT DISTINCT user_id AS value FROM notices WHERE read_at IS NULL AND mailed_at IS NULL
             AND mail_at IS NOT NULL AND mail_at <= $1 AND (mail_lease IS NULL OR mail_lease <= $1) LIMIT $2",
    );
    let ids: Vec<String> = query.bind(now).bind(limit).values().await?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// What a mail to a person is made of.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// Everything that it stands for, newest first.
    pub ids: Vec<NoticeId>,
    /// As many of them as it tells in words.
    pub told: Vec<Told>,
}

/// Takes everything unread of a person that no mail has told yet, until `lease`: no other server mails
/// it meanwhile. Whoever takes it and dies leaves it to the next one after that.
pub async fn claim(
    w: &mut WriteSession,
    user: &UserId,
    lease: Time,
    limit: i64,
) -> Result<Claimed, StoreError> {
    if w.backend() == Backend::Postgres {
        let lock = "SELECT id AS value FROM users WHERE id = $1 FOR UPDATE";
        w.sql(lock).bind(user).value::<String>().await?;
    }
    let now = w.now();
    let query = w.sql(
        "UPDATE notices SET mail_lease = $2 WHERE user_id = $1 AND read_at IS NULL AND mailed_at IS NULL
             AND mail_at IS NOT NULL AND (mail_lease IS NULL OR mail_lease <= $3) RETURNING id AS value",
    );
    let mut ids: Vec<String> = query.bind(user).bind(lease).bind(now).values().await?;
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let ids: Vec<NoticeId> = ids.into_iter().map(NoticeId).collect();
    let shown = ids.iter().take(usize::try_from(limit).unwrap_or(0));
    let query = w.sql(SHOWN).push(" WHERE n.id IN ").push_list(shown);
    let told = query.push(" ORDER BY n.id DESC").all().await?;
    Ok(Claimed { ids, told })
}

/// Remembers that these were mailed.
pub async fn mailed(w: &mut WriteSession, ids: &[NoticeId]) -> Result<(), StoreError> {
    let now = w.now();
    let query = w.sql("UPDATE notices SET mailed_at = $1, mail_lease = NULL WHERE id IN ").bind(now);
    query.push_list(ids).run().await.map(drop)
}

/// These were not mailed: they leave later, or not at all.
pub async fn postpone(w: &mut WriteSession, ids: &[NoticeId], until: Option<Time>) -> Result<(), StoreError> {
    let query = w.sql("UPDATE notices SET mail_lease = NULL, mail_at = $1 WHERE id IN ").bind(until);
    query.push_list(ids).run().await.map(drop)
}

/// Forgets what was read before that.
pub async fn forget(w: &mut WriteSession, before: Time) -> Result<u64, StoreError> {
    w.sql("DELETE FROM notices WHERE read_at IS NOT NULL AND read_at < $1").bind(before).run().await
}

/// A conflict that waits for somebody.
pub struct Waiting {
    pub conflict: ConflictId,
    pub record: RecordId,
    pub entity: EntityId,
    pub assignee: UserId,
}

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            conflict: row.get::<String>("id")?.into(),
            record: row.get::<String>("record_id")?.into(),
            entity: row.get::<String>("entity")?.into(),
            assignee: row.get::<String>("assignee")?.into(),
        })
    }
}

/// Open conflicts that are due by then and whose assignee has not been told, the most urgent first.
/// Nobody tells those who are let in no more.
pub async fn due_by(s: &mut Session, then: Time, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    let query = s.sql(
        "SELECT c.id, c.record_id, c.entity, c.assignee FROM conflicts c
         JOIN users u ON u.id = c.assignee AND NOT u.disabled
         WHERE c.open AND c.assignee IS NOT NULL AND c.due_at <= $1 AND NOT EXISTS (SELECT 1 FROM notices n
             WHERE n.conflict_id = c.id AND n.user_id = c.assignee AND n.kind = 'due_soon')
         ORDER BY c.due_at LIMIT $2",
    );
    query.bind(then).bind(limit).all().await
}

/// Whether a person was told that of a conflict.
pub async fn is_told(
    s: &mut Session,
    user: &UserId,
    conflict: &ConflictId,
    kind: NoticeKind,
) -> Result<bool, StoreError> {
    let query = s
        .sql("SELECT id AS value FROM notices WHERE conflict_id = $1 AND user_id = $2 AND kind = $3 LIMIT 1");
    let found: Option<String> = query.bind(conflict).bind(user).bind(kind.as_str()).value().await?;
    Ok(found.is_some())
}

/// Mails nothing more about a record to that person, nor what is still to leave; or again.
pub async fn mute(
    w: &mut WriteSession,
    user: &UserId,
    record: &RecordId,
    muted: bool,
) -> Result<bool, StoreError> {
    let now = w.now();
    let changed = match muted {
        true => {
            let unsent = "UPDATE notices SET mail_at = NULL
                 WHERE user_id = $1 AND record_id = $2 AND mailed_at IS NULL";
            w.sql(unsent).bind(user).bind(record).run().await?;
            let insert = "INSERT INTO mutes (user_id, record_id, created_at) VALUES ($1, $2, $3)
                 ON CONFLICT (user_id, record_id) DO NOTHING";
            w.sql(insert).bind(user).bind(record).bind(now).run().await?
        }
        false => {
            let query = w.sql("DELETE FROM mutes WHERE user_id = $1 AND record_id = $2");
            query.bind(user).bind(record).run().await?
        }
    };
    Ok(changed > 0)
}

/// Whether a person wants no mail about a record.
pub async fn is_muted(s: &mut Session, user: &UserId, record: &RecordId) -> Result<bool, StoreError> {
    let query = s.sql("SELECT record_id AS value FROM mutes WHERE user_id = $1 AND record_id = $2");
    let found: Option<String> = query.bind(user).bind(record).value().await?;
    Ok(found.is_some())
}

/// Which of these records a person wants no mail about.
pub async fn muted(
    s: &mut Session,
    user: &UserId,
    records: impl IntoIterator<Item = &RecordId>,
) -> Result<Vec<RecordId>, StoreError> {
    let query = s.sql("SELECT record_id AS value FROM mutes WHERE user_id = $1 AND record_id IN ").bind(user);
    let ids: Vec<String> = query.push_list(records).values().await?;
    Ok(ids.into_iter().map(RecordId).collect())
}
