//! Addresses: changed in one place, stale, written back, or different everywhere.

use super::super::edit::Edit;
use super::super::history::CLERKS;
use super::super::people::{ADA, AGENTS, Address, Customer, copied};
use super::super::system::System::{Helpdesk, Portal, Warehouse};
use super::super::system::Table;
use super::teller::Teller;
use super::{Expect, Outcome};
use crate::domain::time::Time;
use chrono::TimeDelta;

const DISPUTED: Expect = Expect::Conflict { field: "address" };

pub(super) fn tell(teller: &mut Teller) {
    ada(teller);
    for at in [(2, (10, 41, 20)), (5, (15, 17, 2))] {
        race(teller, at);
    }
    for n in 0..14 {
        stale(teller, n);
    }
    clash(teller);
}

/// The story of the pictures.
fn ada(teller: &mut Teller) {
    let Some(before) = teller.known(ADA) else { return };
    let address = Address {
        street: "Lindenallee".to_owned(),
        number: "12".to_owned(),
        postcode: "10117".to_owned(),
        city: "Berlin",
        country: "DE",
    };
    let fixed = Customer { phone: "+49 30 5550 1472".to_owned(), ..before.clone() };
    let moved = Customer { address, ..before.clone() };
    let fix = teller.on(6, (11, 20, 44));
    let [saved, linked, written] = [(14, 2, 3), (14, 4, 31), (14, 6, 12)].map(|time| teller.on(1, time));
    let edits = [
        Edit::between(Helpdesk, &before, &fixed, fix, AGENTS[0]),
        // She saved her details then and left her number as it was.
        Some(Edit::rewrite(Portal, &before, fix + TimeDelta::days(2), "customer")),
        Edit::between(Portal, &before, &moved, saved, "customer"),
        Edit::between(Helpdesk, &before, &moved, linked, Helpdesk.copier(Table::Customers)),
        Some(Edit::rewrite(Warehouse, &before, written, Warehouse.copier(Table::Customers))),
    ];
    let outcome = |expect| Outcome { table: Table::Customers, link: before.link(), expect };
    let outcomes = vec![outcome(DISPUTED), outcome(Expect::Conflict { field: "phone" })];
    let name = "Ada Okafor moves, and the warehouse writes her old address back".to_owned();
    let about = "She changed her address in the portal at 14:02. The helpdesk had it two minutes later; the \
                 warehouse's import had read the old one before and wrote it again at 14:06. Days before, an \
                 agent had corrected her number in the helpdesk only."
        .to_owned();
    teller.tell_of_many("race", (name, about), edits.into_iter().flatten(), outcomes);
}

fn race(teller: &mut Teller, (days_ago, time): (i64, (i64, i64, i64))) {
    let Some(before) = teller.customer(|_| true) else { return };
    let after = teller.moved(&before);
    let at = teller.on(days_ago, time);
    let edits = [
        Edit::between(Portal, &before, &after, at, "customer"),
        Edit::between(
            Helpdesk,
            &before,
            &after,
            copied(at, Helpdesk, before.id),
            Helpdesk.copier(Table::Customers),
        ),
        Some(Edit::rewrite(
            Warehouse,
            &before,
            at + TimeDelta::seconds(249),
            Warehouse.copier(Table::Customers),
        )),
    ];
    let name = format!("{} moves, and the warehouse writes the old address back", before.name);
    let about = "The import had read the old address minutes before it was changed in the portal.".to_owned();
    teller.tell("race", &before, (name, about), edits.into_iter().flatten(), DISPUTED);
}

/// The portal has it, the helpdesk mostly, the warehouse never.
fn stale(teller: &mut Teller, n: usize) {
    let known = [18804, 17755].get(n).and_then(|id| teller.known(*id));
    let Some(before) = known.or_else(|| teller.customer(|_| true)) else { return };
    let after = match before.id {
        18804 => corrected(&before),
        _ => teller.moved(&before),
    };
    let at = teller.lately();
    let by = if n % 4 == 3 { AGENTS[n % AGENTS.len()] } else { "customer" };
    let copy = (n % 3 != 2).then(|| linked(&before, &after, at)).flatten();
    let edits = Edit::between(Portal, &before, &after, at, by).into_iter().chain(copy);
    let name = format!("{} has a new address that the warehouse lacks", before.name);
    let about = if n % 3 == 2 {
        "Changed in the portal; neither the helpdesk nor the warehouse has heard of it."
    } else {
        "Changed in the portal and copied to the helpdesk; the warehouse's import left it out."
    };
    teller.tell("stale_address", &before, (name, about.to_owned()), edits, DISPUTED);
}

fn linked(before: &Customer, after: &Customer, at: Time) -> Option<Edit> {
    let at = copied(at, Helpdesk, before.id);
    Edit::between(Helpdesk, before, after, at, Helpdesk.copier(Table::Customers))
}

/// The same street with one digit of the postcode put right.
fn corrected(customer: &Customer) -> Customer {
    let mut after = customer.clone();
    let last = if customer.address.postcode.ends_with('5') { '4' } else { '5' };
    after.address.postcode.pop();
    after.address.postcode.push(last);
    after
}

/// Three systems, three addresses.
fn clash(teller: &mut Teller) {
    let Some(before) = teller.customer(|_| true) else { return };
    let at = teller.on(3, (9, 5, 51));
    let [first, second, third] = [0; 3].map(|_| teller.moved(&before));
    let edits = [
        Edit::between(Portal, &before, &first, at, "customer"),
        Edit::between(Helpdesk, &before, &second, at + TimeDelta::hours(2), AGENTS[2]),
        Edit::between(Warehouse, &before, &third, at + TimeDelta::hours(5), CLERKS[0]),
    ];
    let name = format!("{} has three addresses", before.name);
    let about = "Customer, agent and clerk each entered another one on the same day.".to_owned();
    teller.tell("clash", &before, (name, about), edits.into_iter().flatten(), DISPUTED);
}
