//! Saved views beside the list: their tabs, and what can be done with the one that is shown.

use super::address::Address;
use super::read::Desk;
use super::{Saved, SavedView};
use crate::domain::time::stamp;
use crate::store::views::View;
use crate::web::messages::{literal, msg};
use crate::web::pages::parts::Tab;
use actix_web::web::Query;

/// A view's address: its own, and whose it is.
#[must_use]
pub fn address(view: &View) -> Option<Address> {
    let address = Query::<Address>::from_query(&view.query).ok()?.into_inner();
    Some(Address { saved: Some(view.id.clone()), ..address.from_the_top() })
}

/// The views this person may use, as tabs.
#[must_use]
pub fn tabs(desk: &Desk) -> Vec<Tab> {
    let tab = |view: &View| {
        Some(Tab {
            text: literal(&view.name),
            count: None,
            href: address(view)?.href(),
            current: desk.address.saved.as_deref() == Some(view.id.as_str()),
        })
    };
    desk.views.iter().filter_map(tab).collect()
}

/// What can be done with views here.
#[must_use]
pub fn saved(desk: &Desk) -> Saved {
    if !desk.address.view.is_open() {
        return Saved::default();
    }
    let plain = Address { saved: None, ..desk.address.from_the_top() };
    let found = desk.views.iter().find(|view| desk.address.saved.as_deref() == Some(view.id.as_str()));
    let shown = found.map(|view| {
        let own = view.owner == desk.viewer.user;
        let kept = address(view).map(|kept| Address { saved: None, ..kept });
        SavedView {
            id: view.id.clone(),
            name: view.name.clone(),
            by: (!own).then(|| msg("saved-by").with("name", &view.owner_name)),
            changed: kept.as_ref() != Some(&plain),
            own,
            shared: view.shared,
            watched: view.watched,
        }
    });
    Saved { query: Some(plain.query()), shown, again: None }
}

/// Where the script asks how many have come since the list was begun.
#[must_use]
pub fn arrivals(desk: &Desk) -> String {
    let query = Address { saved: None, ..desk.address.from_the_top() }.query();
    format!("/queue/arrivals?since={}&{query}", stamp(desk.begun))
}
