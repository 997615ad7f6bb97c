//! The language of an answer: the account's, else what the browser asks for, else the server's.

use super::auth;
use super::messages::{self, Messages};
use super::site::Site;
use crate::domain::language::Language;
use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

/// The messages in which this request is answered.
#[must_use]
pub fn of(request: &HttpRequest) -> &'static Messages {
    let (site, headers) = (Site::of(request), request.headers());
    let own = auth::who(request).and_then(|who| who.user.preferences.language);
    match own {
        Some(language) if pseudo(site, headers).is_none() => messages::of(language),
        _ => asked(site, headers),
    }
}

/// The same for somebody who is not signed in.
#[must_use]
pub fn asked(site: &Site, headers: &HeaderMap) -> &'static Messages {
    pseudo(site, headers).unwrap_or_else(|| {
        let language = accepted(headers).into_iter().find_map(Language::of);
        messages::of(language.unwrap_or(site.reach.language))
    })
}

/// A pseudo-language, which only a demo speaks, and only to whom asks for nothing else.
fn pseudo(site: &Site, headers: &HeaderMap) -> Option<&'static Messages> {
    let tags = accepted(headers);
    tags.first().filter(|_| site.reach.demo).and_then(|tag| messages::pseudo(tag))
}

/// The tags of `Accept-Language`, the most wanted first; those with `q=0` are not wanted.
fn accepted(headers: &HeaderMap) -> Vec<&str> {
    let text = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut tags: Vec<(&str, f32)> = text.split(',').filter_map(weighed).collect();
    tags.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    tags.into_iter().map(|(tag, _)| tag).collect()
}

/// A tag with its weight, which is above 0 and at most 1.
fn weighed(range: &str) -> Option<(&str, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?;
    let q = parts.find_map(|part| part.strip_prefix("q="));
    let weight = q.map_or(Some(1.0), |q| q.parse().ok())?;
    (weight > 0.0 && weight <= 1.0).then_some((tag, weight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn first(text: &str) -> Option<Language> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(text).unwrap());
        accepted(&headers).into_iter().find_map(Language::of)
    }

    #[test]
    fn the_most_wanted_language_that_is_there_is_taken() {
        assert_eq!(first("de-CH, fr;q=0.9"), Some(Language::German));
        assert_eq!(first("fr, de;q=0.7, en;q=0.8"), Some(Language::English));
        assert_eq!(first("en;q=0, de;q=0.1"), Some(Language::German));
        for none in ["", "fr", "de;q=x", "de;q=0", "*"] {
            assert_eq!(first(none), None, "{none:?}");
        }
    }
}
