//! The handlers of the audit log: the list, one entry, verification, export.

use super::asked::Asked;
use super::{build, export, verification};
use crate::domain::value::HIDDEN;
use crate::store::trail::{self, Facet, Values};
use crate::store::{audit, users};
use crate::web::auth::Auditor;
use crate::web::clock;
use crate::web::failure::{Code, Failure};
use crate::web::language;
use crate::web::messages::msg;
use crate::web::page::{Page, Shell};
use crate::web::site::Site;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use std::time::Duration;

/// Entries on one page.
pub const PAGE: i64 = 100;
/// How long a request waits for a check before it shows its progress.
const PATIENCE: Duration = Duration::from_secs(5);

/// `GET /audit`: reading it is entered into it.
///
/// # Errors
/// The store failed.
pub async fn page(
    viewer: Auditor,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    Query(asked): Query<Asked>,
) -> Result<Page<super::AuditPage>, Failure> {
    let face = clock::face(&request);
    let mut s = site.session(&viewer).await?;
    let filter = asked.filter(&mut s, &viewer, &face).await?;
    site.engine.note_read(&viewer, filter.record.clone()).await?;
    let (last, _) = audit::head(&mut s).await?;
    let mut entries = trail::page(&mut s, &viewer, &filter, asked.position(), PAGE + 1).await?;
    let more = asked.cut(&mut entries);
    let listed = build::Listed {
        total: trail::count(&mut s, &viewer, &filter, last).await?,
        actions: trail::facet(&mut s, &viewer, &filter, Facet::Action).await?,
        actors: trail::facet(&mut s, &viewer, &filter, Facet::Actor).await?,
        people: users::everybody(&mut s, &viewer).await?,
        values: in_words(&request, trail::values(&mut s, site.store(), &build::numbers(&entries)).await?),
        entries,
        more,
    };
    let setup = site.engine.setup();
    let chain = verification::chain(site.engine.checks(), &face);
    Ok(Page::new(shell, build::page(&setup, &face, &asked, &listed, chain)))
}

/// `GET /audit/{number}`.
///
/// # Errors
/// There is no such entry for this person.
pub async fn entry(
    viewer: Auditor,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
    number: Path<i64>,
) -> Result<Page<super::EntryPage>, Failure> {
    let (number, face) = (number.into_inner(), clock::face(&request));
    let mut s = site.session(&viewer).await?;
    let missing = || Failure::new(Code::NotFound);
    let entry = trail::entry(&mut s, &viewer, number).await?.ok_or_else(missing)?;
    site.engine.note_read(&viewer, None).await?;
    let before = trail::entry(&mut s, &viewer, number - 1).await?;
    let after = trail::entry(&mut s, &viewer, number + 1).await?.is_some();
    let values = in_words(&request, trail::values(&mut s, site.store(), &[number]).await?);
    let setup = site.engine.setup();
    let page = build::entry_page(&setup, &face, &entry, before.as_ref(), after, &values)?;
    Ok(Page::new(shell, page))
}

/// Says in the reader's language where a value is hidden.
fn in_words(request: &HttpRequest, mut values: Values) -> Values {
    let hidden = language::of(request).plain(&msg("state-hidden"));
    for value in values.values_mut().flat_map(|own| own.values_mut()).filter(|value| *value == HIDDEN) {
        hidden.clone_into(value);
    }
    values
}

/// `GET /audit/verification`.
///
/// # Errors
/// The store failed.
pub async fn verification(
    _: Auditor,
    request: HttpRequest,
    site: Data<Site>,
    shell: Shell,
) -> Result<Page<super::VerificationPage>, Failure> {
    let (entries, head) = audit::head(&mut site.session_outside().await?).await?;
    let face = clock::face(&request);
    Ok(Page::new(shell, verification::page(site.engine.checks(), entries, head, &face)))
}

/// `POST /audit/verification`: checks the whole log. One that takes long goes on by itself.
///
/// # Errors
/// The store failed.
pub async fn verify(viewer: Auditor, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let engine = site.engine.clone();
    let check = tokio::spawn(async move { engine.verify_audit(&viewer).await });
    match tokio::time::timeout(PATIENCE, check).await {
        Ok(Ok(Err(refusal))) => return Err(refusal.into()),
        Ok(Err(_)) => return Err(Failure::new(Code::Internal)),
        Ok(Ok(Ok(()))) | Err(_) => {}
    }
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/audit/verification")).finish())
}

/// `GET /audit/export?format=`: exactly the entries of the list, oldest first; the export is
/// entered into the log.
///
/// # Errors
/// The format is unknown, the list is longer than an export may be, or the store failed.
pub async fn export(
    viewer: Auditor,
    request: HttpRequest,
    site: Data<Site>,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse, Failure> {
    let format = export::Format::of(&asked.format)
        .ok_or_else(|| Failure::new(Code::Invalid).detail(msg("export-format")))?;
    let face = clock::face(&request);
    let mut s = site.session(&viewer).await?;
    let filter = asked.filter(&mut s, &viewer, &face).await?;
    let (last, _) = audit::head(&mut s).await?;
    let entries = trail::count(&mut s, &viewer, &filter, last).await?;
    if entries > export::MOST {
        let detail = msg("export-too-long").with("n", entries).with("most", export::MOST);
        return Err(Failure::new(Code::Invalid).detail(detail));
    }
    drop(s);
    site.engine.note_export(&viewer, format.as_str(), asked.query(), entries).await?;
    Ok(export::answer(site, viewer.0, filter, last, format, &face))
}
