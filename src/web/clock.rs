//! The clock of a request: the present, in the zone of who asks.

use super::auth;
use super::site::Site;
use super::when::Clockface;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use jiff::tz::TimeZone;
use std::convert::Infallible;
use std::future::{Ready, ready};

impl FromRequest for Clockface {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(face(request)))
    }
}

/// The present, in the zone of the account; UTC where there is none.
#[must_use]
pub fn face(request: &HttpRequest) -> Clockface {
    let zone = auth::who(request).and_then(|who| TimeZone::get(&who.user.zone).ok());
    Clockface { now: Site::of(request).engine.now(), zone: zone.unwrap_or(TimeZone::UTC) }
}
