//! Stock, prices and names of products.

use super::super::edit::Edit;
use super::super::goods::{KETTLE, LAMP, Product};
use super::super::history::{CATALOGUE, CLERKS};
use super::super::people::AGENTS;
use super::super::system::System::{Helpdesk, Portal, Warehouse};
use super::super::system::Table;
use super::teller::Teller;
use super::{Expect, Outcome};
use crate::domain::time::Time;
use chrono::TimeDelta;

const STOCK: Expect = Expect::Conflict { field: "stock" };

pub(super) fn tell(teller: &mut Teller) {
    let kettle = teller.product(|product| product.sku == KETTLE);
    let lamp = teller.product(|product| product.sku == LAMP);
    let third = teller.product(|product| product.stock > 60);
    let counts = [(kettle, 2), (lamp, 0), (third, 48)];
    for (n, (product, counted)) in counts.into_iter().enumerate() {
        count(teller, n, product, counted);
    }
    for n in 0..2 {
        sold_and_counted(teller, n);
        new_price(teller, n);
    }
    renamed(teller);
}

fn with_stock(product: &Product, stock: i64) -> Product {
    Product { stock, ..product.clone() }
}

/// Counted on the shelf, and the portal goes on selling what is not there.
fn count(teller: &mut Teller, n: usize, product: Option<Product>, counted: i64) {
    let Some(before) = product else { return };
    let after = with_stock(&before, counted);
    let at = teller.on(1 + i64::try_from(n).unwrap_or(0), (15, 40, 33));
    let name = format!("{}: {} in the portal, {counted} on the shelf", before.name, before.stock);
    let about = format!("{} counted; the feed to the portal was not running.", CLERKS[n % CLERKS.len()]);
    let edits = Edit::between(Warehouse, &before, &after, at, CLERKS[n % CLERKS.len()]);
    teller.tell("stock", &before, (name, about), edits, STOCK);
}

/// Both sides moved.
fn sold_and_counted(teller: &mut Teller, n: usize) {
    let Some(before) = teller.product(|product| product.stock > 30) else { return };
    let (sold, counted) = (with_stock(&before, before.stock - 3), with_stock(&before, before.stock - 11));
    let at = teller.lately();
    let edits = [
        Edit::between(Portal, &before, &sold, at, "Shop"),
        Edit::between(Warehouse, &before, &counted, at + TimeDelta::minutes(52), CLERKS[n]),
    ];
    let name = format!("{} is sold in the portal and counted in the warehouse", before.name);
    let about = "Three were sold in the portal; within the hour the shelf was found eleven short.".to_owned();
    teller.tell("stock", &before, (name, about), edits.into_iter().flatten(), STOCK);
}

fn new_price(teller: &mut Teller, n: usize) {
    let Some(before) = teller.product(|product| !product.discontinued) else { return };
    let after = Product { price_cents: before.price_cents + [500, 750][n % 2], ..before.clone() };
    let at = teller.lately();
    let name = format!("{} has a new price in the portal", before.name);
    let about = "Agents still quote the old one: the helpdesk's article was not updated.".to_owned();
    let edits = Edit::between(Portal, &before, &after, at, CATALOGUE);
    teller.tell("price", &before, (name, about), edits, Expect::Conflict { field: "price" });
}

/// A new price list in the portal, of which the helpdesk has not heard: a second person approves prices,
/// one by one or all of them at once.
pub(super) fn tell_of_prices(teller: &mut Teller) {
    let at = teller.on(1, (7, 30, 0));
    let (mut edits, mut outcomes) = (Vec::new(), Vec::new());
    for (n, cents) in [400, 150, 900, 250].into_iter().enumerate() {
        let Some(before) = teller.product(|product| !product.discontinued) else { return };
        let after = Product { price_cents: before.price_cents + cents, ..before.clone() };
        let at = at + TimeDelta::seconds(i64::try_from(n).unwrap_or(0));
        edits.extend(Edit::between(Portal, &before, &after, at, CATALOGUE));
        let expect = Expect::Conflict { field: "price" };
        outcomes.push(Outcome { table: Table::Products, link: before.link(), expect });
    }
    let name = "A new price list is in the portal".to_owned();
    let about = "Entered in the portal in the morning; agents still quote the prices of before.".to_owned();
    teller.tell_of_many("price_list", (name, about), edits, outcomes);
}

fn renamed_to(product: &Product, more: &str) -> Product {
    Product { name: format!("{} ({more})", product.name), ..product.clone() }
}

/// The newest name wins, if it is certain which is the newest.
fn renamed(teller: &mut Teller) {
    let settled = Expect::SettledByRule { field: "name" };
    let cases = [
        (None, settled, "Renamed in the portal only: the newest name goes to the others."),
        (
            Some(TimeDelta::hours(2)),
            settled,
            "Renamed in the portal and two hours later in the helpdesk: the newest name wins.",
        ),
        (
            Some(TimeDelta::milliseconds(400)),
            Expect::Conflict { field: "name" },
            "Renamed in two systems within the same second: nobody can tell which name is the newest.",
        ),
    ];
    for (n, (apart, expect, about)) in cases.into_iter().enumerate() {
        let Some(before) = teller.product(|product| !product.discontinued) else { return };
        let at: Time = teller.on(4, (10 + i64::try_from(n).unwrap_or(0), 15, 0));
        let second = apart.and_then(|apart| {
            Edit::between(Helpdesk, &before, &renamed_to(&before, "2nd edition"), at + apart, AGENTS[4])
        });
        let first = Edit::between(Portal, &before, &renamed_to(&before, "new"), at, CATALOGUE);
        let name = format!("{} gets another name", before.name);
        teller.tell("renamed", &before, (name, about.to_owned()), first.into_iter().chain(second), expect);
    }
}
