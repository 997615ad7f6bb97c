//! Routes, colleagues with what they have open, skips, and conflicts whose time has come.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::{Role, Viewer};
use crate::domain::ids::{ConflictId, EntityId, FieldId, UserId};
use crate::domain::order;
use crate::domain::routing::{Colleague, Route};
use crate::domain::time::Time;
use std::collections::HashMap;

impl FromRow for Route {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let people: String = row.get("people")?;
        Ok(Self {
            entity: row.get::<String>("entity")?.into(),
            field: Some(row.get::<String>("field")?).filter(|field| !field.is_empty()).map(FieldId),
            people: people.split(',').filter(|id| !id.is_empty()).map(UserId::from).collect(),
            owner: row.maybe::<String>("owner")?.map(UserId),
            escalates: row.get("escalates")?,
        })
    }
}

/// The routes of an entity, or of all.
pub async fn routes(s: &mut Session, entity: Option<&EntityId>) -> Result<Vec<Route>, StoreError> {
    let query = s.sql("SELECT * FROM routes WHERE 1 = 1");
    let query = match entity {
        Some(entity) => query.push_bind(" AND entity = ?", [entity.into()]),
        None => query,
    };
    query.push(" ORDER BY entity, field").all().await
}

/// Stores a route; one of the same entity and field is replaced.
pub async fn save_route(w: &mut WriteSession, route: &Route) -> Result<(), StoreError> {
    let (now, people) = (w.now(), route.people.iter().map(UserId::as_str).collect::<Vec<_>>().join(","));
    w.sql(
        "INSERT INTO routes (entity, field, people, owner, escalates, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (entity, field) DO UPDATE SET people = excluded.people, owner = excluded.owner,
             escalates = excluded.escalates, changed_at = excluded.changed_at",
    )
    .bind(&route.entity)
    .bind(route.field.as_ref().map_or("", FieldId::as_str))
    .bind(people)
    .bind(route.owner.as_ref())
    .bind(route.escalates)
    .bind(now)
    .run_one()
    .await
}

/// Takes a route away; whether there was one.
pub async fn drop_route(
    w: &mut WriteSession,
    entity: &EntityId,
    field: Option<&FieldId>,
) -> Result<bool, StoreError> {
    let query = w.sql("DELETE FROM routes WHERE entity = $1 AND field = $2").bind(entity);
    Ok(query.bind(field.map_or("", FieldId::as_str)).run().await? > 0)
}

/// Somebody who decides, as others see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: UserId,
    pub login: String,
    pub name: String,
    pub roles: String,
    pub away: Option<(Time, Time)>,
    pub deputy: Option<UserId>,
}

impl FromRow for Member {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            login: row.get("login")?,
            name: row.get("name")?,
            roles: row.get("roles")?,
            away: row.maybe_time("away_from")?.zip(row.maybe_time("away_until")?),
            deputy: row.maybe::<String>("deputy")?.map(UserId),
        })
    }
}

impl Member {
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.split(',').any(|name| name == role.as_str())
    }

    #[must_use]
    pub fn is_away(&self, now: Time) -> bool {
        self.away.is_some_and(|(from, until)| from <= now && now < until)
    }

    fn colleague(&self, now: Time) -> Colleague {
        Colleague { id: self.id.clone(), deputy: self.deputy.clone(), away: self.is_away(now) }
    }
}

/// Those of a team who may be given a conflict at `now`: who decides, by id.
#[must_use]
pub fn colleagues(team: &[Member], now: Time) -> HashMap<UserId, Colleague> {
    let deciding = team.iter().filter(|member| member.has(Role::Steward));
    deciding.map(|member| (member.id.clone(), member.colleague(now))).collect()
}

/// Everybody who signs in, by name.
pub async fn team(s: &mut Session) -> Result<Vec<Member>, StoreError> {
    let query = s.sql(
        "SELECT id, login, name, roles, away_from, away_until, deputy FROM users
         WHERE NOT disabled ORDER BY name, id",
    );
    let mut all: Vec<Member> = query.limit(1000).all().await?;
    order::by_name(&mut all, |member| &member.name);
    Ok(all)
}

/// How many open conflicts each of these people has that do not wait.
pub async fn loads<'u>(
    s: &mut Session,
    people: impl IntoIterator<Item = &'u UserId>,
) -> Result<HashMap<UserId, i64>, StoreError> {
    struct Load(UserId, i64);
    impl FromRow for Load {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(row.get::<String>("assignee")?.into(), row.get("open")?))
        }
    }
    let query = s.sql(
        "SELECT assignee, CAST(count(*) AS BIGINT) AS open FROM conflicts
         WHERE open AND waits_until IS NULL AND assignee IN ",
    );
    let rows: Vec<Load> = query.push_list(people).push(" GROUP BY assignee").all().await?;
    Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
}

/// Sets who stands in for somebody, and when; None ends it.
pub async fn set_away(
    w: &mut WriteSession,
    user: &UserId,
    away: Option<(Time, Time)>,
    deputy: Option<&UserId>,
) -> Result<(), StoreError> {
    w.sql("UPDATE users SET away_from = $2, away_until = $3, deputy = $4 WHERE id = $1")
        .bind(user)
        .bind(away.map(|(from, _)| from))
        .bind(away.map(|(_, until)| until))
        .bind(deputy)
        .run_one()
        .await
}

