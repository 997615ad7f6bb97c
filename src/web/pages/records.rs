//! Finding a record by any identifier or value in any system.

pub mod build;
pub mod handle;

use super::parts::{Empty, Link, Pager, Tab};
use crate::web::filters;
use crate::web::messages::Msg;
use crate::web::page::{Section, View};
use askama::Template;

/// `GET /records?q=`.
#[derive(Template, Clone, Debug)]
#[template(path = "record/list.html")]
pub struct RecordsPage {
    pub query: String,
    /// One per kind of record, with its count.
    pub tabs: Vec<Tab>,
    /// `12 records with Okafor`.
    pub found: Option<Msg>,
    pub rows: Vec<Found>,
    pub pager: Pager,
    pub empty: Option<Empty>,
}

impl View for RecordsPage {
    const SECTION: Section = Section::Records;
}

/// One record that was found.
#[derive(Clone, Debug)]
pub struct Found {
    pub name: String,
    pub href: String,
    pub entity: String,
    /// `Portal C-20418`, one per system.
    pub ids: Vec<(String, String)>,
    /// The field and value that matched, if it was not the name.
    pub matched: Option<(String, String)>,
    pub conflict: Option<Link>,
}
