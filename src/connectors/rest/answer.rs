//! Sending a request within its deadline, and what the answer means.

use super::guard::Forbidden;
use crate::connectors::json;
use crate::connectors::{ConnectorError, Heard, exchange, open::Secret};
use crate::domain::time::Time;
use chrono::{DateTime, Utc};
use reqwest::header::{AGE, AUTHORIZATION, COOKIE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::header::{PROXY_AUTHORIZATION, RETRY_AFTER, SET_COOKIE};
use reqwest::{Request, RequestBuilder, Response, StatusCode};
use std::error::Error;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// Longest body that is read, unpacked.
const BODY: usize = 32 * 1024 * 1024;

/// Longest wait a system can ask for, in seconds.
const LONGEST_WAIT: u64 = 3600;

/// Bytes of an answer that are kept for an admin to see.
const BODY_KEPT: usize = 16 * 1024;

/// Longest text of a system's own that is repeated, in characters.
const WORDS: usize = 300;

/// Whether a request may change something when its answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    Read,
    Write,
}

/// An answer with its whole body, or why the body did not come.
pub(super) struct Answer {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Result<Vec<u8>, ConnectorError>,
    /// From the request to its first line, and when that was there.
    trip: Duration,
    answered: Instant,
}

impl Answer {
    /// The system's clock, told in whole seconds. An answer out of a cache tells an earlier time.
    pub fn clock(&self) -> Option<Heard> {
        let cached = self.headers.get(AGE).is_some_and(|age| age.as_bytes().trim_ascii() != b"0");
        let time = date(&self.headers).filter(|_| !cached)?;
        let step = Duration::from_secs(1);
        Some(Heard::Said { time, step, trip: self.trip, answered: self.answered })
    }
}

/// What errors are told with: the place, and the secret that must not be in them.
pub(super) struct Voice<'a> {
    pub place: &'a str,
    pub secret: Option<&'a Secret>,
}

/// Sends, and reads the whole answer before the deadline.
pub(super) async fn send(
    request: RequestBuilder,
    intent: Intent,
    deadline: Instant,
    voice: &Voice<'_>,
) -> Result<Answer, ConnectorError> {
    let asked = Instant::now();
    let left = deadline.saturating_duration_since(asked);
    let (client, request) = request.timeout(left).build_split();
    let request = request.map_err(|error| voice.lost(&error, intent))?;
    let told = exchange::recorder().map(|recorder| (recorder, voice.request(&request)));
    let keep = |answer: &str| {
        if let Some((recorder, request)) = &told {
            recorder.keep(request, answer);
        }
    };
    let sent = client.execute(request).await.map_err(|error| voice.lost(&error, intent));
    let mut response = sent.inspect_err(|error| keep(&error.to_string()))?;
    let (trip, answered) = (asked.elapsed(), Instant::now());
    let (url, status, headers) = (response.url().clone(), response.status(), response.headers().clone());
    let body = body(&mut response, intent, voice).await;
    keep(&voice.answer(status, &headers, &body));
    Ok(Answer { url, status, headers, body, trip, answered })
}

