//! The helpdesk's records: read page by page, written one at a time.

use super::answer::{Item, Problem};
use super::journal::{self, Entry};
use super::shape::{Collection, Member};
use crate::demo::Fault;
use crate::demo::file::bind;
use crate::demo::rows::Value;
use crate::demo::system::System;
use crate::domain::time::{Clock, Time};
use actix_web::http::StatusCode;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, QueryBuilder, Sqlite, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Who writes through the interface: the user its one token was given to.
const CALLER: &str = "Referee";

/// Records and who may see them.
pub(super) struct Desk {
    pool: SqlitePool,
    token: String,
    clock: Arc<dyn Clock>,
}

/// Some of a list, and how many there are.
pub(super) struct Listed {
    pub items: Vec<Item>,
    pub total: i64,
}

/// What a caller wants to have written.
pub(super) struct Wanted {
    pub changes: Vec<(&'static Member, Value)>,
    /// The request's body as it came.
    pub body: String,
    /// Obeyed where it is given.
    pub if_match: Option<String>,
    pub idempotency_key: Option<String>,
}

impl Desk {
    pub fn open(file: &Path, token: &str, clock: Arc<dyn Clock>) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .busy_timeout(Duration::from_secs(5))
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(4).connect_lazy_with(options);
        Self { pool, token: token.to_owned(), clock }
    }

    /// Lets a request in, or says why not.
    pub async fn admit(&self, bearer: Option<&str>, writes: bool) -> Result<(), Problem> {
        let faults: Vec<String> = sqlx::query_scalar("SELECT name FROM faults").fetch_all(&self.pool).await?;
        let fails = |fault: Fault| faults.iter().any(|name| name == fault.id());
        let refuse = |status, title: &str, detail: &str| Err(Problem::new(status, title, detail));
        if fails(Fault::Down) {
            return refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "Maintenance",
                "the helpdesk is down for maintenance",
            );
        }
        if bearer != Some(self.token.as_str()) {
            return refuse(StatusCode::UNAUTHORIZED, "Unauthorized", "the bearer token is missing or wrong");
        }
        if fails(Fault::DeadToken) {
            return refuse(StatusCode::UNAUTHORIZED, "Unauthorized", "the token has expired");
        }
        if writes && fails(Fault::RefuseWrites) {
            return Err(Problem::invalid("Postcode", "more than 10 characters"));
        }
        Ok(())
    }

    /// A page of those changed at or after an instant, in the order of their ids.
    pub async fn list(
        &self,
        collection: Collection,
        since: Option<Time>,
        (page, size): (i64, i64),
    ) -> Result<Listed, Problem> {
        let since = since.map(|time| System::Helpdesk.written(time)).unwrap_or_default();
        let (count, select) = match collection {
            Collection::Contacts => (
                "SELECT count(*) FROM contacts WHERE updated_at >= ?",
                "SELECT * FROM contacts WHERE updated_at >= ? ORDER BY id LIMIT ? OFFSET ?",
            ),
            Collection::Articles => (
                "SELECT count(*) FROM articles WHERE updated_at >= ?",
                "SELECT * FROM articles WHERE updated_at >= ? ORDER BY id LIMIT ? OFFSET ?",
            ),
        };
        let total = sqlx::query_scalar(count).bind(&since).fetch_one(&self.pool).await?;
        let offset = (page - 1).saturating_mul(size);
        let query = sqlx::query(select).bind(&since).bind(size).bind(offset);
        let rows = query.fetch_all(&self.pool).await?;
        let items = rows.iter().map(|row| collection.item(row)).collect::<Result<_, _>>()?;
        Ok(Listed { items, total })
    }

    pub async fn item(&self, collection: Collection, id: i64) -> Result<Item, Problem> {
        let mut connection = self.pool.acquire().await?;
        find(&mut connection, collection, id).await
    }

    /// Changes an item, once per idempotency key.
    pub async fn change(&self, collection: Collection, id: i64, wanted: &Wanted) -> Result<Item, Problem> {
        let mut all = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let key = wanted.idempotency_key.as_deref();
        if journal::repeated(&mut all, collection, Some(id), key, &wanted.body).await?.is_some() {
            return find(&mut all, collection, id).await;
        }
        let before = find(&mut all, collection, id).await?;
        let etag = before.etag();
        let matches =
            |wanted: &String| wanted.split(',').any(|one| ["*", etag.as_str()].contains(&one.trim()));
        if !wanted.if_match.as_ref().is_none_or(matches) {
            let detail = format!("the {} is now {etag}", collection.one());
            return Err(Problem::new(StatusCode::PRECONDITION_FAILED, "Changed in the meantime", detail));
        }
        let at = System::Helpdesk.written(self.clock.now());
        let mut query = QueryBuilder::<Sqlite>::new("UPDATE ");
        query.push(collection.name()).push(" SET ");
        for (member, value) in &wanted.changes {
            query.push(member.column).push(" = ");
            bind(&mut query, value).push(", ");
        }
        query.push("revision = revision + 1, updated_at = ").push_bind(at.clone());
        query.push(", updated_by = ").push_bind(CALLER).push(" WHERE id = ").push_bind(id);
        query.build().execute(&mut *all).await?;
        journal::write(&mut all, &entry(&at, "change", collection, id, wanted)).await?;
        let after = find(&mut all, collection, id).await?;
        all.commit().await?;
        Ok(after)
    }

    /// Makes an item, once per idempotency key.
    pub async fn make(&self, collection: Collection, wanted: &Wanted) -> Result<Item, Problem> {
        let mut all = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let key = wanted.idempotency_key.as_deref();
        if let Some(id) = journal::repeated(&mut all, collection, None, key, &wanted.body).await? {
            return find(&mut all, collection, id).await;
        }
        let at = System::Helpdesk.written(self.clock.now());
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO ");
        query.push(collection.name()).push(" (");
        for (member, _) in &wanted.changes {
            query.push(member.column).push(", ");
        }
        query.push("updated_at, updated_by) VALUES (");
        for (_, value) in &wanted.changes {
            bind(&mut query, value).push(", ");
        }
        query.push_bind(at.clone()).push(", ").push_bind(CALLER).push(")");
        let id = match query.build().execute(&mut *all).await {
            Ok(done) => done.last_insert_rowid(),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                let detail = format!("there is a {} with this reference already", collection.one());
                return Err(Problem::new(StatusCode::CONFLICT, "Taken", detail));
            }
            Err(error) => return Err(error.into()),
        };
        journal::write(&mut all, &entry(&at, "create", collection, id, wanted)).await?;
        let made = find(&mut all, collection, id).await?;
        all.commit().await?;
        Ok(made)
    }
}

fn entry<'a>(
    at: &'a str,
    kind: &'static str,
    collection: Collection,
    id: i64,
    wanted: &'a Wanted,
) -> Entry<'a> {
    let idempotency_key = wanted.idempotency_key.as_deref();
    Entry { at, by: CALLER, kind, collection, id, body: &wanted.body, idempotency_key }
}

async fn find(connection: &mut SqliteConnection, collection: Collection, id: i64) -> Result<Item, Problem> {
    let select = match collection {
        Collection::Contacts => "SELECT * FROM contacts WHERE id = ?",
        Collection::Articles => "SELECT * FROM articles WHERE id = ?",
    };
    match sqlx::query(select).bind(id).fetch_optional(connection).await? {
        Some(row) => Ok(collection.item(&row)?),
        None => Err(Problem::gone(collection.one(), &id.to_string())),
    }
}
