//! Two thousand invented customers.

use super::places::{COUNTRIES, Country, country};
use super::random::Dice;
use super::system::System;
use crate::domain::time::Time;
use chrono::{DateTime, NaiveDate, TimeDelta};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// How many there are.
pub const CUSTOMERS: usize = 2000;

pub const PLANS: [&str; 4] = ["Free", "Starter", "Team", "Enterprise"];
pub const LEADS: [&str; 3] = ["Cold", "Warm", "Hot"];

/// Who answers the telephone.
pub const AGENTS: [&str; 6] =
    ["Jonas Beck", "Mia Sandberg", "Pilar Ortega", "Tom Verhoeven", "Agnieszka Mazur", "Luca Ferri"];

/// When something was last written in one system, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub at: Time,
    pub by: String,
}

/// A customer as all systems know it, each in its own form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// 20418 is `C-20418` in the portal.
    pub id: u32,
    /// 503127 in the helpdesk.
    pub helpdesk: u32,
    /// 8841 is `WH-008841` in the warehouse.
    pub warehouse: u32,
    pub name: String,
    pub address: Address,
    pub email: String,
    /// In international format, with spaces.
    pub phone: String,
    pub plan: &'static str,
    pub lead: &'static str,
    pub since: NaiveDate,
    /// Where invoices go, on one line; it does not move with the parcels.
    pub invoice: String,
    /// Of those who buy for a business.
    pub vat: Option<String>,
    /// In the order of [`System::ALL`].
    pub stamps: [Stamp; 5],
}

/// Where parcels go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub street: String,
    /// `12`, `12a`
    pub number: String,
    pub postcode: String,
    pub city: &'static str,
    pub country: &'static str,
}

impl Customer {
    /// The identifier all systems share: the portal's.
    #[must_use]
    pub fn link(&self) -> String {
        format!("C-{}", self.id)
    }

    /// The key of the row in a system.
    #[must_use]
    pub fn key(&self, system: System) -> String {
        match system {
            System::Portal => self.link(),
            System::Helpdesk => self.helpdesk.to_string(),
            System::Warehouse => format!("WH-{:06}", self.warehouse),
            System::Billing => format!("A{}", self.id),
            System::Hr => self.link(),
        }
    }
}

/// Customers who are the same under every seed, so that a story can be told of them.
struct Known {
    id: u32,
    helpdesk: u32,
    warehouse: u32,
    name: &'static str,
    country: &'static str,
}

const fn known(id: u32, helpdesk: u32, warehouse: u32, name: &'static str, country: &'static str) -> Known {
    Known { id, helpdesk, warehouse, name, country }
}

/// Ada Okafor, of whom the first story is.
pub const ADA: u32 = 20418;

const KNOWN: [Known; 8] = [
    known(ADA, 503_127, 8841, "Ada Okafor", "DE"),
    known(19822, 502_214, 7719, "Mateo Lindqvist", "SE"),
    known(18804, 501_960, 6652, "Oskar Nilsen", "NO"),
    known(20311, 503_002, 8790, "Wei Zhang", "NL"),
    known(20102, 502_871, 8513, "Lena Vogt", "DE"),
    known(17755, 500_342, 4406, "Tomás Ferreira", "PT"),
    known(19410, 501_377, 7215, "Inês Duarte", "PT"),
    known(20377, 503_090, 8827, "Priya Raman", "AT"),
];

/// All customers, in the order of their identifiers, as they were when they came or, for those
/// who came before `begin`, at `begin`.
#[must_use]
pub fn customers(seed: u64, begin: Time, now: Time) -> Vec<Customer> {
    let mut dice = Dice::new(seed, "customers");
    let wanted = |of: fn(&Known) -> u32| KNOWN.iter().map(of).collect::<BTreeSet<u32>>();
    let ids = dice.sample(17_400..20_500, CUSTOMERS, &wanted(|k| k.id));
    let mut helpdesk = dice.sample(500_100..503_900, CUSTOMERS, &wanted(|k| k.helpdesk));
    let mut warehouse = dice.sample(4000..9400, CUSTOMERS, &wanted(|k| k.warehouse));
    helpdesk.retain(|n| KNOWN.iter().all(|known| known.helpdesk != *n));
    warehouse.retain(|n| KNOWN.iter().all(|known| known.warehouse != *n));
    // Each system numbered its customers in an order of its own.
    dice.shuffle(&mut helpdesk);
    dice.shuffle(&mut warehouse);
    let mut mailboxes = BTreeSet::new();
    let mut free = helpdesk.into_iter().zip(warehouse);
    ids.into_iter()
        .filter_map(|id| {
            let known = KNOWN.iter().find(|known| known.id == id);
            let numbers = known.map(|known| (known.helpdesk, known.warehouse)).or_else(|| free.next())?;
            Some(customer(&mut dice, (id, numbers), known, (begin, now), &mut mailboxes))
        })
        .collect()
}

fn customer(
    dice: &mut Dice,
    (id, (helpdesk, warehouse)): (u32, (u32, u32)),
    known: Option<&Known>,
    (begin, now): (Time, Time),
    mailboxes: &mut BTreeSet<String>,
) -> Customer {
    let home = known.map_or_else(|| draw_country(dice), |known| country(known.country));
    let drawn = format!("{} {}", dice.pick(home.given), dice.pick(home.family));
    let name = known.map_or(drawn, |known| known.name.to_owned());
    let city = &home.cities[dice.below(home.cities.len())];
    let address = address(dice, home);
    let (drawn, since) = (dice.fill(city.phone), since(dice, known.is_some(), begin, now));
    let (plan, lead) = (PLANS[weighted(dice, &[45, 28, 19, 8])], LEADS[weighted(dice, &[55, 38, 7])]);
    let phone = if id == ADA { "+49 30 5550 1742".to_owned() } else { drawn };
    let email = mailbox(&name, id, mailboxes);
    let at = first_written(dice, since, begin);
    let by = if dice.chance(70) { "customer" } else { dice.pick(&AGENTS) };
    let stamps = stamps(at, by, id);
    let (invoice, vat) = (one_line(&address), vat(id, home.code));
    Customer { id, helpdesk, warehouse, name, address, email, phone, plan, lead, since, invoice, vat, stamps }
}