async fn body(response: &mut Response, intent: Intent, voice: &Voice<'_>) -> Result<Vec<u8>, ConnectorError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| voice.lost(&error, intent))? {
        if body.len() + chunk.len() > BODY {
            return Err(ConnectorError::Shape(format!("{}: an answer of more than 32 MiB", voice.place)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl Voice<'_> {
    /// A request as text, without what signs in.
    fn request(&self, request: &Request) -> String {
        let mut text = format!("{} {}\n", request.method(), request.url());
        text += &headers_as_text(request.headers());
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        text += &String::from_utf8_lossy(body);
        self.hide(text)
    }

    /// An answer as text.
    fn answer(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &Result<Vec<u8>, ConnectorError>,
    ) -> String {
        let body = match body {
            Ok(body) => String::from_utf8_lossy(body.get(..BODY_KEPT).unwrap_or(body)).into_owned(),
            Err(error) => error.to_string(),
        };
        self.hide(format!("{status}\n{}{body}", headers_as_text(headers)))
    }

    /// The error of a request without a whole answer.
    fn lost(&self, error: &reqwest::Error, intent: Intent) -> ConnectorError {
        let mut cause: &dyn Error = error;
        while let Some(source) = cause.source() {
            cause = source;
            if let Some(forbidden) = cause.downcast_ref::<Forbidden>() {
                return ConnectorError::Refused(format!("{}: {forbidden}", self.place));
            }
        }
        let words = if error.is_timeout() { "no answer in time".to_owned() } else { cause.to_string() };
        let message = self.hide(format!("{}: {words}", self.place));
        if error.is_builder() {
            return ConnectorError::Refused(message);
        }
        // Only a connection that never came about leaves no doubt.
        match intent {
            Intent::Write if !error.is_connect() => ConnectorError::Unknown(message),
            Intent::Write | Intent::Read => ConnectorError::unavailable(message),
        }
    }

    /// The error of an answer that is no success.
    pub fn refusal(&self, answer: &Answer, intent: Intent) -> ConnectorError {
        let status = answer.status;
        let place = self.place;
        let words = self.words(answer);
        let retry_after_seconds = wait(&answer.headers);
        let unavailable =
            |message, whole| ConnectorError::Unavailable { message, retry_after_seconds, whole };
        let told = format!("{place} answered {status}: {words}");
        match status.as_u16() {
            300..=399 => {
                let target = answer.headers.get(LOCATION).and_then(|target| target.to_str().ok());
                let target = self.hide(target.unwrap_or("nowhere").to_owned());
                ConnectorError::Shape(format!("{place} redirects to {target}; redirects are not followed"))
            }
            401 | 403 => ConnectorError::Credentials(words),
            404 | 410 if intent == Intent::Read => ConnectorError::Shape(told),
            408 | 425 | 429 | 503 => unavailable(told, true),
            501 | 505 => ConnectorError::Refused(told),
            // Something between here and the system gave up, or the system broke off: a write
            // may have been done all the same.
            500.. if intent == Intent::Write => ConnectorError::Unknown(told),
            500.. => unavailable(told, false),
            200..=299 => ConnectorError::Shape(told),
            _ => ConnectorError::Refused(words),
        }
    }

    /// The body as JSON text.
    ///
    /// # Errors
    /// The body did not come, or `Shape`: it is no JSON.
    pub fn json<'a>(&self, answer: &'a Answer) -> Result<&'a str, ConnectorError> {
        let body = answer.body.as_ref().map_err(Clone::clone)?;
        if is_html(body) {
            let message = "answered with an HTML page instead of JSON: a login page, or something in between";
            return Err(ConnectorError::Shape(format!("{} {message}", self.place)));
        }
        let not = |error: &dyn Error| {
            ConnectorError::Shape(format!("{} answered with something that is not JSON: {error}", self.place))
        };
        let text = std::str::from_utf8(body).map_err(|error| not(&error))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // One pass over the whole keeps later steps from meeting a broken end.
        serde_json::from_str::<&serde_json::value::RawValue>(text).map_err(|error| not(&error))?;
        Ok(text)
    }

    /// The system's own words in an answer that is no success.
    fn words(&self, answer: &Answer) -> String {
        let body = answer.body.as_deref().unwrap_or_default();
        let own = match std::str::from_utf8(body) {
            _ if is_html(body) => "an HTML page".to_owned(),
            Ok(text) => of_problem(text).unwrap_or_else(|| text.to_owned()),
            Err(_) => String::new(),
        };
        let plain: Vec<&str> = own.split(|c: char| c.is_whitespace() || c.is_control()).collect();
        let plain: Vec<&str> = plain.into_iter().filter(|word| !word.is_empty()).collect();
        let short: String = self.hide(plain.join(" ")).chars().take(WORDS).collect();
        if short.is_empty() { format!("{} answered {}", self.place, answer.status) } else { short }
    }

    /// Some systems repeat what they were sent.
    fn hide(&self, text: String) -> String {
        match self.secret.map(Secret::expose) {
            Some(secret) if !secret.is_empty() => text.replace(secret, "***"),
            Some(_) | None => text,
        }
    }
}

/// Headers as text, a line each and an empty one. Those that sign in, or would let another do so, are
/// not shown.
fn headers_as_text(headers: &HeaderMap) -> String {
    let secret = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE];
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        let hidden = value.is_sensitive() || secret.contains(name);
        let shown = if hidden { "***" } else { value.to_str().unwrap_or("?") };
        format!("{name}: {shown}\n")
    };
    headers.iter().map(line).chain(["\n".to_owned()]).collect()
}

/// The message in an error answer: problem+json, or one of the usual members.
fn of_problem(body: &str) -> Option<String> {
    let text = |pointer: &str| -> Option<String> {
        let value = json::at(body, &json::path(pointer)).ok()??;
        serde_json::from_str::<String>(value).ok().filter(|text| !text.is_empty())
    };
    if let Some(detail) = text("/detail") {
        return Some(text("/title").map_or(detail.clone(), |title| format!("{title}: {detail}")));
    }
    let usual = ["/message", "/error/message", "/error_description", "/error", "/title"];
    let listed = ["/errors/0/detail", "/errors/0/message", "/errors/0", "/0/message"];
    usual.iter().chain(&listed).find_map(|pointer| text(pointer))
}

fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

/// The instant of an answer.
fn date(headers: &HeaderMap) -> Option<Time> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// `Retry-After` in seconds or as a date, which counts from the answer's own; junk is ignored.
fn wait(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        true => text.parse().unwrap_or(u64::MAX),
        false => {
            let until = http_date(text)?;
            // Without a date of the answer's own nobody can tell how far off it is: the longest.
            match date(headers) {
                Some(now) => u64::try_from((until - now).num_seconds()).unwrap_or(0),
                None => LONGEST_WAIT,
            }
        }
    };
    Some(seconds.min(LONGEST_WAIT))
}

fn http_date(text: &str) -> Option<Time> {
    text.ends_with(" GMT")
        .then(|| DateTime::parse_from_rfc2822(text).ok())?
        .map(|date| date.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(retry_after: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Tue, 03 Mar 2026 09:12:40 GMT".parse().expect("header"));
        headers.insert(RETRY_AFTER, retry_after.parse().expect("header"));
        wait(&headers)
    }

    #[test]
    fn retry_after_is_read_and_capped() {
        for (text, expected) in [
            ("0", Some(0)),
            ("17", Some(17)),
            ("99999999999999999999999", Some(3600)),
            ("Tue, 03 Mar 2026 09:13:10 GMT", Some(30)),
            ("Tue, 03 Mar 2020 09:13:10 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(3600)),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("1.5", None),
        ] {
            assert_eq!(waits(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_system_s_own_message_is_found() {
        for (body, expected) in [
            (r#"{"title":"Invalid","detail":"plan is unknown"}"#, Some("Invalid: plan is unknown")),
            (r#"{"message":"no"}"#, Some("no")),
            (r#"{"error":{"code":4,"message":"no"}}"#, Some("no")),
            (r#"{"error":"no"}"#, Some("no")),
            (r#"{"errors":[{"message":"no"}]}"#, Some("no")),
            (r#"{"code":4}"#, None),
            ("plain", None),
        ] {
            assert_eq!(of_problem(body).as_deref(), expected, "{body}");
        }
    }
}
