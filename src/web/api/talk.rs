//! What is said about a conflict, and its tags, for programs.

use super::body::JsonBody;
use super::listing::{Ask, Items, cut, rows};
use crate::domain::ids::{CommentId, ConflictId};
use crate::store::comments::{self, Comment};
use crate::store::{conflicts, tags};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::idempotency::{Reply, once};
use crate::web::site::Site;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody said about a conflict.
#[derive(Serialize, ToSchema)]
pub struct CommentView {
    id: String,
    href: String,
    conflict: String,
    record: String,
    /// The id of who said it,
    by: String,
    /// and the name at that time.
    name: String,
    /// Empty once it was withdrawn.
    text: String,
    at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
    withdrawn_by: Option<String>,
}

impl From<Comment> for CommentView {
    fn from(own: Comment) -> Self {
        let (withdrawn_by, withdrawn_at) = own.withdrawn.map(|end| (end.by, end.at)).unzip();
        Self {
            href: format!("/api/v1/comments/{}", own.id),
            id: own.id.0,
            conflict: own.conflict.0,
            record: own.record.0,
            by: own.author.0,
            name: own.author_name,
            text: own.text,
            at: own.created_at,
            withdrawn_at,
            withdrawn_by,
        }
    }
}

/// A comment that was made, and who of those it names was told.
#[derive(Serialize, ToSchema)]
pub struct SaidView {
    #[serde(flatten)]
    comment: CommentView,
    /// Names of those who were told.
    told: Vec<String>,
    /// Names of those who may not see the record: they were not told.
    unseeing: Vec<String>,
    /// Sign-in names that nobody has.
    unknown: Vec<String>,
}

/// What is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentBody {
    /// In 1 to 4000 characters; `@ana` tells whoever signs in so.
    text: String,
}

/// Tags to be put on and taken off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagBody {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

/// The tags of a conflict.
#[derive(Serialize, ToSchema)]
pub struct TagsView {
    conflict: String,
    /// In their one form: lower case, single spaces.
    tags: Vec<String>,
}

/// A tag in use.
#[derive(Serialize, ToSchema)]
pub struct TagItem {
    tag: String,
    /// How many open conflicts have it.
    open: i64,
}

/// Which page of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    pub(super) cursor: Option<String>,
    pub(super) limit: Option<i64>,
}

/// How much of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitQuery {
    limit: Option<i64>,
}

/// `GET /api/v1/conflicts/{id}/comments`: newest first.
///
/// # Errors
/// There is no such conflict for this viewer, or the query does not fit.
pub async fn list(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ConflictId>,
    Ask(query): Ask<PageQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let limit = rows(query.limit)?;
    let mut session = site.session(&viewer).await?;
    let missing = || Failure::new(Code::NotFound);
    conflicts::get(&mut session, &viewer, &id).await?.ok_or_else(missing)?;
    let before = query.cursor.filter(|cursor| !cursor.is_empty()).map(CommentId);
    let mut found = comments::page(&mut session, &id, before.as_ref(), limit + 1).await?;
    let more = cut(&mut found, limit);
    let next = found.last().filter(|_| more).map(|last| last.id.0.clone());
    Ok(Items { items: found.into_iter().map(CommentView::from).collect(), next }.respond(&request))
}

/// `POST /api/v1/conflicts/{id}/comments`.
///
/// # Errors
/// The viewer may only read, there is no such conflict, or the text is empty or too long.
pub async fn say(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: JsonBody<CommentBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |key| {
        // Sent again after a crash, before the answer was kept, it is the same comment all the same.
        let form = key.map(|key| format!("api/{}", key.key)).unwrap_or_default();
        let said = site.engine.comment(&viewer, &id, &body.value.text, &form).await?;
        let (told, unseeing, unknown) = (said.told, said.unseeing, said.unknown);
        let view = SaidView { comment: said.comment.into(), told, unseeing, unknown };
        Reply::of(StatusCode::CREATED, &view)
    })
    .await
}

/// `GET /api/v1/comments/{id}`.
///
/// # Errors
/// There is no such comment for this viewer.
pub async fn show(
    viewer: SignedIn,
    id: Path<CommentId>,
    site: Data<Site>,
) -> Result<Json<CommentView>, Failure> {
    let found = comments::get(&mut site.session(&viewer).await?, &viewer, &id).await?;
    found.map(|comment| Json(comment.into())).ok_or_else(|| Failure::new(Code::NotFound))
}

/// `POST /api/v1/comments/{id}/withdrawal`: its text goes, its place stays.
///
/// # Errors
/// The viewer neither said it nor leads, or there is no such comment.
pub async fn withdraw(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<CommentId>,
    body: Bytes,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body, async |_| {
        site.engine.withdraw_comment(&viewer, &id).await?;
        let found = comments::get(&mut site.session(&viewer).await?, &viewer, &id).await?;
        let comment = found.ok_or_else(|| Failure::new(Code::NotFound))?;
        Reply::of(StatusCode::OK, &CommentView::from(comment))
    })
    .await
}

/// `GET /api/v1/conflicts/{id}/tags`.
///
/// # Errors
/// There is no such conflict for this viewer.
pub async fn tags_of(
    viewer: SignedIn,
    id: Path<ConflictId>,
    site: Data<Site>,
) -> Result<Json<TagsView>, Failure> {
    let mut session = site.session(&viewer).await?;
    let missing = || Failure::new(Code::NotFound);
    conflicts::get(&mut session, &viewer, &id).await?.ok_or_else(missing)?;
    let tags = tags::of_conflict(&mut session, &id).await?;
    Ok(Json(TagsView { conflict: id.into_inner().0, tags }))
}

/// `POST /api/v1/conflicts/{id}/tags`: what it has, or has not, stays as it is.
///
/// # Errors
/// The viewer may only read, there is no such conflict, a word is no tag, or it has too many.
pub async fn tag(
    viewer: SignedIn,
    request: HttpRequest,
    id: Path<ConflictId>,
    body: JsonBody<TagBody>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    once(&request, &viewer, &body.raw, async |_| {
        let TagBody { add, remove } = &body.value;
        let tags = site.engine.tag(&viewer, &id, add, remove).await?;
        Reply::of(StatusCode::OK, &TagsView { conflict: id.0.clone(), tags })
    })
    .await
}

/// `GET /api/v1/tags`: those of open conflicts, those with the most first.
///
/// # Errors
/// The query does not fit, or the store cannot be read.
pub async fn tags(
    viewer: SignedIn,
    request: HttpRequest,
    Ask(query): Ask<LimitQuery>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let limit = rows(query.limit)?;
    let found = tags::counts(&mut site.session(&viewer).await?, &viewer, limit).await?;
    let items = found.into_iter().map(|own| TagItem { tag: own.tag, open: own.count }).collect();
    Ok(Items { items, next: None }.respond(&request))
}
