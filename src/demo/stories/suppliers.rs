//! Suppliers: from one field to thirty, a list, a long text, writing from right to left.

use super::super::edit::Edit;
use super::super::rows::Record as _;
use super::super::suppliers::{FIELDS, Supplier, supplier, terms};
use super::super::system::System::{Billing, Warehouse};
use super::super::system::Table;
use super::teller::Teller;
use super::{Expect, Outcome};
use crate::domain::time::Time;
use chrono::TimeDelta;

const BUYER: &str = "Nele Fuchs";

pub(super) fn tell(teller: &mut Teller) {
    one(teller, 101, &[("contact", "Elif Sommer")], "Only the contact is another");
    all_fields(teller);
    one(teller, 103, &[("certificates", "FSC; ISO 14001")], "Certificates came and went");
    let longer = terms("Delivered goods are checked within five working days.");
    one(teller, 104, &[("terms", &longer)], "The last of many terms is another");
    one(teller, 110, &[("street", "شارع الرينبو ٤٥"), ("contact", "ليلى حدّاد")], "Moved within the city");
    let paid = [("iban", "DE02120300000000202051"), ("contact", "Lena Hartwig")];
    one(teller, 105, &paid, "Wants its money in another account");
    both_anew(teller);
    neither(teller);
    mistyped(teller);
    one(teller, 107, &[("currency", "CHF")], "Paid in francs");
    one(teller, 108, &[("carrier", "Ostsee Spedition")], "Another carrier");
    one(teller, 109, &[("dock", "Gate 9")], "Another gate");
}

fn take(teller: &mut Teller, number: u32) -> Option<Supplier> {
    let at = teller.suppliers.iter().position(|supplier| supplier.number == number)?;
    Some(teller.suppliers.remove(at))
}

fn outcomes<'a>(supplier: &Supplier, fields: impl IntoIterator<Item = &'a &'static str>) -> Vec<Outcome> {
    let outcome = |field: &'a &'static str| Outcome {
        table: Table::Suppliers,
        link: supplier.link(),
        expect: Expect::Conflict { field },
    };
    fields.into_iter().map(outcome).collect()
}

/// A buyer changes it in Billing, and the warehouse does not hear of it.
fn one(teller: &mut Teller, number: u32, changes: &[(&'static str, &str)], what: &str) {
    let Some(before) = take(teller, number) else { return };
    let at = teller.lately();
    let edits = Edit::between(Billing, &before, &before.with(changes), at, BUYER);
    let name = format!("{what}: {}", before.values[0]);
    let about = "Changed by the buyer in Billing; the warehouse still has the old one.".to_owned();
    let outcomes = outcomes(&before, changes.iter().map(|(field, _)| field));
    teller.tell_of_many("supplier", (name, about), edits, outcomes);
}

/// The supplier was sold, and everything about it is another.
fn all_fields(teller: &mut Teller) {
    let Some(before) = take(teller, 102) else { return };
    let other = |field: &'static str, value: &str| match field {
        "country" => "SE".to_owned(),
        "phone" => "+46 8 5550 1742".to_owned(),
        "email" => "order@nordlys.example".to_owned(),
        "currency" => "SEK".to_owned(),
        "name" => "Nordlys Belysning AB".to_owned(),
        "terms" => terms("Goods are paid for when they are sold."),
        _ => format!("{value} (new)"),
    };
    let changed: Vec<(&'static str, String)> =
        FIELDS.iter().zip(&before.values).map(|(field, value)| (*field, other(field, value))).collect();
    let changed: Vec<(&str, &str)> = changed.iter().map(|(field, value)| (*field, value.as_str())).collect();
    let at = teller.on(2, (10, 12, 0));
    let edits = Edit::between(Billing, &before, &before.with(&changed), at, BUYER);
    let name = format!("{} was sold, and all thirty fields changed", before.values[0]);
    let about = "Entered anew in Billing; the warehouse still has what was before.".to_owned();
    teller.tell_of_many("supplier", (name, about), edits, outcomes(&before, &FIELDS));
}

/// Entered in both systems by two people who did not ask each other: nothing was ever agreed.
fn both_anew(teller: &mut Teller) {
    let at = teller.on(2, (11, 3, 0));
    let place = ("Atelier Weiß", "Wien", "1010", "AT", "Graben 11");
    let first = supplier(120, place, at);
    let second = first.with(&[("payment_days", "14"), ("buyer", "Finn Keller")]);
    let edits = [
        Edit::insert(Billing, &first, at, BUYER),
        Edit::insert(Warehouse, &second, at + TimeDelta::hours(1), "Finn Keller"),
    ];
    let name = format!("{} is entered twice, each time in another way", first.values[0]);
    let about = "Two people entered it on the same morning; the systems never agreed.".to_owned();
    teller.tell_of_many("supplier", (name, about), edits, outcomes(&first, &["payment_days", "buyer"]));
}

/// Two people changed it in two ways, and neither is a currency: nothing speaks for either.
fn neither(teller: &mut Teller) {
    let at = teller.on(1, (8, 40, 0));
    let name = "Escudo or Milreis: what it is paid in";
    let about = "Changed in both systems in the same second, and neither is a currency that is known.";
    apart(teller, 106, "currency", [("Escudo", at, BUYER), ("Milreis", at, "H. Brandt")], (name, about));
}

/// The source of truth is wrong, and the warehouse knows better: it called.
fn mistyped(teller: &mut Teller) {
    let (first, called) = (teller.on(2, (9, 12, 0)), teller.on(2, (9, 40, 0)));
    let values = [("+49 30 5550 9124", first, BUYER), ("+49 30 5550 9142", called, "H. Brandt")];
    let name = "A telephone number with two digits swapped";
    let about = "Billing has it wrong; the warehouse called, and wrote down the number that was answered.";
    apart(teller, 111, "phone", values, (name, about));
}

/// A field changed in Billing and, otherwise, in the warehouse.
fn apart(
    teller: &mut Teller,
    number: u32,
    field: &'static str,
    values: [(&str, Time, &'static str); 2],
    (name, about): (&str, &str),
) {
    let Some(before) = take(teller, number) else { return };
    let systems = [Billing, Warehouse].into_iter();
    let edits = systems.zip(values).flat_map(|(system, (value, at, by))| {
        Edit::between(system, &before, &before.with(&[(field, value)]), at, by)
    });
    let named = (format!("{name}: {}", before.values[0]), about.to_owned());
    teller.tell_of_many("supplier", named, edits.collect::<Vec<_>>(), outcomes(&before, &[field]));
}
