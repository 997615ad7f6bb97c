//! JSON bodies, and what is wrong with them: where it stands, as a JSON Pointer and a line.

use crate::web::failure::{Code, Failure, FieldError};
use crate::web::gate;
use crate::web::messages::msg;
use crate::web::site::Site;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

/// A body of JSON, read as `T`. The bytes are kept for the idempotency key's fingerprint.
pub struct JsonBody<T> {
    pub value: T,
    pub raw: Bytes,
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (json, payload) = (is_json(request), payload.take());
        let limit = Site::of(request).reach.body_limit;
        async move {
            if !json {
                return Err(not_json());
            }
            let raw = gate::read(payload, limit).await?;
            Ok(Self { value: parse(&raw)?, raw })
        }
        .boxed_local()
    }
}

/// A body of JSON that may be left out altogether.
pub struct MaybeJson<T> {
    pub value: T,
    pub raw: Bytes,
}

impl<T: DeserializeOwned + Default + 'static> FromRequest for MaybeJson<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (json, payload) = (is_json(request), payload.take());
        let limit = Site::of(request).reach.body_limit;
        async move {
            let raw = gate::read(payload, limit).await?;
            if raw.is_empty() {
                return Ok(Self { value: T::default(), raw });
            }
            if json { Ok(Self { value: parse(&raw)?, raw }) } else { Err(not_json()) }
        }
        .boxed_local()
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
    })
}

fn not_json() -> Failure {
    Failure::new(Code::UnsupportedType).detail(msg("access-body-type"))
}

/// Reads JSON.
///
/// # Errors
/// It is not JSON, or not of this shape: where, and what was expected.
pub fn parse<T: DeserializeOwned>(raw: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(raw);
    let broken = |error: &serde_json::Error, pointer: String| {
        let key = if error.is_data() { "access-body-wrong" } else { "access-body-not-json" };
        let mut failure = Failure::new(Code::Malformed).detail(msg(key).with("problem", error.to_string()));
        failure.errors.push(FieldError { pointer, detail: error.to_string() });
        failure
    };
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| broken(error.inner(), pointer(error.path())))?;
    reader.end().map_err(|error| broken(&error, String::new()))?;
    Ok(value)
}

/// `/outcomes/0/value`, escaped as RFC 6901 says.
fn pointer(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        text.push('/');
        text.push_str(&name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its reading matters")]
        items: Vec<Inner>,
    }
    #[derive(Deserialize, Debug)]
    struct Inner {
        #[expect(dead_code, reason = "only its reading matters")]
        n: u8,
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let error = |text: &str| {
            let failure = parse::<Outer>(text.as_bytes()).unwrap_err();
            assert_eq!(failure.code, Code::Malformed);
            failure.errors.into_iter().next().unwrap()
        };
        let wrong = error("{\"items\":[{\"n\":1},\n{\"n\":\"x\"}]}");
        assert_eq!(wrong.pointer, "/items/1/n");
        assert!(wrong.detail.contains("line 2"), "{wrong:?}");
        assert!(error("{\"items\":[").detail.contains("EOF"));
        assert!(error("{\"items\":[]} x").detail.contains("trailing"));
        assert!(error("{\"items\":[],\"role\":\"admin\"}").detail.contains("role"));
        assert!(error(&format!("{{\"items\":{}", "[".repeat(100_000))).pointer.starts_with("/items/0"));
        assert!(parse::<Outer>(b"{\"items\":[{\"n\":1}]}").is_ok());
        assert!(parse::<Outer>(b"{\"items\":[],\"a\":\"\xff\"}").is_err());
    }
}
