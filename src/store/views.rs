//! Saved views of the queue, and who watches them.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, UserId};
use crate::domain::order;
use crate::domain::time::Time;

/// Views of one person.
pub const MOST: i64 = 100;

/// A named address of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    pub id: String,
    pub owner: UserId,
    pub owner_name: String,
    pub name: String,
    /// The query of the queue's address.
    pub query: String,
    /// Everybody may use it.
    pub shared: bool,
    /// The viewer is told of what enters it.
    pub watched: bool,
}

impl FromRow for View {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            owner: row.get::<String>("owner")?.into(),
            owner_name: row.get("owner_name")?,
            name: row.get("name")?,
            query: row.get("query")?,
            shared: row.get("shared")?,
            watched: row.maybe::<String>("watcher")?.is_some(),
        })
    }
}

/// The views this person may use: their own first, by name.
pub async fn of(s: &mut Session, viewer: &Viewer) -> Result<Vec<View>, StoreError> {
    let query = s.sql(
        "SELECT v.*, u.name AS owner_name, k.user_id AS watcher FROM views v JOIN users u ON u.id = v.owner
         LEFT JOIN view_watchers k ON k.view_id = v.id AND k.user_id = $1
         WHERE v.owner = $1 OR v.shared ORDER BY CASE WHEN v.owner = $1 THEN 0 ELSE 1 END, v.name, v.id",
    );
    let mut all: Vec<View> = query.bind(&viewer.user).limit(MOST).all().await?;
    order::by_name(&mut all, |view| &view.name);
    all.sort_by_key(|view| view.owner != viewer.user);
    Ok(all)
}

/// The view of that id, if this person may use it.
pub async fn get(s: &mut Session, viewer: &Viewer, id: &str) -> Result<Option<View>, StoreError> {
    s.sql(
        "SELECT v.*, u.name AS owner_name, k.user_id AS watcher FROM views v JOIN users u ON u.id = v.owner
         LEFT JOIN view_watchers k ON k.view_id = v.id AND k.user_id = $1
         WHERE (v.owner = $1 OR v.shared) AND v.id = $2",
    )
    .bind(&viewer.user)
    .bind(id)
    .maybe()
    .await
}

/// How many views somebody owns.
pub async fn count(s: &mut Session, owner: &UserId) -> Result<i64, StoreError> {
    let query = s.sql("SELECT CAST(count(*) AS BIGINT) AS value FROM views WHERE owner = $1");
    Ok(query.bind(owner).value().await?.unwrap_or(0))
}

/// Stores a new view; its id.
pub async fn insert(
    w: &mut WriteSession,
    owner: &UserId,
    name: &str,
    query: &str,
    shared: bool,
) -> Result<String, StoreError> {
    let (id, now) = (w.new_id(), w.now());
    w.sql(
        "INSERT INTO views (id, owner, name, query, shared, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(&id)
    .bind(owner)
    .bind(name)
    .bind(query)
    .bind(shared)
    .bind(now)
    .run_one()
    .await?;
    Ok(id)
}

/// Changes a view.
pub async fn update(
    w: &mut WriteSession,
    id: &str,
    name: &str,
    query: &str,
    shared: bool,
) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("UPDATE views SET name = $2, query = $3, shared = $4, changed_at = $5 WHERE id = $1")
        .bind(id)
        .bind(name)
        .bind(query)
        .bind(shared)
        .bind(now)
        .run_one()
        .await
}

/// Takes a view away, with who watches it.
pub async fn delete(w: &mut WriteSession, id: &str) -> Result<(), StoreError> {
    w.sql("DELETE FROM view_members WHERE view_id = $1").bind(id).run().await?;
    w.sql("DELETE FROM view_watchers WHERE view_id = $1").bind(id).run().await?;
    w.sql("DELETE FROM views WHERE id = $1").bind(id).run_one().await
}

/// Takes everybody but its owner off a view that is shared no longer.
pub async fn unshare(w: &mut WriteSession, id: &str, owner: &UserId) -> Result<(), StoreError> {
    let members = "DELETE FROM view_members WHERE view_id = $1 AND user_id <> $2";
    let watchers = "DELETE FROM view_watchers WHERE view_id = $1 AND user_id <> $2";
    for text in [members, watchers] {
        w.sql(text).bind(id).bind(owner).run().await?;
    }
    Ok(())
}

