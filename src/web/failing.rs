//! What goes wrong below, as the one failure of this floor.

use super::failure::{Code, Failure};
use super::messages::{Arg, Msg, msg, said};
use crate::domain::access::Role;
use crate::engine::Refusal;
use crate::store::StoreError;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use std::collections::BTreeSet;
use std::fmt;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.slug())
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// Empty: the guard makes the page or the problem, as it knows who asks.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.code.status())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::new(Code::NotFound),
            StoreError::Nul => Self::new(Code::Invalid).detail(msg("access-nul")),
            StoreError::Unavailable(_) | StoreError::Conflict(_) | StoreError::Stopping => {
                tracing::error!(%error, "the store cannot answer");
                Self::new(Code::Unavailable)
            }
            error => {
                tracing::error!(%error, "the store failed");
                Self::new(Code::Internal)
            }
        }
    }
}

/// Why somebody may not decide a field, and who may.
#[must_use]
pub fn hidden(field: impl Into<Arg>, roles: &BTreeSet<Role>) -> Msg {
    let names: Vec<Msg> = roles.iter().map(|role| msg(format!("role-{}", role.as_str()))).collect();
    let key = if names.is_empty() { "hidden-from-all" } else { "hidden-decide" };
    msg(key).with("field", field).with("roles", names)
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(_) => Self::new(Code::NotFound),
            Refusal::Forbidden => Self::new(Code::Forbidden),
            Refusal::Hidden { field, roles } => Self::new(Code::Forbidden).detail(hidden(field, &roles)),
            Refusal::Stale => Self::new(Code::Stale),
            Refusal::DecidedAlready(name) => {
                Self::new(Code::Conflict).detail(msg("access-decided").with("name", name))
            }
            Refusal::Claimed(name) => {
                Self::new(Code::Conflict).detail(msg("access-claimed").with("name", name))
            }
            Refusal::Invalid(text) => Self::new(Code::Invalid).detail(said(text)),
            Refusal::WrongState(text) => Self::new(Code::Conflict).detail(said(text)),
            Refusal::Outcomes(_) => Self::new(Code::Invalid),
            Refusal::Store(error) => error.into(),
        }
    }
}
