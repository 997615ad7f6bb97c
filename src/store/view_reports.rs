//! Reports of saved views that leave by mail.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::ids::UserId;
use crate::domain::schedule::Schedule;
use crate::domain::time::Time;

/// A report that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewReport {
    pub view: String,
    pub user: UserId,
    /// None: it is sent once.
    pub schedule: Option<Schedule>,
    pub next_at: Time,
    /// The id of the next letter.
    pub letter: String,
    /// The view's name and the query of its address.
    pub name: String,
    pub query: String,
}

impl FromRow for ViewReport {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let schedule: Option<String> = row.maybe("schedule")?;
        Ok(Self {
            view: row.get("view_id")?,
            user: row.get::<String>("user_id")?.into(),
            schedule: schedule.map(|schedule| serde_json::from_str(&schedule)).transpose()?,
            next_at: row.time("next_at")?,
            letter: row.get("letter")?,
            name: row.get("name")?,
            query: row.get("query")?,
        })
    }
}

const ALL: &str = "SELECT r.*, v.name, v.query FROM view_reports r JOIN views v ON v.id = r.view_id
    JOIN users u ON u.id = r.user_id";

/// What a person asked for of a view that comes again and again.
pub async fn of(s: &mut Session, view: &str, user: &UserId) -> Result<Option<ViewReport>, StoreError> {
    let query = s.sql(ALL).push_bind(" WHERE r.view_id = ? AND r.user_id = ?", [view.into(), user.into()]);
    query.push(" AND NOT r.once").maybe().await
}

/// Every report of a view; with `but` not those of that person.
pub async fn of_view(
    s: &mut Session,
    view: &str,
    but: Option<&UserId>,
) -> Result<Vec<ViewReport>, StoreError> {
    let query = s.sql(ALL).push_bind(" WHERE r.view_id = ?", [view.into()]);
    let query = match but {
        Some(user) => query.push_bind(" AND r.user_id <> ?", [user.into()]),
        None => query,
    };
    query.push(" ORDER BY r.user_id").limit(10_000).all().await
}

/// Stores what somebody asks for, instead of what they asked for before.
pub async fn save(
    w: &mut WriteSession,
    (view, user): (&str, &UserId),
    schedule: Option<Schedule>,
    next_at: Time,
) -> Result<(), StoreError> {
    let (letter, now) = (w.new_id(), w.now());
    w.sql(
        "INSERT INTO view_reports (view_id, user_id, once, schedule, next_at, letter, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (view_id, user_id, once) DO UPDATE SET schedule = excluded.schedule,
             next_at = excluded.next_at, letter = excluded.letter, lease = NULL",
    )
    .bind(view)
    .bind(user)
    .bind(schedule.is_none())
    .bind(schedule.map(|schedule| serde_json::to_string(&schedule)).transpose()?)
    .bind(next_at)
    .bind(letter)
    .bind(now)
    .run()
    .await
    .map(drop)
}

/// Ends what somebody gets of a view; whether there was anything.
pub async fn end(w: &mut WriteSession, view: &str, user: &UserId) -> Result<bool, StoreError> {
    let query = w.sql("DELETE FROM view_reports WHERE view_id = $1 AND user_id = $2").bind(view).bind(user);
    Ok(query.run().await? > 0)
}

/// Ends a report that has left, or will not; one that was asked for meanwhile has another letter, and stays.
pub async fn end_this(w: &mut WriteSession, report: &ViewReport) -> Result<(), StoreError> {
    let query = w.sql("DELETE FROM view_reports WHERE view_id = $1 AND user_id = $2 AND letter = $3");
    let query = query.bind(&report.view).bind(&report.user).bind(&report.letter);
    query.run().await.map(drop)
}

/// Ends what everybody gets of a view; with `but` not what that person gets.
pub async fn end_of_view(w: &mut WriteSession, view: &str, but: Option<&UserId>) -> Result<(), StoreError> {
    let query = w.sql("DELETE FROM view_reports WHERE view_id = $1").bind(view);
    let query = match but {
        Some(user) => query.push_bind(" AND user_id <> ?", [user.into()]),
        None => query,
    };
    query.run().await.map(drop)
}

/// Reports that are to leave by now and that nobody is mailing.
pub async fn due(s: &mut Session, now: Time, limit: i64) -> Result<Vec<ViewReport>, StoreError> {
    let query = s.sql(ALL).push_bind(
        " WHERE r.next_at <= ? AND (r.lease IS NULL OR r.lease <= ?) AND NOT u.disabled",
        [now.into(), now.into()],
    );
    query.push(" ORDER BY r.next_at").limit(limit).all().await
}

/// Reports of people who are let in no more.
pub async fn of_blocked(s: &mut Session, limit: i64) -> Result<Vec<ViewReport>, StoreError> {
    s.sql(ALL).push(" WHERE u.disabled ORDER BY r.next_at").limit(limit).all().await
}

/// Takes a report until then. False: another server was faster, or it is asked for no longer.
pub async fn claim(w: &mut WriteSession, report: &ViewReport, lease: Time) -> Result<bool, StoreError> {
    let now = w.now();
    let query = w.sql(
        "UPDATE view_reports SET lease = $4 WHERE view_id = $1 AND user_id = $2 AND letter = $3
             AND (lease IS NULL OR lease <= $5)",
    );
    let query = query.bind(&report.view).bind(&report.user).bind(&report.letter).bind(lease).bind(now);
    Ok(query.run().await? == 1)
}

/// Of a report that left, or will not: when the next one does.
pub async fn go_on(w: &mut WriteSession, report: &ViewReport, next_at: Time) -> Result<(), StoreError> {
    let letter = w.new_id();
    let query = w.sql(
        "UPDATE view_reports SET next_at = $4, letter = $5, lease = NULL
         WHERE view_id = $1 AND user_id = $2 AND letter = $3",
    );
    let query = query.bind(&report.view).bind(&report.user).bind(&report.letter);
    query.bind(next_at).bind(letter).run().await.map(drop)
}

/// It was not taken: it is tried again at that time.
pub async fn wait(w: &mut WriteSession, report: &ViewReport, until: Time) -> Result<(), StoreError> {
    let query =
        w.sql("UPDATE view_reports SET lease = $4 WHERE view_id = $1 AND user_id = $2 AND letter = $3");
    let query = query.bind(&report.view).bind(&report.user).bind(&report.letter);
    query.bind(until).run().await.map(drop)
}
