//! The journal of writes, and requests that were carried out before.

use super::answer::Problem;
use super::shape::Collection;
use actix_web::http::StatusCode;
use sqlx::SqliteConnection;

/// A write that goes into the journal.
pub(super) struct Entry<'a> {
    pub at: &'a str,
    pub by: &'a str,
    pub kind: &'static str,
    pub collection: Collection,
    pub id: i64,
    pub body: &'a str,
    pub idempotency_key: Option<&'a str>,
}

const INSERT: &str =
    "INSERT INTO journal (at, by, kind, object, id, body, idempotency_key) VALUES (?, ?, ?, ?, ?, ?, ?)";

pub(super) async fn write(connection: &mut SqliteConnection, entry: &Entry<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(INSERT)
        .bind(entry.at)
        .bind(entry.by)
        .bind(entry.kind)
        .bind(entry.collection.name())
        .bind(entry.id)
        .bind(entry.body)
        .bind(entry.idempotency_key)
        .execute(connection)
        .await?;
    Ok(())
}

/// The id of what was written before with this key; None if the key is new.
///
/// # Errors
/// 422 where the key came with another request.
pub(super) async fn repeated(
    connection: &mut SqliteConnection,
    collection: Collection,
    id: Option<i64>,
    key: Option<&str>,
    body: &str,
) -> Result<Option<i64>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let query = sqlx::query_as("SELECT object, id, body FROM journal WHERE idempotency_key = ?");
    let Some(earlier): Option<(String, i64, String)> = query.bind(key).fetch_optional(connection).await?
    else {
        return Ok(None);
    };
    let (object, written, before) = earlier;
    if object == collection.name() && id.is_none_or(|id| id == written) && before == body {
        return Ok(Some(written));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Err(Problem::new(status, "Idempotency-Key", "was used for another request"))
}
