//! Tokens of programs. The secret is never stored, only its SHA-256.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::users::User;
use super::write::WriteSession;
use crate::domain::ids::UserId;
use crate::domain::time::Time;

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: String,
    pub user: UserId,
    pub name: String,
    /// The user's epoch when it was issued.
    pub epoch: i64,
    pub created_at: Time,
    pub expires_at: Time,
    pub used_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

impl FromRow for Token {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("token_id")?,
            user: UserId(row.get("user_id")?),
            name: row.get("token_name")?,
            epoch: row.get("token_epoch")?,
            created_at: row.time("issued_at")?,
            expires_at: row.time("expires_at")?,
            used_at: row.maybe_time("used_at")?,
            revoked_at: row.maybe_time("revoked_at")?,
        })
    }
}

/// A token with its user as the user is now.
pub struct Bearer {
    pub user: User,
    pub token: Token,
    pub secret_hash: String,
}

impl Bearer {
    /// Whether it still lets its user in.
    #[must_use]
    pub fn is_alive(&self, now: Time) -> bool {
        let token = &self.token;
        now < token.expires_at
            && token.revoked_at.is_none()
            && token.epoch == self.user.epoch
            && !self.user.disabled
    }
}

impl FromRow for Bearer {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (user, token) = (User::from_row(row)?, Token::from_row(row)?);
        Ok(Self { user, token, secret_hash: row.get("secret_hash")? })
    }
}

const SELECT: &str = "SELECT u.*, t.id AS token_id, t.user_id, t.name AS token_name, t.secret_hash,
     t.epoch AS token_epoch, t.created_at AS issued_at, t.expires_at, t.used_at, t.revoked_at
     FROM api_tokens t JOIN users u ON u.id = t.user_id";

/// The token of that id, alive or not.
pub async fn by_id(s: &mut Session, id: &str) -> Result<Option<Bearer>, StoreError> {
    s.sql(SELECT).push(" WHERE t.id = $1").bind(id).maybe().await
}

/// A user's tokens, the newest first.
pub async fn of_user(s: &mut Session, user: &UserId) -> Result<Vec<Token>, StoreError> {
    s.sql(SELECT).push(" WHERE t.user_id = $1 ORDER BY t.id DESC").bind(user).all().await
}

/// Stores a token.
pub async fn insert(w: &mut WriteSession, token: &Token, secret_hash: &str) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO api_tokens (id, user_id, name, secret_hash, epoch, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&token.id)
    .bind(&token.user)
    .bind(&token.name)
    .bind(secret_hash)
    .bind(token.epoch)
    .bind(token.created_at)
    .bind(token.expires_at)
    .run_one()
    .await
}

/// Notes that the token was used now.
pub async fn used(w: &mut WriteSession, id: &str) -> Result<(), StoreError> {
    let now = w.now();
    w.sql("UPDATE api_tokens SET used_at = $2 WHERE id = $1").bind(id).bind(now).run().await.map(|_| ())
}

/// Ends the token; false when it had ended already.
pub async fn revoke(w: &mut WriteSession, id: &str) -> Result<bool, StoreError> {
    let now = w.now();
    let ended = w.sql("UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL");
    Ok(ended.bind(id).bind(now).run().await? == 1)
}
