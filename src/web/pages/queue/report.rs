//! A view on paper, and as a file.

use super::address::Address;
use super::read::{self, Desk};
use super::{QueuePage, Row, build, columns};
use crate::web::auth::SignedIn;
use crate::web::failure::{Code, Failure};
use crate::web::filters;
use crate::web::messages::{Msg, msg};
use crate::web::page::{Page, Section, Shell, View};
use crate::web::pages::audit::csv;
use crate::web::pages::parts::Empty;
use crate::web::site::Site;
use crate::web::when::Clockface;
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Data, Query};
use askama::Template;

/// Rows of a report.
const MOST: usize = 1000;

/// `GET /queue/report`.
#[derive(Template, Clone, Debug)]
#[template(path = "queue/report.html")]
pub struct ReportPage {
    pub back: String,
    pub csv: String,
    pub total: Msg,
    /// When it was made, exactly.
    pub at: Msg,
    pub view: Msg,
    pub filters: Vec<Msg>,
    pub order: Msg,
    /// Rows that are left out.
    pub more: Option<Msg>,
    pub empty: Option<Empty>,
    pub first: columns::Head,
    pub heads: Vec<columns::Head>,
    pub columns: Vec<columns::Column>,
    pub rows: Vec<Row>,
    /// No row can be ticked.
    pub batch: Option<String>,
}

impl View for ReportPage {
    const SECTION: Section = Section::Queue;
}

async fn desk(site: &Site, viewer: &SignedIn, clock: Clockface, address: &Address) -> Result<Desk, Failure> {
    if !address.view.is_open() {
        return Err(Failure::new(Code::Malformed));
    }
    read::read(site, viewer, clock, address.from_the_top(), MOST).await
}

/// `GET /queue/report`: all of a view on one page, up to 1,000 rows, to be printed.
///
/// # Errors
/// The view is not one of open conflicts, or the store cannot be read.
pub async fn page(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    Query(address): Query<Address>,
) -> Result<Page<ReportPage>, Failure> {
    let at = clock.exact();
    let desk = desk(&site, &viewer, clock, &address).await?;
    let QueuePage { first, heads, columns, rows, filters, order, total, empty, .. } = build::page(&desk);
    // On paper nothing is sorted anew.
    let plain = |head: columns::Head| columns::Head { sort: None, sorted: "", ..head };
    let left = usize::try_from(desk.total).unwrap_or(0).saturating_sub(rows.len());
    let query = desk.address.query();
    Ok(Page::new(
        shell,
        ReportPage {
            back: desk.address.href(),
            csv: format!("/queue/export?{query}"),
            total,
            at,
            view: msg(desk.address.view.message()),
            filters: filters.into_iter().map(|filter| filter.text).collect(),
            order,
            more: (left > 0).then(|| msg("report-more").with("n", rows.len())),
            empty,
            first: plain(first),
            heads: heads.into_iter().map(plain).collect(),
            columns,
            rows,
            batch: None,
        },
    ))
}

/// `GET /queue/export`: the same rows as CSV.
///
/// # Errors
/// As [`page`].
pub async fn export(
    viewer: SignedIn,
    site: Data<Site>,
    clock: Clockface,
    shell: Shell,
    Query(address): Query<Address>,
) -> Result<HttpResponse, Failure> {
    let stamp = clock.now.format("%Y%m%dT%H%M%SZ");
    let name = format!("queue-{stamp}.csv");
    let desk = desk(&site, &viewer, clock, &address).await?;
    let rows = build::page(&desk).rows;
    let plain = |text: &Msg| shell.messages.plain(text);
    let head = [
        "record",
        "id",
        "kind",
        "field",
        "more_fields",
        "values",
        "cause",
        "stakes",
        "age",
        "due_at",
        "assignee",
        "link",
    ];
    let mut out = csv::line(head.map(str::to_owned));
    for row in &rows {
        let values: Vec<String> = row
            .sides
            .iter()
            .map(|side| {
                let text: String = side.pieces.iter().map(|piece| piece.text.as_str()).collect();
                let holders: Vec<&str> = side.holders.iter().map(|holder| holder.name.as_str()).collect();
                let state = side.state.as_ref().map_or_else(String::new, &plain);
                format!("{}: {text}{state}", holders.join(", "))
            })
            .collect();
        out.extend(csv::line([
            row.name.clone(),
            row.id.clone(),
            plain(&row.entity),
            plain(&row.field),
            row.more.to_string(),
            values.join(" | "),
            plain(&row.cause),
            plain(&row.stakes),
            plain(&row.age),
            row.due.as_ref().map_or_else(String::new, |due| due.when.utc.clone()),
            plain(&row.assignee),
            format!("/conflicts/{}", row.conflict),
        ]));
    }
    site.engine.note_queue_export(&viewer, desk.address.query(), rows.len()).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(out))
}
