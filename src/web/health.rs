//! Health, for whatever watches over the process: plain text, no secrets, no sign-in.

use super::site::Site;
use crate::store::audit;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use std::time::Duration;

/// Longest time of one check.
const PATIENCE: Duration = Duration::from_secs(5);

/// `?verbose` names each check.
#[derive(Deserialize)]
pub struct Detail {
    verbose: Option<String>,
}

/// `GET /livez`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: it can do its work: database, schema, key, disk.
pub async fn ready(site: Data<Site>, detail: Query<Detail>) -> HttpResponse {
    let checks = checks(&site).await;
    let ready = checks.iter().all(|(_, good)| *good);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut text = String::new();
    if detail.verbose.is_some() {
        for (name, good) in &checks {
            text.push_str(&format!("{} {name}\n", if *good { "ok     " } else { "failed " }.trim_end()));
        }
    }
    match site.store().trouble() {
        _ if ready => text.push_str("ready\n"),
        Some(trouble) => {
            text.push_str(&format!("not ready: the database takes no writes ({})\n", trouble.kind.as_str()))
        }
        None => text.push_str("not ready\n"),
    }
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(text)
}

async fn checks(site: &Data<Site>) -> Vec<(&'static str, bool)> {
    let store = async {
        let mut session = site.session_outside().await?;
        let schema = crate::store::is_current(&mut session).await;
        let key = audit::key_opens(&mut session, site.store().key()).await;
        Ok::<_, crate::store::StoreError>((schema, key))
    };
    let store = tokio::time::timeout(PATIENCE, store).await.ok().and_then(Result::ok);
    let probed = site.clone();
    let disk = actix_web::web::block(move || (probed.probe)());
    let disk = tokio::time::timeout(PATIENCE, disk).await;
    let said = |result: Option<Result<bool, crate::store::StoreError>>| matches!(result, Some(Ok(true)));
    let (schema, key) = store.map_or((None, None), |(schema, key)| (Some(schema), Some(key)));
    vec![
        ("running", !site.is_stopping()),
        ("database", schema.is_some()),
        ("schema", said(schema)),
        ("key", said(key)),
        ("disk", matches!(disk, Ok(Ok(Ok(()))))),
        ("writing", site.store().trouble().is_none()),
    ]
}
