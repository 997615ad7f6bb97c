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
        let zone = auth::who(request).and_then(|who| TimeZone::get(&who.user.zone).ok());
        let now = Site::of(request).engine.now();
        ready(Ok(Self { now, zone: zone.unwrap_or(TimeZone::UTC) }))
    }
}
