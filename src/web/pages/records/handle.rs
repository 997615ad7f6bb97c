//! The handler of the search.

use super::build;
use crate::domain::ids::{EntityId, RecordId};
use crate::domain::words::Sought;
use crate::store::search::{self, Search};
use crate::web::auth::SignedIn;
use crate::web::failure::Failure;
use crate::web::page::{Page, Shell};
use crate::web::site::Site;
use actix_web::web::{Data, Query};
use serde::Deserialize;

/// Records on one page.
pub const PAGE: i64 = 50;

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub entity: String,
    pub after: String,
    pub before: String,
}

/// `GET /records?q=`.
///
/// # Errors
/// The store failed.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    mut shell: Shell,
    asked: Query<Asked>,
) -> Result<Page<super::RecordsPage>, Failure> {
    let entity = (!asked.entity.is_empty()).then(|| EntityId(asked.entity.clone()));
    let search = Search { sought: Sought::of(&asked.q), entity };
    let mut s = site.session(&viewer).await?;
    let counts = search::counts(&mut s, &viewer, &search).await?;
    let (after, before) = (RecordId(asked.after.clone()), RecordId(asked.before.clone()));
    let mut found = if asked.before.is_empty() {
        let after = (!asked.after.is_empty()).then_some(&after);
        search::page(&mut s, &viewer, &search, after, PAGE + 1).await?
    } else {
        search::page_before(&mut s, &viewer, &search, &before, PAGE + 1).await?
    };
    let more = build::cut(&mut found, !asked.before.is_empty());
    let rows = build::rows(&mut s, &site.engine.setup(), &search.sought, &found).await?;
    shell.search.clone_from(&asked.q);
    Ok(Page::new(shell, build::page(&site.engine.setup(), &asked, &counts, rows, more)))
}
