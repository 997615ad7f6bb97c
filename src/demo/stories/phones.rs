//! Telephone numbers: corrected by agents, contradicted, and the same one written differently.

use super::super::edit::Edit;
use super::super::history::CLERKS;
use super::super::people::{AGENTS, Customer};
use super::super::system::System::{self, Helpdesk, Portal, Warehouse};
use super::Expect;
use super::teller::Teller;
use chrono::TimeDelta;

const DISPUTED: Expect = Expect::Conflict { field: "phone" };

pub(super) fn tell(teller: &mut Teller) {
    for n in 0..6 {
        agents_fix(teller, n);
    }
    for n in 0..2 {
        clash(teller, n);
    }
    for n in 0..10 {
        written_differently(teller, n);
    }
}

/// The number with its last two different neighbours swapped: how numbers go wrong.
fn swapped(phone: &str) -> Option<String> {
    let mut digits: Vec<char> = phone.chars().collect();
    let pairs = (5..digits.len().saturating_sub(1)).rev();
    let is_pair = |at: &usize| {
        digits[*at].is_ascii_digit() && digits[at + 1].is_ascii_digit() && digits[*at] != digits[at + 1]
    };
    let at = pairs.into_iter().find(is_pair)?;
    digits.swap(at, at + 1);
    Some(digits.into_iter().collect())
}

fn agents_fix(teller: &mut Teller, n: usize) {
    let known = [19822, 19410].get(n).and_then(|id| teller.known(*id));
    let can_swap = |customer: &Customer| swapped(&customer.phone).is_some();
    let Some(before) = known.filter(can_swap).or_else(|| teller.customer(can_swap)) else { return };
    let phone = swapped(&before.phone).unwrap_or_default();
    let fixed = Customer { phone, ..before.clone() };
    let (agent, at) = (AGENTS[n % AGENTS.len()], teller.on(4 + i64::from(n.is_multiple_of(3)), (10, 30, 12)));
    let later = at + TimeDelta::hours(49) + TimeDelta::minutes(7);
    let fix = Edit::between(Helpdesk, &before, &fixed, at, agent);
    let (second, about) = if n.is_multiple_of(2) {
        let about = format!(
            "{agent} corrected it in the helpdesk; two days later the portal was saved with the old one."
        );
        (Some(Edit::rewrite(Portal, &before, later, "customer")), about)
    } else {
        let other = teller.renumbered(&before);
        let about = format!(
            "{agent} corrected it in the helpdesk; the customer then entered another one in the portal."
        );
        (Edit::between(Portal, &before, &other, later, "customer"), about)
    };
    let name = format!("{agent} corrects the number of {}, and the portal disagrees", before.name);
    teller.tell("agents_fix", &before, (name, about), fix.into_iter().chain(second), DISPUTED);
}

fn clash(teller: &mut Teller, n: usize) {
    let Some(before) = teller.customer(|_| true) else { return };
    let at = teller.lately();
    let [first, second, third] = [0; 3].map(|_| teller.renumbered(&before));
    let edits = [
        Edit::between(Portal, &before, &first, at, "customer"),
        Edit::between(Helpdesk, &before, &second, at + TimeDelta::hours(1), AGENTS[n + 1]),
        Edit::between(Warehouse, &before, &third, at + TimeDelta::minutes(95), CLERKS[n + 1]),
    ];
    let name = format!("{} has three numbers", before.name);
    let about = "Customer, agent and clerk each entered another one within two hours.".to_owned();
    teller.tell("clash", &before, (name, about), edits.into_iter().flatten(), DISPUTED);
}

/// The same number, as other people write it.
fn written(phone: &str, n: usize) -> String {
    let (code, rest) = phone.split_once(' ').unwrap_or(("", phone));
    let bare = code.trim_start_matches('+');
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    match n % 5 {
        0 => format!("00{bare} {}", rest.replace(' ', "-")),
        1 => format!("{code}{digits}"),
        2 => format!("{code} ({})", rest.replacen(' ', ")\u{a0}", 1)).trim_end_matches(')').to_owned(),
        3 => format!("00{bare}{digits}"),
        _ => format!("{code}/{}", rest.replace(' ', ".")),
    }
}

fn written_differently(teller: &mut Teller, n: usize) {
    let Some(before) = teller.customer(|_| true) else { return };
    let (system, column, by): (System, _, _) = match n % 3 {
        0 => (Helpdesk, "phone", AGENTS[n % AGENTS.len()]),
        1 => (Portal, "phone", "customer"),
        _ => (Warehouse, "TEL", CLERKS[n % CLERKS.len()]),
    };
    let at = teller.lately();
    let phone = written(&before.phone, n);
    let name = format!("The number of {} is written differently", before.name);
    let about = format!("{phone} instead of {}: the same number.", before.phone);
    let edits = [Edit::column(system, &before, (column, phone), at, by)];
    teller.tell("phone_written_differently", &before, (name, about), edits, Expect::Nothing);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::compare::Comparison;

    #[test]
    fn another_writing_is_the_same_number() {
        let normal = |text: &str| Comparison::Phone("DE".to_owned()).normal_text(text).unwrap();
        for phone in ["+49 30 5550 1742", "+46 70 555 01 18", "+39 02 5555 0123", "+47 22 55 51 84"] {
            for n in 0..5 {
                let other = written(phone, n);
                assert_ne!(other, phone);
                assert_eq!(normal(&other), normal(phone), "{other}");
            }
            assert_ne!(normal(&swapped(phone).unwrap()), normal(phone));
        }
    }
}
