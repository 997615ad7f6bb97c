//! People and programs with an account.

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::write::WriteSession;
use crate::domain::access::{Role, Viewer};
use crate::domain::ids::UserId;
use crate::domain::order;
use crate::domain::preferences::Preferences;
use crate::domain::time::Time;
use std::collections::{BTreeSet, HashMap};

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// Lower case, unique.
    pub login: String,
    pub name: String,
    pub roles: BTreeSet<Role>,
    /// An IANA time zone.
    pub zone: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    pub preferences: Preferences,
    /// Where mail for this person goes.
    pub mail: Option<String>,
    pub disabled: bool,
    /// Sessions and tokens of an earlier epoch are dead.
    pub epoch: i64,
    pub created_at: Time,
}

impl User {
    /// The viewer this user is, for a browser (`program` false) or a token.
    #[must_use]
    pub fn viewer(&self, program: bool) -> Viewer {
        Viewer {
            user: self.id.clone(),
            login: self.login.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            entities: None,
            program,
            hold: self.preferences.hold,
        }
    }
}

impl FromRow for User {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: UserId(row.get("id")?),
            login: row.get("login")?,
            name: row.get("name")?,
            roles: roles(&row.get::<String>("roles")?)?,
            zone: row.get("zone")?,
            theme: row.get("theme")?,
            preferences: row.json("preferences")?,
            mail: row.maybe("mail")?,
            disabled: row.get("disabled")?,
            epoch: row.get("epoch")?,
            created_at: row.time("created_at")?,
        })
    }
}

fn roles(text: &str) -> Result<BTreeSet<Role>, StoreError> {
    let role = |name| Role::of(name).ok_or_else(|| StoreError::row("roles", &format!("holds {name:?}")));
    text.split(',').filter(|name| !name.is_empty()).map(role).collect()
}

fn roles_text(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",")
}

/// A user with the hash of the password.
pub struct Credentials {
    pub user: User,
    pub password_hash: String,
}

impl FromRow for Credentials {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { user: User::from_row(row)?, password_hash: row.get("password_hash")? })
    }
}

/// Who signs in by this login, which is in lower case.
pub async fn credentials(s: &mut Session, login: &str) -> Result<Option<Credentials>, StoreError> {
    s.sql("SELECT * FROM users WHERE login = $1").bind(login).maybe().await
}

/// The user of that login.
pub async fn by_login(s: &mut Session, login: &str) -> Result<Option<User>, StoreError> {
    s.sql("SELECT * FROM users WHERE login = $1").bind(login).maybe().await
}

/// The user of that id.
pub async fn by_id(s: &mut Session, id: &UserId) -> Result<Option<User>, StoreError> {
    s.sql("SELECT * FROM users WHERE id = $1").bind(id).maybe().await
}

/// The names of these users.
pub async fn names(
    s: &mut Session,
    ids: impl IntoIterator<Item = &UserId>,
) -> Result<HashMap<UserId, String>, StoreError> {
    struct Name(UserId, String);
    impl FromRow for Name {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Self(UserId(row.get("id")?), row.get("name")?))
        }
    }
    let rows: Vec<Name> = s.sql("SELECT id, name FROM users WHERE id IN ").push_list(ids).all().await?;
    Ok(rows.into_iter().map(|row| (row.0, row.1)).collect())
}

/// Every user by login; nobody for a viewer who may not manage them.
pub async fn list(s: &mut Session, viewer: &Viewer) -> Result<Vec<User>, StoreError> {
    if !viewer.may(crate::domain::access::Right::Configure) {
        return Ok(Vec::new());
    }
    s.sql("SELECT * FROM users ORDER BY login").all().await
}

/// Whether nobody has an account yet.
pub async fn none(s: &mut Session) -> Result<bool, StoreError> {
    let one: Option<String> = s.sql("SELECT id AS value FROM users LIMIT 1").value().await?;
    Ok(one.is_none())
}

/// Adds a user.
pub async fn insert(w: &mut WriteSession, user: &User, password_hash: &str) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO users (id, login, name, password_hash, roles, zone, theme, disabled, epoch, created_at, mail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&user.id)
    .bind(&user.login)
    .bind(&user.name)
    .bind(password_hash)
    .bind(roles_text(&user.roles))
    .bind(&user.zone)
    .bind(&user.theme)
    .bind(user.disabled)
    .bind(user.epoch)
    .bind(user.created_at)
    .bind(user.mail.as_ref())
    .run_one()
    .await
}

/// Sets what follows the account: its zone, theme, preferences and address.
pub async fn set_preferences(w: &mut WriteSession, user: &User) -> Result<(), StoreError> {
    w.sql("UPDATE users SET zone = $2, theme = $3, preferences = $4, mail = $5 WHERE id = $1")
        .bind(&user.id)
        .bind(&user.zone)
        .bind(&user.theme)
        .bind(serde_json::to_string(&user.preferences)?)
        .bind(user.mail.as_ref())
        .run_one()
        .await
}

/// Sets another password and ends sessions and tokens.
pub async fn set_password(w: &mut WriteSession, id: &UserId, password_hash: &str) -> Result<(), StoreError> {
    w.sql("UPDATE users SET password_hash = $2, epoch = epoch + 1 WHERE id = $1")
        .bind(id)
        .bind(password_hash)
        .run_one()
        .await
}

/// Sets the roles and ends sessions and tokens.
pub async fn set_roles(w: &mut WriteSession, id: &UserId, roles: &BTreeSet<Role>) -> Result<(), StoreError> {
    w.sql("UPDATE users SET roles = $2, epoch = epoch + 1 WHERE id = $1")
        .bind(id)
        .bind(roles_text(roles))
        .run_one()
        .await
}

/// Lets the user in no more, or again; ends sessions and tokens.
pub async fn set_disabled(w: &mut WriteSession, id: &UserId, disabled: bool) -> Result<(), StoreError> {
    w.sql("UPDATE users SET disabled = $2, epoch = epoch + 1 WHERE id = $1")
        .bind(id)
        .bind(disabled)
        .run_one()
        .await
}

/// Everybody's name, by id: for those who read what people did.
pub async fn everybody(s: &mut Session, viewer: &Viewer) -> Result<Vec<Named>, StoreError> {
    if !viewer.may(crate::domain::access::Right::Audit) {
        return Ok(Vec::new());
    }
    let mut all: Vec<Named> = s.sql("SELECT id, login, name FROM users ORDER BY id").all().await?;
    order::by_name(&mut all, |user| &user.name);
    Ok(all)
}

/// A user's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub id: UserId,
    pub login: String,
    pub name: String,
}

impl FromRow for Named {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { id: UserId(row.get("id")?), login: row.get("login")?, name: row.get("name")? })
    }
}
