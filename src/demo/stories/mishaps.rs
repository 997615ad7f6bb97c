//! Dates turned round, a bulk load over people's edits, records deleted or never made.

use super::super::edit::Edit;
use super::super::people::{self, AGENTS, Customer, copied};
use super::super::rows::dialled;
use super::super::system::System::{Helpdesk, Portal, Warehouse};
use super::super::system::Table;
use super::teller::Teller;
use super::{Expect, Outcome};
use chrono::{Datelike, TimeDelta};

/// Rows of the bulk load; with one a second it fits into the ten minutes that make it bulk.
const LOADED: usize = 224;

const RECORD: Expect = Expect::Conflict { field: "record" };

pub(super) fn tell(teller: &mut Teller) {
    for _ in 0..3 {
        swapped_date(teller);
    }
    bulk_load(teller);
    deleted_in_the_helpdesk(teller);
    deleted_in_the_warehouse(teller);
    for n in 0..2 {
        missing(teller, n);
    }
}

fn swapped_date(teller: &mut Teller) {
    let turns =
        |customer: &Customer| customer.since.day() <= 12 && customer.since.day() != customer.since.month();
    let Some(before) = teller.customer(turns) else { return };
    let at = teller.lately();
    let turned = before.since.format("%m/%d/%Y").to_string();
    let name = format!("Day and month change places for {}", before.name);
    let about = format!("The import wrote {turned} where the day comes first.");
    let edits = [Edit::column(Warehouse, &before, ("SINCE", turned), at, Warehouse.copier(Table::Customers))];
    teller.tell("swapped_date", &before, (name, about), edits, Expect::Conflict { field: "customer_since" });
}

/// Most rows are only written differently; four had been changed by people that day.
fn bulk_load(teller: &mut Teller) {
    let begins = teller.on(3, (21, 10, 0));
    let (mut edits, mut outcomes) = (Vec::new(), Vec::new());
    for n in 0..LOADED {
        let Some(before) = teller.customer(|_| true) else { break };
        let at = begins + TimeDelta::milliseconds(1100 * i64::try_from(n).unwrap_or(0));
        let mut expect = Expect::Nothing;
        let mut loaded = vec![("TEL", dialled(&before.phone).replace(' ', "").into())];
        if n % 56 == 30 {
            let is_phone = n % 112 == 30;
            let [edited, old] =
                [0; 2].map(|_| if is_phone { teller.renumbered(&before) } else { teller.moved(&before) });
            let saved = teller.on(3, (11, i64::try_from(n % 50).unwrap_or(0), 9));
            edits.extend(Edit::everywhere(Portal, &before, &edited, saved, "customer"));
            // What an old file says is neither what was agreed nor what the customer entered.
            loaded = match Edit::between(Warehouse, &edited, &old, at, "").map(|edit| edit.change) {
                Some(super::super::edit::Change::Set(columns)) => columns,
                _ => loaded,
            };
            expect = Expect::Conflict { field: if is_phone { "phone" } else { "address" } };
        }
        edits.push(Edit::set(Warehouse, &before, loaded, at, "bulk load"));
        outcomes.push(Outcome { table: Table::Customers, link: before.link(), expect });
    }
    let name = "A bulk load runs over what people entered".to_owned();
    let about =
        "An old file was loaded into the warehouse in the evening. It rewrote telephone numbers without \
                 spaces, and on four customers it beat what they had entered that day."
            .to_owned();
    teller.tell_of_many("bulk_load", (name, about), edits, outcomes);
}

fn deleted_in_the_helpdesk(teller: &mut Teller) {
    let Some(before) = teller.known(20311) else { return };
    let after = Customer { email: before.email.replacen('@', ".zh@", 1), ..before.clone() };
    let (gone, edited) = (teller.on(2, (16, 20, 0)), teller.on(1, (9, 48, 31)));
    let edits = [
        Some(Edit::delete(Helpdesk, &before, gone, AGENTS[1])),
        Edit::between(Portal, &before, &after, edited, "customer"),
    ];
    let name = format!("{} is deleted in the helpdesk and edited in the portal", before.name);
    let about = "An agent cleared the contact away; the customer is still there.".to_owned();
    teller.tell("deleted", &before, (name, about), edits.into_iter().flatten(), RECORD);
}

fn deleted_in_the_warehouse(teller: &mut Teller) {
    let Some(before) = teller.customer(|customer| customer.plan == "Starter") else { return };
    let after = Customer { plan: "Team", ..before.clone() };
    let (gone, edited) = (teller.on(4, (18, 2, 0)), teller.on(2, (13, 26, 40)));
    let mut edits = vec![Edit::delete(Warehouse, &before, gone, "clear-out")];
    edits.extend(Edit::everywhere(Portal, &before, &after, edited, "customer"));
    let name = format!("{} is deleted in the warehouse and upgrades in the portal", before.name);
    let about = "A clear-out took the ship-to row of a customer who had not ordered for a year.".to_owned();
    teller.tell("deleted", &before, (name, about), edits, RECORD);
}

/// A new customer of whom the warehouse has not heard.
fn missing(teller: &mut Teller, n: u32) {
    let Some(like) = teller.customers.last().cloned() else { return };
    let moved = teller.moved(&like);
    let moved = teller.renumbered(&moved);
    let at = teller.on(7 - i64::from(n), (12, 31, 5));
    let (id, name) = (20_600 + n, ["Farah Haddad", "Emil Sørensen"][n as usize % 2].to_owned());
    let customer = Customer {
        id,
        helpdesk: 503_950 + n,
        warehouse: 9450 + n,
        email: format!("{}@mail.example", name.to_lowercase().replace(' ', ".").replace('ø', "o")),
        name,
        plan: "Starter",
        lead: "Warm",
        since: at.date_naive(),
        stamps: people::stamps(at, "customer", id),
        ..moved
    };
    let linked = copied(at, Helpdesk, customer.id);
    let edits = [
        Edit::insert(Portal, &customer, at, "customer"),
        Edit::insert(Helpdesk, &customer, linked, Helpdesk.copier(Table::Customers)),
    ];
    let name = format!("{} signs up, and the warehouse never hears of it", customer.name);
    let about = "In the portal and the helpdesk; the warehouse's import skipped the row.".to_owned();
    teller.tell("missing", &customer, (name, about), edits, RECORD);
}
