//! Signing in and out, and knowing a session again.
//!
//! A try is counted as failed before its password is looked at, and the count is taken back
//! when the password is right: many tries at once cannot slip past the throttle.

use super::{AccountError, Accounts, login_form};
use crate::domain::audit::{About, Action, Actor, ActorKind, Event};
use crate::domain::chance;
use crate::domain::ids::UserId;
use crate::domain::seal::sha256;
use crate::domain::throttle::{FORGOTTEN, Failures, Whose};
use crate::store::sessions::WebSession;
use crate::store::users::User;
use crate::store::{AsStoreError, StoreError, WriteSession, sessions, throttle, users};
use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use std::net::IpAddr;

/// Sessions note that they are used, but no more often than this.
const NOTED: Duration = Duration::minutes(1);

/// Somebody tries to sign in.
pub struct Attempt {
    pub login: String,
    pub password: String,
    pub address: IpAddr,
    /// The token of the session this browser had: it ends.
    pub replaces: Option<String>,
    /// What the browser kept from signing in before.
    pub device: Option<String>,
}

/// A session that has just begun.
#[derive(Clone)]
pub struct NewSession {
    pub user: User,
    /// For the cookie; stored nowhere.
    pub token: String,
    pub csrf: String,
    /// For the browser to keep, if it kept nothing of this person yet.
    pub device: Option<String>,
}

/// Why somebody is not signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    #[error("name or password is not right")]
    Wrong,
    #[error("too many failed tries")]
    Wait(Duration),
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}
impl AsStoreError for SignInError {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Account(error) => error.as_store_error(),
            _ => None,
        }
    }
}

/// Whom a try counts against.
#[derive(Clone)]
struct Subjects {
    login: String,
    address: String,
}

impl Accounts {
    /// Signs somebody in.
    ///
    /// # Errors
    /// Login or password is wrong, which of them is not said; or it was tried too often.
    pub async fn sign_in(&self, attempt: Attempt) -> Result<NewSession, SignInError> {
        let login = login_form(&attempt.login);
        let device = self.device(&login, attempt.device.as_deref());
        let known = device.is_some();
        let subjects = Subjects {
            // A password typed into the wrong field must not be stored in the clear.
            login: match device {
                Some(device) => format!("device/{device}"),
                None => format!("login/{}", self.store.key().mac(&login)),
            },
            address: format!("address/{}", network(attempt.address)),
        };
        if let Some(wait) = self.count(subjects.clone()).await? {
            return Err(SignInError::Wait(wait));
        }
        let found = users::credentials(&mut self.store.session().await?, &login).await?;
        let found = found.filter(|found| !found.user.disabled);
        let hash = found.as_ref().map(|found| found.password_hash.clone());
        let right = self.is_right(&attempt.password, hash).await?;
        let address = attempt.address.to_string();
        match found.filter(|_| right) {
            Some(found) => {
                let mut new = self.begin(found.user, subjects, address, attempt.replaces).await?;
                new.device = (!known).then(|| self.new_device(&login));
                Ok(new)
            }
            None => {
                self.note_failure(login, address).await?;
                Err(SignInError::Wrong)
            }
        }
    }

    /// Counts a try, or says how long to wait.
    async fn count(&self, subjects: Subjects) -> Result<Option<Duration>, StoreError> {
        self.store
            .write(async move |w: &mut WriteSession| {
                let now = w.now();
                let both = [(&subjects.login, Whose::Login), (&subjects.address, Whose::Address)];
                let mut wait = None;
                for (subject, whose) in both {
                    let failures = throttle::of(w, subject).await?;
                    wait = wait.max(failures.and_then(|failures| failures.wait(whose, now)));
                }
                if wait.is_none() {
                    throttle::forget(w, now - FORGOTTEN).await?;
                    for (subject, _) in both {
                        let before = throttle::of(w, subject).await?;
                        throttle::put(w, subject, &Failures::more(before, now)).await?;
                    }
                }
                Ok::<_, StoreError>((wait, Vec::new()))
            })
            .await
    }

