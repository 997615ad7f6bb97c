//! A year of business: who joined, who moved, what was sold. Every change reaches all systems,
//! so that at the end of each chapter they agree.

use super::edit::Edit;
use super::goods::{self, KETTLE, LAMP, Product};
use super::people::{self, ADA, AGENTS, Address, Customer, LEADS, PLANS, Stamp, working_hour};
use super::places::country;
use super::random::Dice;
use super::rows::Record;
use super::staff::{self, Employee};
use super::suppliers::{self, Supplier};
use super::system::System;
use super::world::Start;
use crate::domain::time::Time;
use chrono::{SubsecRound, TimeDelta};

/// Days between the agreement of all systems and now: the time the stories take.
const STORY_DAYS: i64 = 14;
/// Chapters of the year, and days in each but the last.
const CHAPTERS: i64 = 12;
const CHAPTER_DAYS: i64 = 29;
/// Changes in a year.
const CUSTOMER_CHANGES: usize = 1400;
const PRODUCT_CHANGES: usize = 700;

/// Who counts what is on the shelves.
pub const CLERKS: [&str; 3] = ["H. Brandt", "S. Kaya", "M. Olsen"];
/// Who writes what the shop offers.
pub const CATALOGUE: &str = "Catalogue team";

/// What is known at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// In the order of their identifiers.
    pub customers: Vec<Customer>,
    pub products: Vec<Product>,
    pub employees: Vec<Employee>,
    pub suppliers: Vec<Supplier>,
}

/// Some weeks of changes, in the order in which they were made.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// When everything in it has reached every system.
    pub ends_at: Time,
    pub edits: Vec<Edit>,
}

/// The year before the stories.
pub struct Year {
    pub begins_at: Time,
    pub agreed_at: Time,
    /// At the beginning: those who joined later are not in it.
    pub begin: Population,
    pub chapters: Vec<Chapter>,
    /// At the end, when all systems agree for the last time.
    pub end: Population,
}

impl Year {
    /// Everybody at that point of the year.
    #[must_use]
    pub fn at(&self, start: Start) -> &Population {
        match start {
            Start::AYearAgo => &self.begin,
            Start::Agreed => &self.end,
        }
    }
}

/// When all systems agree for the last time.
#[must_use]
pub fn agreed_at(now: Time) -> Time {
    (now - TimeDelta::days(STORY_DAYS)).trunc_subsecs(0)
}

/// The year before `now`, as this seed has it.
#[must_use]
pub fn year(seed: u64, now: Time) -> Year {
    let (begins_at, agreed_at) = (people::a_year_before(now), agreed_at(now));
    let customers = people::customers(seed, begins_at, now);
    let products = goods::products(seed, begins_at);
    let joined = |customer: &&Customer| customer.since < begins_at.date_naive();
    let begin = Population {
        customers: customers.iter().filter(joined).cloned().collect(),
        products: products.clone(),
        employees: staff::employees(seed, begins_at),
        suppliers: suppliers::suppliers(begins_at),
    };
    let mut events = joins(&customers, begins_at);
    let mut dice = Dice::new(seed, "history");
    let last_day = (agreed_at.date_naive() - begins_at.date_naive()).num_days() - 1;
    let some_time = |dice: &mut Dice| {
        let day = begins_at.date_naive() + TimeDelta::days(dice.between(1, last_day));
        working_hour(dice, day)
    };
    events.extend((0..CUSTOMER_CHANGES).map(|_| (some_time(&mut dice), Event::CustomerChanges)));
    events.extend((0..PRODUCT_CHANGES).map(|_| (some_time(&mut dice), Event::ProductChanges)));
    events.push((working_hour(&mut dice, (now - TimeDelta::days(214)).date_naive()), Event::AdaMoves));
    events.sort();
    let end = Population { customers, products, ..begin.clone() };
    let mut writer = Writer { dice, end, edits: Vec::new() };
    for (at, event) in events {
        writer.write(at, event);
    }
    let Writer { end, edits, .. } = writer;
    Year { begins_at, agreed_at, begin, chapters: chapters(edits, begins_at, agreed_at), end }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The customer at this index appears.
    Joins(usize),
    CustomerChanges,
    ProductChanges,
    AdaMoves,
}

fn joins(customers: &[Customer], begins_at: Time) -> Vec<(Time, Event)> {
    let new = customers.iter().enumerate().filter(|(_, c)| c.since >= begins_at.date_naive());
    new.map(|(index, customer)| (customer.stamps[0].at, Event::Joins(index))).collect()
}