/// Waiting conflicts whose time has come.
pub async fn returning(s: &mut Session, now: Time, limit: i64) -> Result<Vec<ConflictId>, StoreError> {
    let query =
        s.sql("SELECT id AS value FROM conflicts WHERE waits_until IS NOT NULL AND waits_until <= $1");
    let ids: Vec<String> = query.bind(now).push(" ORDER BY waits_until").limit(limit).values().await?;
    Ok(ids.into_iter().map(ConflictId).collect())
}

/// Open conflicts of an entity that are overdue, that nobody was told of, and that wait for nothing.
pub async fn overdue(
    s: &mut Session,
    entity: &EntityId,
    now: Time,
    limit: i64,
) -> Result<Vec<ConflictId>, StoreError> {
    let query = s.sql(
        "SELECT id AS value FROM conflicts WHERE open AND overdue_told IS NULL AND waits_until IS NULL
             AND incident_id IS NULL AND entity = $1 AND due_at < $2",
    );
    let query = query.bind(entity).bind(now).push(" ORDER BY due_at, id").limit(limit);
    let ids: Vec<String> = query.values().await?;
    Ok(ids.into_iter().map(ConflictId).collect())
}

/// Has what is overdue of an entity looked at again: its route is another one.
pub async fn look_again(w: &mut WriteSession, entity: &EntityId) -> Result<(), StoreError> {
    w.sql(
        "UPDATE conflicts SET overdue_told = NULL WHERE open AND entity = $1 AND overdue_told IS NOT NULL
             AND escalated_to IS NULL",
    )
    .bind(entity)
    .run()
    .await?;
    Ok(())
}

/// Takes everything open from somebody who decides no longer; how many conflicts.
pub async fn take_all(w: &mut WriteSession, user: &UserId) -> Result<u64, StoreError> {
    w.sql("UPDATE conflicts SET assignee = NULL, assigned_by = NULL WHERE open AND assignee = $1")
        .bind(user)
        .run()
        .await
}

/// Notes that somebody leaves a conflict to others for now.
pub async fn skip(
    w: &mut WriteSession,
    viewer: &Viewer,
    conflict: &ConflictId,
    reason: &str,
) -> Result<(), StoreError> {
    let now = w.now();
    w.sql(
        "INSERT INTO skips (conflict_id, user_id, skipped_at, reason) VALUES ($1, $2, $3, $4)
         ON CONFLICT (conflict_id, user_id) DO UPDATE SET skipped_at = excluded.skipped_at, reason = excluded.reason",
    )
    .bind(conflict)
    .bind(&viewer.user)
    .bind(now)
    .bind(reason)
    .run_one()
    .await
}

/// Somebody who skipped a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    pub by: UserId,
    pub name: String,
    pub at: Time,
    pub reason: String,
}

impl FromRow for Skip {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            by: row.get::<String>("user_id")?.into(),
            name: row.get("name")?,
            at: row.time("skipped_at")?,
            reason: row.get("reason")?,
        })
    }
}

/// Who skipped this conflict since, newest first.
pub async fn skips(s: &mut Session, conflict: &ConflictId, since: Time) -> Result<Vec<Skip>, StoreError> {
    s.sql(
        "SELECT k.user_id, u.name, k.skipped_at, k.reason FROM skips k JOIN users u ON u.id = k.user_id
         WHERE k.conflict_id = $1 AND k.skipped_at >= $2 ORDER BY k.skipped_at DESC LIMIT 10",
    )
    .bind(conflict)
    .bind(since)
    .all()
    .await
}

/// What this person has skipped since: for them it comes last.
pub async fn skipped_by(s: &mut Session, user: &UserId, since: Time) -> Result<Vec<ConflictId>, StoreError> {
    let query = s.sql("SELECT conflict_id AS value FROM skips WHERE user_id = $1 AND skipped_at >= $2");
    let ids: Vec<String> = query.bind(user).bind(since).limit(1000).values().await?;
    Ok(ids.into_iter().map(ConflictId).collect())
}

/// What somebody has on their desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// None: what belongs to nobody.
    pub person: Option<UserId>,
    pub open: i64,
    pub overdue: i64,
    pub today: i64,
    pub waiting: i64,
}

impl FromRow for Load {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            person: row.maybe::<String>("assignee")?.map(UserId),
            open: row.get("open_now")?,
            overdue: row.get("overdue")?,
            today: row.get("today")?,
            waiting: row.get("waiting")?,
        })
    }
}

/// What is on everybody's desk: exactly the numbers of the queue's lists.
pub async fn desks(
    s: &mut Session,
    viewer: &Viewer,
    now: Time,
    tomorrow: Time,
) -> Result<Vec<Load>, StoreError> {
    let query = s.sql("SELECT c.assignee,").push_bind(
        " CAST(sum(CASE WHEN c.waits_until IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS open_now,
          CAST(sum(CASE WHEN c.waits_until IS NULL AND c.due_at < ? THEN 1 ELSE 0 END) AS BIGINT) AS overdue,
          CAST(sum(CASE WHEN c.waits_until IS NULL AND c.due_at >= ? AND c.due_at < ? THEN 1 ELSE 0 END) AS BIGINT) AS today,
          CAST(sum(CASE WHEN c.waits_until IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS waiting
          FROM conflicts c WHERE c.open AND c.incident_id IS NULL",
        [now.into(), now.into(), tomorrow.into()],
    );
    let query = match &viewer.entities {
        Some(entities) => query.push(" AND c.entity IN ").push_list(entities.iter()),
        None => query,
    };
    query.push(" GROUP BY c.assignee").limit(1001).all().await
}
