//! The clock of the person who reads: the present, in their zone.

use super::auth;
use super::failure::Failure;
use super::site::Site;
use super::when::Clockface;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use jiff::tz::TimeZone;
use std::future::{Ready, ready};

impl FromRequest for Clockface {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    /// A zone that is no longer known reads as UTC: a page is shown all the same.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let zone = auth::who(request).and_then(|who| TimeZone::get(&who.user.zone).ok());
        let now = Site::of(request).engine.now();
        ready(Ok(Self { now, zone: zone.unwrap_or(TimeZone::UTC) }))
    }
}