fn chapters(edits: Vec<Edit>, begins_at: Time, agreed_at: Time) -> Vec<Chapter> {
    // Three in the morning: nothing is on its way from one system to another.
    let end = |n: i64| begins_at + TimeDelta::days(n * CHAPTER_DAYS) + TimeDelta::hours(3);
    let ends = (1..CHAPTERS).map(end).chain([agreed_at]);
    let mut chapters: Vec<Chapter> = ends.map(|ends_at| Chapter { ends_at, edits: Vec::new() }).collect();
    for edit in edits {
        if let Some(chapter) = chapters.iter_mut().find(|chapter| edit.at < chapter.ends_at) {
            chapter.edits.push(edit);
        }
    }
    chapters
}

struct Writer {
    dice: Dice,
    end: Population,
    edits: Vec<Edit>,
}

impl Writer {
    fn write(&mut self, at: Time, event: Event) {
        match event {
            Event::Joins(index) => self.joins(index),
            Event::CustomerChanges => self.customer_changes(at),
            Event::ProductChanges => self.product_changes(at),
            Event::AdaMoves => self.ada_moves(at),
        }
    }

    fn joins(&mut self, index: usize) {
        let customer = &self.end.customers[index];
        let stamped = System::ALL.into_iter().zip(&customer.stamps);
        for (system, Stamp { at, by }) in stamped.filter(|(system, _)| system.holds(Customer::TABLE)) {
            self.edits.push(Edit::insert(system, customer, *at, by));
        }
    }

    /// Elmstraße 4, where she will have lived for seven months when the stories begin.
    fn ada_moves(&mut self, at: Time) {
        let Some(index) = self.end.customers.iter().position(|customer| customer.id == ADA) else { return };
        let mut after = self.end.customers[index].clone();
        after.address = Address {
            street: "Elmstraße".to_owned(),
            number: "4".to_owned(),
            postcode: "10115".to_owned(),
            city: "Berlin",
            country: "DE",
        };
        let edits = Edit::everywhere(System::Portal, &self.end.customers[index], &after, at, "customer");
        self.keep_customer(index, after, edits);
    }

    fn customer_changes(&mut self, at: Time) {
        let Some(index) = self.someone(at) else { return };
        let before = self.end.customers[index].clone();
        let (after, origin, by) = self.changed(&before);
        let edits = Edit::everywhere(origin, &before, &after, at, by);
        self.keep_customer(index, after, edits);
    }

    /// A customer whom nothing happened to within the last day.
    fn someone(&mut self, at: Time) -> Option<usize> {
        let quiet = |customer: &Customer| {
            customer.since < at.date_naive() && customer.id != ADA && is_quiet(&customer.stamps, at)
        };
        let count = self.end.customers.len();
        (0..20).map(|_| self.dice.below(count)).find(|index| quiet(&self.end.customers[*index]))
    }

    fn changed(&mut self, before: &Customer) -> (Customer, System, &'static str) {
        let (mut after, dice) = (before.clone(), &mut self.dice);
        let home = country(before.address.country);
        let agent = dice.pick(&AGENTS);
        match people::weighted(dice, &[36, 20, 20, 19, 5]) {
            0 => after.address = people::address(dice, home),
            1 => {
                after.phone = people::phone(dice, home);
                return (after, System::Helpdesk, agent);
            }
            2 => after.plan = dice.pick(&PLANS),
            3 => {
                after.lead = dice.pick(&LEADS);
                return (after, System::Helpdesk, agent);
            }
            _ => after.email = before.email.replacen('@', &format!(".{}@", dice.between(10, 99)), 1),
        }
        (after, System::Portal, "customer")
    }

    fn product_changes(&mut self, at: Time) {
        let quiet =
            |product: &Product| ![KETTLE, LAMP].contains(&product.sku) && is_quiet(&product.stamps, at);
        let count = self.end.products.len();
        let found = (0..20).map(|_| self.dice.below(count)).find(|index| quiet(&self.end.products[*index]));
        let Some(index) = found else { return };
        let before = &self.end.products[index];
        let (mut after, dice) = (before.clone(), &mut self.dice);
        let (origin, by) = if dice.chance(85) {
            after.stock = dice.between(0, 180);
            (System::Warehouse, dice.pick(&CLERKS))
        } else {
            after.price_cents += dice.between(1, 9) * 100;
            (System::Portal, CATALOGUE)
        };
        let edits = Edit::everywhere(origin, before, &after, at, by);
        stamp(&mut after, &edits);
        self.end.products[index] = after;
        self.edits.extend(edits);
    }

    fn keep_customer(&mut self, index: usize, mut after: Customer, edits: Vec<Edit>) {
        stamp(&mut after, &edits);
        self.end.customers[index] = after;
        self.edits.extend(edits);
    }
}

fn is_quiet(stamps: &[Stamp; 5], at: Time) -> bool {
    stamps.iter().all(|stamp| stamp.at + TimeDelta::days(1) < at)
}

fn stamp<R: Record>(record: &mut R, edits: &[Edit]) {
    for edit in edits {
        record.stamps_mut()[edit.system as usize] = Stamp { at: edit.at, by: edit.by.clone() };
    }
}
