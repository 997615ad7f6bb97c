//! The clock and zone of the person who asks.

use super::auth;
use super::site::Site;
use super::when::Clockface;
use actix_web::HttpRequest;
use jiff::tz::TimeZone;

/// The present, in the zone of the account; UTC where there is none.
#[must_use]
pub fn face(request: &HttpRequest) -> Clockface {
    let zone = auth::who(request).and_then(|who| TimeZone::get(&who.user.zone).ok());
    Clockface { now: Site::of(request).engine.now(), zone: zone.unwrap_or(TimeZone::UTC) }
}
