//! Headers of every answer. A page sets its own policy, with its nonce; what has none gets one
//! that allows nothing.

use super::site::Site;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

/// Names the request in answers, error pages and the log.
pub const REQUEST_ID: &str = "x-request-id";

const ALWAYS: &[(&str, &str)] = &[
    ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("cache-control", "no-store"),
];

/// Adds what the answer does not say itself.
pub fn complete(site: &Site, request_id: &str, headers: &mut HeaderMap) {
    let mut add = |name: &'static str, value: &str| {
        let name = HeaderName::from_static(name);
        if let (false, Ok(value)) = (headers.contains_key(&name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    };
    ALWAYS.iter().for_each(|(name, value)| add(name, value));
    if site.reach.is_https() {
        add("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    add(REQUEST_ID, request_id);
}
