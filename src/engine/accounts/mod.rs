//! Accounts: who may come in, by password or by token, and what is told of it in the audit log.

mod device;
mod password;
mod sign_in;
mod tokens;
mod users;

pub use password::{WeakPassword, generated};
pub(super) use sign_in::network;
pub use sign_in::{Attempt, NewSession, SignInError};
pub use tokens::NewToken;
pub use users::{NewUser, Wanted};

use crate::domain::audit::{Actor, ActorKind};
use crate::store::{AsStoreError, Store, StoreError};
use std::sync::Arc;
use tokio::sync::{OnceCell, Semaphore};

/// Password hashes computed at once: each takes 32 MiB and a processor.
const HASHES_AT_ONCE: usize = 2;

/// The verbs of accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    hashing: Arc<Semaphore>,
    /// The hash of no password, so that an unknown login costs as much as a known one.
    decoy: Arc<OnceCell<String>>,
}

impl Accounts {
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)), decoy: Arc::default() }
    }
}

/// Why an account was not made or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    #[error("the login {0:?} is taken")]
    LoginTaken(String),
    #[error("the login {0:?} cannot be used: 1 to 64 of a-z 0-9 . _ - @ +, a letter or digit first")]
    BadLogin(String),
    #[error("{0:?} is no mail address: write one like ana@example.com")]
    BadMail(String),
    #[error("the name is empty or longer than 200 characters")]
    BadName,
    #[error("nobody has the login {0:?}")]
    NoSuchUser(String),
    #[error("no such token")]
    NoSuchToken,
    #[error("a token lasts from 1 to 366 days")]
    BadExpiry,
    #[error("the password {0}")]
    Password(#[from] WeakPassword),
    /// Too many passwords are being checked.
    #[error("too many sign-ins at once: try again in a few seconds")]
    Busy,
    #[error("a password could not be hashed")]
    Hash,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStoreError for AccountError {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// Whoever runs a command on the server's own computer.
#[must_use]
pub fn command_line() -> Actor {
    Actor { kind: ActorKind::Person, id: String::new(), name: "command line".into(), role: String::new() }
}

/// The one form of a login: no spaces around, lower case.
#[must_use]
pub fn login_form(text: &str) -> String {
    text.trim().to_lowercase()
}
