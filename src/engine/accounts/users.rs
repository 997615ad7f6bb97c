//! Adding and changing users.

use super::sign_in::about;
use super::{AccountError, Accounts, login_form};
use crate::connectors::mail;
use crate::domain::access::{Role, Viewer};
use crate::domain::audit::{Action, Actor, Event};
use crate::domain::ids::UserId;
use crate::domain::preferences::Preferences;
use crate::store::users::User;
use crate::store::{StoreError, WriteSession, routing, users};
use std::collections::BTreeSet;

/// A user to be added.
pub struct NewUser {
    pub login: String,
    pub name: String,
    pub roles: BTreeSet<Role>,
    pub password: String,
    /// Where mail for this person goes.
    pub mail: Option<String>,
}

/// What follows an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// An IANA time zone.
    pub zone: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    pub preferences: Preferences,
    /// Where mail goes; none gets none.
    pub mail: Option<String>,
}

impl Accounts {
    /// Adds a user.
    ///
    /// # Errors
    /// The login is taken or unusable, or the password is weak.
    pub async fn add_user(&self, actor: Actor, new: NewUser) -> Result<UserId, AccountError> {
        let login = checked_login(&new.login)?;
        let name = new.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 200 {
            return Err(AccountError::BadName);
        }
        let hash = self.hash(&new.password, &login).await?;
        let mail = new.mail.as_deref().map(address).transpose()?;
        let roles = new.roles;
        self.store
            .write(async move |w: &mut WriteSession| {
                let user = User { mail: mail.clone(), ..user(w, &login, &name, &roles) };
                match users::insert(w, &user, &hash).await {
                    Err(StoreError::Duplicate(_)) => return Err(AccountError::LoginTaken(login.clone())),
                    inserted => inserted?,
                }
                let event = Event::new(Action::UserAdded, actor.clone(), about(&user.id))
                    .fact("roles", role_names(&roles))
                    .value("login", &login)
                    .value("name", &name);
                Ok((user.id, vec![event]))
            })
            .await
    }

    /// Sets another password; sessions and tokens of before end.
    ///
    /// # Errors
    /// There is no such user, or the password is weak.
    pub async fn set_password(&self, actor: Actor, login: &str, password: &str) -> Result<(), AccountError> {
        let login = login_form(login);
        let hash = self.hash(password, &login).await?;
        self.change(actor, login, "password", async move |w, user| {
            users::set_password(w, &user.id, &hash).await?;
            Ok("changed".to_owned())
        })
        .await
    }

    /// Sets the roles; sessions and tokens of before end.
    ///
    /// # Errors
    /// There is no such user.
    pub async fn set_roles(
        &self,
        actor: Actor,
        login: &str,
        roles: BTreeSet<Role>,
    ) -> Result<(), AccountError> {
        self.change(actor, login_form(login), "roles", async move |w, user| {
            users::set_roles(w, &user.id, &roles).await?;
            let decides = roles.contains(&Role::Steward);
            let taken = if decides { 0 } else { routing::take_all(w, &user.id).await? };
            Ok(format!("{} -> {}{}", role_names(&user.roles), role_names(&roles), given_back(taken)))
        })
        .await
    }

    /// Lets the user in no more, or again; sessions and tokens end. What was theirs belongs to nobody.
    ///
    /// # Errors
    /// There is no such user.
    pub async fn set_disabled(&self, actor: Actor, login: &str, disabled: bool) -> Result<(), AccountError> {
        self.change(actor, login_form(login), "disabled", async move |w, user| {
            users::set_disabled(w, &user.id, disabled).await?;
            let taken = if disabled { routing::take_all(w, &user.id).await? } else { 0 };
            Ok(format!("{disabled}{}", given_back(taken)))
        })
        .await
    }

    /// Sets what follows an account, as its owner wants it.
    ///
    /// # Errors
    /// There is no such user.
    pub async fn set_preferences(&self, viewer: &Viewer, wanted: Wanted) -> Result<(), AccountError> {
        let mail = wanted.mail.as_deref().map(address).transpose()?;
        self.change(viewer.actor(), viewer.login.clone(), "preferences", async move |w, user| {
            let Wanted { zone, theme, preferences, .. } = wanted.clone();
            let now = User { zone, theme, preferences, mail: mail.clone(), ..user.clone() };
            users::set_preferences(w, &now).await?;
            // What somebody likes is nobody's business; how long each decision was held stands with it.
            Ok("changed".to_owned())
        })
        .await
    }

    /// Sets where mail for a user goes; None: nowhere.
    ///
    /// # Errors
    /// There is no such user, or it is no address.
    pub async fn set_mail(&self, actor: Actor, login: &str, mail: Option<&str>) -> Result<(), AccountError> {
        let mail = mail.map(address).transpose()?;
        self.change(actor, login_form(login), "mail", async move |w, user| {
            users::set_preferences(w, &User { mail: mail.clone(), ..user.clone() }).await?;
            Ok(if mail.is_some() { "set" } else { "taken away" }.to_owned())
        })
        .await
    }

    /// Changes one thing of a user; `work` says what it is now.
    async fn change<F>(
        &self,
        actor: Actor,
        login: String,
        what: &'static str,
        work: F,
    ) -> Result<(), AccountError>
    where
        F: AsyncFn(&mut WriteSession, &User) -> Result<String, StoreError> + Send + 'static,
    {
        self.store
            .write(async move |w: &mut WriteSession| {
                let found = users::by_login(w, &login).await?;
                let user = found.ok_or_else(|| AccountError::NoSuchUser(login.clone()))?;
                let now = work(w, &user).await?;
                let event = Event::new(Action::UserChanged, actor.clone(), about(&user.id)).fact(what, now);
                Ok(((), vec![event]))
            })
            .await
    }
}

/// `, 12 conflicts given back`.
fn given_back(conflicts: u64) -> String {
    if conflicts == 0 { String::new() } else { format!(", {conflicts} conflicts given back") }
}

fn user(w: &WriteSession, login: &str, name: &str, roles: &BTreeSet<Role>) -> User {
    User {
        id: UserId(w.new_id()),
        login: login.to_owned(),
        name: name.to_owned(),
        roles: roles.clone(),
        zone: "UTC".to_owned(),
        theme: "system".to_owned(),
        preferences: Preferences::default(),
        mail: None,
        disabled: false,
        epoch: 1,
        created_at: w.now(),
    }
}

fn role_names(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",")
}

fn checked_login(text: &str) -> Result<String, AccountError> {
    let login = login_form(text);
    let usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let first = login.chars().next().is_some_and(usual);
    let rest = login.len() <= 64 && login.chars().all(|c| usual(c) || "._-@+".contains(c));
    if first && rest { Ok(login) } else { Err(AccountError::BadLogin(text.to_owned())) }
}

/// An address of one person: no name beside it, no list.
fn address(text: &str) -> Result<String, AccountError> {
    mail::plain_address(text).ok_or_else(|| AccountError::BadMail(text.trim().to_owned()))
}