/// Has somebody told of what enters a view from now on, or no longer.
pub async fn watch(w: &mut WriteSession, viewer: &Viewer, id: &str, on: bool) -> Result<(), StoreError> {
    let now = w.now();
    if on {
        w.sql(
            "INSERT INTO view_watchers (view_id, user_id, told_at) VALUES ($1, $2, $3)
             ON CONFLICT (view_id, user_id) DO NOTHING",
        )
        .bind(id)
        .bind(&viewer.user)
        .bind(now)
        .run()
        .await?;
    } else {
        let members = "DELETE FROM view_members WHERE view_id = $1 AND user_id = $2";
        let watcher = "DELETE FROM view_watchers WHERE view_id = $1 AND user_id = $2";
        for text in [members, watcher] {
            w.sql(text).bind(id).bind(&viewer.user).run().await?;
        }
    }
    Ok(())
}

/// Somebody who watches a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    pub view: String,
    pub name: String,
    pub query: String,
    pub user: UserId,
    pub told_at: Time,
    /// The query whose members are known.
    pub known: Option<String>,
}

impl FromRow for Watcher {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            view: row.get("id")?,
            name: row.get("name")?,
            query: row.get("query")?,
            user: row.get::<String>("user_id")?.into(),
            told_at: row.time("told_at")?,
            known: row.maybe("known")?,
        })
    }
}

/// Everybody who watches a view and still may.
pub async fn watchers(s: &mut Session) -> Result<Vec<Watcher>, StoreError> {
    s.sql(
        "SELECT v.id, v.name, v.query, k.user_id, k.told_at, k.known FROM view_watchers k
         JOIN views v ON v.id = k.view_id JOIN users u ON u.id = k.user_id
         WHERE NOT u.disabled AND (v.shared OR v.owner = k.user_id) ORDER BY k.told_at",
    )
    .limit(10_000)
    .all()
    .await
}

/// Notes up to when somebody was told, and of which query the members are known.
pub async fn told(
    w: &mut WriteSession,
    watcher: &Watcher,
    at: Time,
    known: Option<&str>,
) -> Result<(), StoreError> {
    w.sql("UPDATE view_watchers SET told_at = $3, known = $4 WHERE view_id = $1 AND user_id = $2")
        .bind(&watcher.view)
        .bind(&watcher.user)
        .bind(at)
        .bind(known)
        .run()
        .await?;
    Ok(())
}

/// What a watched view held when its watcher was told last.
pub async fn members(s: &mut Session, watcher: &Watcher) -> Result<Vec<ConflictId>, StoreError> {
    let query = s.sql("SELECT conflict_id AS value FROM view_members WHERE view_id = $1 AND user_id = $2");
    let ids: Vec<String> = query.bind(&watcher.view).bind(&watcher.user).values().await?;
    Ok(ids.into_iter().map(ConflictId).collect())
}

/// Adds members; how many were none before.
pub async fn add_members(
    w: &mut WriteSession,
    watcher: &Watcher,
    ids: impl Iterator<Item = &ConflictId>,
) -> Result<u64, StoreError> {
    let row = |id: &ConflictId| vec![watcher.view.as_str().into(), (&watcher.user).into(), id.into()];
    let rows: Vec<_> = ids.map(row).collect();
    if rows.is_empty() {
        return Ok(0);
    }
    let head = "INSERT INTO view_members (view_id, user_id, conflict_id)";
    w.insert_rows(head, rows, " ON CONFLICT (view_id, user_id, conflict_id) DO NOTHING").await
}

/// Takes members away.
pub async fn remove_members(
    w: &mut WriteSession,
    watcher: &Watcher,
    ids: &[ConflictId],
) -> Result<(), StoreError> {
    let query = w.sql("DELETE FROM view_members WHERE view_id = $1 AND user_id = $2 AND conflict_id IN ");
    query.bind(&watcher.view).bind(&watcher.user).push_list(ids).run().await.map(drop)
}

/// Takes all members away.
pub async fn forget_members(w: &mut WriteSession, watcher: &Watcher) -> Result<(), StoreError> {
    let query = w.sql("DELETE FROM view_members WHERE view_id = $1 AND user_id = $2");
    query.bind(&watcher.view).bind(&watcher.user).run().await.map(drop)
}
