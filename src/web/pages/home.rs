//! `GET /`: the place where somebody's work begins.

use crate::domain::access::Right;
use crate::web::auth::SignedIn;
use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

/// Leads a steward to the queue, others to what they come for.
pub async fn page(viewer: SignedIn) -> HttpResponse {
    let decides = viewer.may(Right::Decide) || viewer.may(Right::Reverse);
    let place = match (decides, viewer.may(Right::Configure), viewer.may(Right::Audit)) {
        (false, true, _) => "/systems",
        (false, false, true) => "/audit",
        _ => "/queue",
    };
    HttpResponse::SeeOther().insert_header((LOCATION, place)).finish()
}
