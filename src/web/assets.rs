//! Files served under `/static/`, embedded in the binary, each under a name with its hash,
//! so that they can be cached for ever and need no build step.

use actix_web::http::header::{AcceptEncoding, ContentEncoding, Encoding, Header};
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};
use std::sync::LazyLock;

/// The style sheet: one file per layer, in the order of the layers.
const STYLE: &str = concat!(
    include_str!("../../static/css/reset.css"),
    include_str!("../../static/css/tokens.css"),
    include_str!("../../static/css/base.css"),
    include_str!("../../static/css/parts.css"),
    include_str!("../../static/css/conflict.css"),
    include_str!("../../static/css/pages.css"),
    include_str!("../../static/css/print.css"),
);

/// What an embedded file may be cached for: its name changes with its bytes.
pub const CACHE: &str = "public, max-age=31536000, immutable";

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// The name templates use, such as `app.css`.
    pub name: &'static str,
    /// `/static/app.<12 hex digits>.css`.
    pub url: String,
    pub content_type: &'static str,
    pub body: &'static [u8],
    /// The body as gzip at its best, made once: what compresses each answer does so in haste, which makes
    /// a style sheet half as large again.
    squeezed: Vec<u8>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        asset("app.css", "text/css; charset=utf-8", STYLE.as_bytes()),
        asset("app.js", "text/javascript; charset=utf-8", include_bytes!("../../static/js/app.js")),
        asset("icon.svg", "image/svg+xml", include_bytes!("../../static/icon.svg")),
    ]
});

fn asset(name: &'static str, content_type: &'static str, body: &'static [u8]) -> Asset {
    let digest = ring::digest::digest(&ring::digest::SHA256, body);
    let hash = data_encoding::HEXLOWER.encode(&digest.as_ref()[..6]);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let squeezed = squeeze(body).unwrap_or_default();
    Asset { name, url: format!("/static/{stem}.{hash}.{ending}"), content_type, body, squeezed }
}

fn squeeze(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body)?;
    encoder.finish()
}

/// The address of the file that templates know by `name`.
#[must_use]
pub fn url(name: &str) -> Option<&'static str> {
    ASSETS.iter().find(|asset| asset.name == name).map(|asset| asset.url.as_str())
}

/// The file behind the path of a request, such as `/static/app.0123456789ab.css`.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.url == path)
}

/// `GET /static/...`: an embedded file, for ever, compressed for whoever takes it so.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let Some(asset) = find(request.path()) else {
        return HttpResponse::NotFound().finish();
    };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(asset.content_type)
        .insert_header(("cache-control", CACHE))
        .insert_header(("vary", "accept-encoding"));
    if asset.squeezed.is_empty() || !takes_gzip(&request) {
        return answer.body(asset.body);
    }
    answer.insert_header(ContentEncoding::Gzip).body(asset.squeezed.as_slice())
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let supported = [Encoding::gzip(), Encoding::identity()];
    AcceptEncoding::parse(request)
        .is_ok_and(|accepted| accepted.negotiate(supported.iter()) == Some(Encoding::gzip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_carries_the_hash_and_leads_back_to_the_bytes() {
        let css = url("app.css").unwrap();
        assert!(css.starts_with("/static/app.") && css.ends_with(".css") && css.len() == 28, "{css}");
        assert_eq!(find(css).unwrap().body, STYLE.as_bytes());
        assert!(find("/static/app.css").is_none());
    }
}
