//! Why a verb did not do what was asked: one type for every verb, told to people and programs.

use crate::domain::access::Role;
use crate::domain::resolution::OutcomeError;
use crate::store::{AsStoreError, StoreError};
use std::collections::BTreeSet;

/// A refusal. Nothing was changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing for this viewer.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The viewer's roles do not include it.
    #[error("your role does not allow this")]
    Forbidden,
    /// The values of a field are not for the viewer's roles, so that the viewer does not decide it.
    #[error("the values of {field} are hidden by your role")]
    Hidden { field: String, roles: BTreeSet<Role> },
    /// The page was made before something on it changed.
    #[error("this changed while you were deciding")]
    Stale,
    /// Somebody else decided first.
    #[error("{0} decided this already")]
    DecidedAlready(String),
    /// Somebody else is on it until then.
    #[error("{0} is deciding this")]
    Claimed(String),
    /// An outcome does not fit, by difference id.
    #[error("some choices cannot be saved")]
    Outcomes(Vec<(String, OutcomeError)>),
    /// What was given is not usable: a sentence.
    #[error("{0}")]
    Invalid(String),
    /// It is too late for that, or too early.
    #[error("{0}")]
    WrongState(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AsStoreError for Refusal {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}