    async fn begin(
        &self,
        user: User,
        subjects: Subjects,
        address: String,
        replaces: Option<String>,
    ) -> Result<NewSession, StoreError> {
        let new = NewSession { user, token: self.secret(), csrf: self.secret(), device: None };
        let (kept, replaces) = (new.clone(), replaces.map(|token| token_hash(&token)));
        self.store
            .write(async move |w: &mut WriteSession| {
                throttle::clear(w, &subjects.login).await?;
                if let Some(mut failures) = throttle::of(w, &subjects.address).await? {
                    failures.count = (failures.count - 1).max(0);
                    throttle::put(w, &subjects.address, &failures).await?;
                }
                if let Some(old) = &replaces {
                    sessions::end(w, old).await?;
                }
                let user = &kept.user;
                sessions::insert(w, &token_hash(&kept.token), &kept.csrf, &user.id, user.epoch).await?;
                let event = event(Action::SignedIn, user).value("address", &address);
                Ok::<_, StoreError>(((), vec![event]))
            })
            .await?;
        Ok(new)
    }

    async fn note_failure(&self, login: String, address: String) -> Result<(), StoreError> {
        self.store
            .write(async move |w: &mut WriteSession| {
                let user = users::by_login(w, &login).await?.map(|user| user.id);
                let about = About { user, ..About::default() };
                let event = Event::new(Action::SignInFailed, nobody(), about);
                Ok::<_, StoreError>(((), vec![event.value("login", &login).value("address", &address)]))
            })
            .await
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_out(&self, token: &str) -> Result<(), StoreError> {
        let hash = token_hash(token);
        self.store
            .write(async move |w: &mut WriteSession| {
                let user = sessions::end(w, &hash).await?;
                let event = user.map(|user| event(Action::SignedOut, &user));
                Ok::<_, StoreError>(((), event.into_iter().collect()))
            })
            .await
    }

    /// The session of a cookie while it is alive; notes that it is used, unless a page asks by itself.
    ///
    /// # Errors
    /// The store failed.
    pub async fn session(&self, token: &str, used: bool) -> Result<Option<WebSession>, StoreError> {
        let now = self.store.clock().now();
        let found = sessions::by_token(&mut self.store.session().await?, &token_hash(token)).await?;
        let Some(mut session) = found.filter(|session| session.is_alive(now)) else { return Ok(None) };
        if used && now - session.seen_at >= NOTED {
            let hash = session.token_hash.clone();
            let noted = self.store.write(async move |w: &mut WriteSession| {
                sessions::seen(w, &hash).await?;
                Ok::<_, StoreError>(((), Vec::new()))
            });
            // On a full disk reading goes on.
            match noted.await {
                Ok(()) => session.seen_at = now,
                Err(error) => tracing::warn!(%error, "the use of a session was not noted"),
            }
        }
        Ok(Some(session))
    }

    /// The session a form was made for, alive or not, by the form's token.
    ///
    /// # Errors
    /// The store failed.
    pub async fn session_of_form(&self, csrf: &str) -> Result<Option<WebSession>, StoreError> {
        sessions::by_csrf(&mut self.store.session().await?, csrf).await
    }

    /// 256 random bits as text.
    fn secret(&self) -> String {
        BASE64URL_NOPAD.encode(&chance::bytes::<32>(&**self.store.random()))
    }
}

fn token_hash(token: &str) -> String {
    sha256(&[token.as_bytes()])
}

fn event(action: Action, user: &User) -> Event {
    Event::new(action, user.viewer(false).actor(), about(&user.id))
}

pub(super) fn about(user: &UserId) -> About {
    About { user: Some(user.clone()), ..About::default() }
}

fn nobody() -> Actor {
    Actor { kind: ActorKind::Person, id: String::new(), name: "not signed in".into(), role: String::new() }
}

/// The address, or of IPv6 the network one subscriber has: 2^64 addresses are no 2^64 callers.
pub(in crate::engine) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_by_subscriber() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("10.1.2.3"), "10.1.2.3");
        assert_eq!(network("::ffff:10.1.2.3"), "10.1.2.3");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
    }
}