/// `Elmstraße 4, 10115 Berlin`
fn one_line(address: &Address) -> String {
    format!("{} {}, {} {}", address.street, address.number, address.postcode, address.city)
}

/// One customer in three buys for a business; the number follows from the customer's.
fn vat(id: u32, country: &str) -> Option<String> {
    let digits = u64::from(id) * 48_271 % 1_000_000_000;
    id.is_multiple_of(3).then(|| format!("{country}{digits:09}"))
}

fn draw_country(dice: &mut Dice) -> &'static Country {
    let shares: Vec<usize> = COUNTRIES.iter().map(|country| country.share).collect();
    &COUNTRIES[weighted(dice, &shares)]
}

/// An index, the likelier the larger its weight.
pub(super) fn weighted(dice: &mut Dice, weights: &[usize]) -> usize {
    let mut rest = dice.below(weights.iter().sum());
    for (index, weight) in weights.iter().enumerate() {
        if rest < *weight {
            return index;
        }
        rest -= weight;
    }
    0
}

/// An address in that country.
#[must_use]
pub fn address(dice: &mut Dice, home: &Country) -> Address {
    let city = &home.cities[dice.below(home.cities.len())];
    let letter = if dice.chance(8) { ["a", "b", "c"][dice.below(3)] } else { "" };
    Address {
        street: dice.pick(home.streets).to_owned(),
        number: format!("{}{letter}", dice.between(1, 148)),
        postcode: dice.fill(city.postcode),
        city: city.name,
        country: country(home.code).code,
    }
}

/// A telephone number in that country.
#[must_use]
pub fn phone(dice: &mut Dice, home: &Country) -> String {
    let city = &home.cities[dice.below(home.cities.len())];
    dice.fill(city.phone)
}

/// Known customers came long ago; of the others one in six came within the last year.
fn since(dice: &mut Dice, long_ago: bool, begin: Time, now: Time) -> NaiveDate {
    let earliest = (begin - TimeDelta::days(5 * 365)).date_naive();
    let latest = if long_ago { begin } else { now } - TimeDelta::days(30);
    let days = (latest.date_naive() - earliest).num_days();
    earliest + TimeDelta::days(dice.between(0, days))
}

/// In working hours, on the first day for those who came within the year, else before it.
fn first_written(dice: &mut Dice, since: NaiveDate, begin: Time) -> Time {
    let day = if since < begin.date_naive() {
        let earliest = since.max((begin - TimeDelta::days(600)).date_naive());
        let days = (begin.date_naive() - earliest).num_days() - 1;
        earliest + TimeDelta::days(dice.between(0, days.max(0)))
    } else {
        since
    };
    working_hour(dice, day)
}

/// Some second of that day between seven and half past four, UTC.
pub(super) fn working_hour(dice: &mut Dice, day: NaiveDate) -> Time {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    midnight + TimeDelta::seconds(dice.between(7 * 3600, 16 * 3600 + 1800))
}

/// The portal first, the others some minutes later; how many depends on `turn`.
pub(super) fn stamps(at: Time, by: &str, turn: u32) -> [Stamp; 5] {
    System::ALL.map(|system| match system {
        System::Portal => Stamp { at, by: by.to_owned() },
        _ => Stamp {
            at: copied(at, system, turn),
            by: system.copier(super::system::Table::Customers).to_owned(),
        },
    })
}

/// When a change made elsewhere arrives in a system.
#[must_use]
pub fn copied(at: Time, system: System, turn: u32) -> Time {
    let seconds = match system {
        System::Portal => 40 + turn % 50,
        System::Helpdesk => 100 + turn % 90,
        System::Warehouse => 300 + turn % 400,
        System::Billing => 200 + turn % 300,
        System::Hr => 60 + turn % 60,
    };
    at + TimeDelta::seconds(i64::from(seconds))
}

/// A mailbox nobody else has, at a domain nobody can have.
fn mailbox(name: &str, id: u32, taken: &mut BTreeSet<String>) -> String {
    let local = ascii(name).replace(' ', ".");
    let domain = ["mail.example", "post.example", "office.example"][(id % 3) as usize];
    let address = format!("{local}@{domain}");
    let address = if taken.contains(&address) { format!("{local}.{id}@{domain}") } else { address };
    taken.insert(address.clone());
    address
}

/// Lower-case letters without marks.
fn ascii(text: &str) -> String {
    let spelled = text.replace('ß', "ss").replace(['ø', 'Ø'], "o").replace(['ł', 'Ł'], "l");
    let spelled = spelled.replace(['æ', 'Æ'], "ae");
    spelled.nfd().filter(char::is_ascii).collect::<String>().to_lowercase()
}

/// The start of the invented year.
#[must_use]
pub fn a_year_before(now: Time) -> Time {
    let day = (now - TimeDelta::days(365)).date_naive();
    DateTime::from_naive_utc_and_offset(day.and_time(chrono::NaiveTime::MIN), chrono::Utc)
}
