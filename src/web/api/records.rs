//! Records: what each system holds of one thing, and what all agreed on.

use super::listing::{Ask, Items, rows, said};
use super::values;
use crate::domain::access::Viewer;
use crate::domain::ids::RecordId;
use crate::engine::Setup;
use crate::store::holdings::Holding;
use crate::store::records::{self, Record};
use crate::store::{conflicts, holdings};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::site::Site;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// A record as it is found.
#[derive(Serialize, ToSchema)]
pub struct RecordItem {
    id: String,
    entity: String,
    title: String,
}

/// One real-world thing.
#[derive(Serialize, ToSchema)]
pub struct RecordView {
    id: String,
    entity: String,
    title: String,
    /// The identifier its systems share.
    link: Option<String>,
    /// Its open conflict.
    conflict: Option<String>,
    /// By field, the last value on which all systems agreed.
    agreed: BTreeMap<String, AgreedValue>,
    /// By system that holds it more than once, the identifiers there. Such a system is left out of
    /// every comparison until one row is left.
    duplicates: BTreeMap<String, Vec<String>>,
    /// Fields whose values the roles of whoever asks do not see: they are null here.
    hidden: BTreeSet<String>,
    /// In the order of the configuration.
    systems: Vec<HoldingView>,
}

/// A value on which all systems agreed.
#[derive(Serialize, ToSchema)]
pub struct AgreedValue {
    value: Option<String>,
    since: DateTime<Utc>,
}

/// What one system says of a record.
#[derive(Serialize, ToSchema)]
pub struct HoldingView {
    system: String,
    external_id: String,
    /// False once it was found gone.
    present: bool,
    /// By field.
    fields: BTreeMap<String, Option<String>>,
    /// By field, why it cannot be read.
    problems: BTreeMap<String, String>,
    read_at: DateTime<Utc>,
    /// As far as the system tells.
    modified_at: Option<DateTime<Utc>>,
    modified_by: Option<String>,
}

/// `?q=okafor&limit=20`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordQuery {
    q: Option<String>,
    limit: Option<i64>,
}

/// `GET /api/v1/records?q=`: records with words that begin so, by title.
///
/// # Errors
/// The query does not fit, or the store cannot be read.
pub async fn find(
    viewer: SignedIn,
    request: HttpRequest,
    ask: Ask<RecordQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let limit = rows(ask.0.limit)?;
    let words = words(said(ask.0.q.as_ref()).unwrap_or_default());
    let found = records::find(&mut site.session(&viewer).await?, &viewer, &words, limit).await?;
    let item = |record: Record| {
        let Record { id, entity, title, .. } = record;
        RecordItem { id: id.0, entity: entity.0, title }
    };
    Ok(Items { items: found.into_iter().map(item).collect(), next: None }.respond(&request))
}

/// The beginnings of words that are looked for. What is no letter and no digit parts words, as
/// in the index, which has no word of one letter: an identifier such as `C-1` stays whole.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.to_lowercase().split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let parts: Vec<&str> = word.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).collect();
        let whole = parts.iter().any(|part| part.chars().count() < 2);
        let found = if whole { vec![word] } else { parts };
        words.extend(found.iter().map(|part| part.chars().take(40).collect::<String>()));
    }
    words
}

/// `GET /api/v1/records/{id}`: one record across all systems.
///
/// # Errors
/// There is no such record for this viewer.
pub async fn show(
    viewer: SignedIn,
    id: Path<RecordId>,
    site: Data<Site>,
) -> Result<Json<RecordView>, Failure> {
    read(&site, &viewer, &id).await.map(Json)
}

async fn read(site: &Site, viewer: &Viewer, id: &RecordId) -> Result<RecordView, Failure> {
    let setup = site.engine.setup();
    let mut session = site.session(viewer).await?;
    let record = records::get(&mut session, viewer, id).await?;
    let record = record.ok_or_else(|| Failure::new(Code::NotFound))?;
    let ids = std::slice::from_ref(id);
    let base = records::bases(&mut session, ids).await?.pop().map(|(_, base)| base).unwrap_or_default();
    let rows = holdings::of_records(&mut session, ids).await?;
    let open = conflicts::of_record(&mut session, viewer, id, 20).await?.into_iter().find(|c| c.open);
    let sight = session.sight().clone();
    let agreed = base.0.iter().map(|(field, agreed)| {
        (field.0.clone(), AgreedValue { value: values::text(&agreed.0), since: agreed.1 })
    });
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.present) {
        held.entry(row.system.0.clone()).or_default().push(row.external_id.clone());
    }
    held.retain(|_, ids| ids.len() > 1);
    let own = setup.catalog.entity(&record.entity).into_iter().flat_map(|own| {
        own.fields.iter().map(|field| &field.id).chain(own.children.iter().map(|children| &children.id))
    });
    let hidden = own.filter(|field| sight.hides(&record.entity, field)).map(|field| field.0.clone());
    Ok(RecordView {
        hidden: hidden.collect(),
        duplicates: held,
        agreed: agreed.collect(),
        conflict: open.map(|conflict| conflict.id.0),
        systems: in_order(&setup, &record, &rows),
        id: record.id.0,
        entity: record.entity.0,
        title: record.title,
        link: record.link,
    })
}

fn in_order(setup: &Setup, record: &Record, rows: &[Holding]) -> Vec<HoldingView> {
    let of = |mapping: &crate::domain::mapping::Mapping| {
        let own = rows.iter().filter(|row| row.system == mapping.system);
        own.map(|row| holding(mapping, row)).collect::<Vec<_>>()
    };
    setup.catalog.mappings_of(&record.entity).flat_map(of).collect()
}

fn holding(mapping: &crate::domain::mapping::Mapping, row: &Holding) -> HoldingView {
    let mapped = mapping.read(&row.cells);
    HoldingView {
        system: row.system.0.clone(),
        external_id: row.external_id.clone(),
        present: row.present,
        fields: mapped.fields.iter().map(|(field, held)| (field.0.clone(), values::text(held))).collect(),
        problems: mapped.problems.into_iter().map(|(field, problem)| (field.0, problem)).collect(),
        read_at: row.read.at,
        modified_at: row.read.modified_at,
        modified_by: row.read.modified_by.clone(),
    }
}
