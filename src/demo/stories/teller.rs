//! Who is still free for a story, and when it happens.

use super::super::edit::Edit;
use super::super::goods::Product;
use super::super::history::Population;
use super::super::people::{self, Customer};
use super::super::places::country;
use super::super::random::Dice;
use super::super::rows::Record;
use super::super::staff::Employee;
use super::super::suppliers::Supplier;
use super::{Expect, Outcome, Story};
use crate::domain::time::Time;
use chrono::{DateTime, TimeDelta, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Finds people nobody has told a story of yet.
pub(super) struct Teller {
    pub dice: Dice,
    pub now: Time,
    pub customers: Vec<Customer>,
    pub products: Vec<Product>,
    pub employees: Vec<Employee>,
    pub suppliers: Vec<Supplier>,
    pub stories: Vec<Story>,
}

impl Teller {
    pub fn new(seed: u64, agreed: &Population, now: Time) -> Self {
        let mut dice = Dice::new(seed, "stories");
        let Population { mut customers, mut products, employees, suppliers } = agreed.clone();
        dice.shuffle(&mut customers);
        dice.shuffle(&mut products);
        Self { dice, now, customers, products, employees, suppliers, stories: Vec::new() }
    }

    /// Takes the customer of that number, who then is in no other story.
    pub fn known(&mut self, id: u32) -> Option<Customer> {
        self.customer(|customer| customer.id == id)
    }

    /// Takes the first customer who fits.
    pub fn customer(&mut self, fits: impl Fn(&Customer) -> bool) -> Option<Customer> {
        let at = self.customers.iter().position(fits)?;
        Some(self.customers.remove(at))
    }

    pub fn product(&mut self, fits: impl Fn(&Product) -> bool) -> Option<Product> {
        let at = self.products.iter().position(fits)?;
        Some(self.products.remove(at))
    }

    /// The customer with another address in the same country.
    pub fn moved(&mut self, customer: &Customer) -> Customer {
        let mut address = people::address(&mut self.dice, country(customer.address.country));
        while address.street == customer.address.street || address.postcode == customer.address.postcode {
            address = people::address(&mut self.dice, country(customer.address.country));
        }
        Customer { address, ..customer.clone() }
    }

    /// The customer with another number in the same country.
    pub fn renumbered(&mut self, customer: &Customer) -> Customer {
        let mut phone = people::phone(&mut self.dice, country(customer.address.country));
        while phone == customer.phone {
            phone = people::phone(&mut self.dice, country(customer.address.country));
        }
        Customer { phone, ..customer.clone() }
    }

    /// Some time in working hours of the last days, in Berlin.
    pub fn lately(&mut self) -> Time {
        let (days, hour) = (self.dice.between(1, 9), self.dice.between(8, 16));
        let (minute, second) = (self.dice.between(0, 59), self.dice.between(0, 59));
        self.on(days, (hour, minute, second))
    }

    /// So many days before today at that time of day in Berlin.
    pub fn on(&self, days_ago: i64, (hour, minute, second): (i64, i64, i64)) -> Time {
        berlin(self.now, days_ago, hour * 3600 + minute * 60 + second)
    }

    pub fn tell<R: Record>(
        &mut self,
        kind: &'static str,
        record: &R,
        (name, about): (String, String),
        edits: impl IntoIterator<Item = Edit>,
        expect: Expect,
    ) {
        let outcomes = vec![Outcome { table: R::TABLE, link: record.link(), expect }];
        self.tell_of_many(kind, (name, about), edits, outcomes);
    }

    pub fn tell_of_many(
        &mut self,
        kind: &'static str,
        (name, about): (String, String),
        edits: impl IntoIterator<Item = Edit>,
        outcomes: Vec<Outcome>,
    ) {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        edits.sort_by_key(|edit| edit.at);
        self.stories.push(Story { kind, name, about, edits, outcomes });
    }
}

/// Seconds after midnight in Berlin, so many days before the day of `now` there. Told in UTC
/// where the time zone cannot be used.
fn berlin(now: Time, days_ago: i64, seconds: i64) -> Time {
    let zoned = || {
        let zone = TimeZone::get("Europe/Berlin").ok()?;
        let today = Timestamp::from_second(now.timestamp()).ok()?.to_zoned(zone.clone()).date();
        let day = today.checked_sub(jiff::Span::new().try_days(days_ago).ok()?).ok()?;
        let at = day.at(0, 0, 0, 0).checked_add(jiff::Span::new().try_seconds(seconds).ok()?).ok()?;
        DateTime::<Utc>::from_timestamp(at.to_zoned(zone).ok()?.timestamp().as_second(), 0)
    };
    zoned().unwrap_or_else(|| {
        let today = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        today - TimeDelta::days(days_ago) + TimeDelta::seconds(seconds)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_those_of_berlin() {
        let at = |now: &str, days| berlin(now.parse().unwrap(), days, 14 * 3600 + 2 * 60).to_rfc3339();
        assert_eq!(at("2026-07-15T10:00:00Z", 1), "2026-07-14T12:02:00+00:00");
        assert_eq!(at("2026-01-15T10:00:00Z", 1), "2026-01-14T13:02:00+00:00");
        // There it is the sixteenth already.
        assert_eq!(at("2026-07-15T22:30:00Z", 1), "2026-07-15T12:02:00+00:00");
    }
}
