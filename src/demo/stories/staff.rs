//! Roles, access and leavers: HR knows, the systems people sign in to do not.

use super::super::edit::Edit;
use super::super::staff::Employee;
use super::super::system::System::{Hr, Portal, Warehouse};
use super::super::system::Table;
use super::teller::Teller;
use super::{Expect, Outcome};
use chrono::TimeDelta;

const HR_DESK: &str = "HR desk";

pub(super) fn tell(teller: &mut Teller) {
    for n in 0..2 {
        new_role(teller, n);
    }
    leaver(teller);
    raised_by_hand(teller);
}

fn take(teller: &mut Teller, fits: impl Fn(&Employee) -> bool) -> Option<Employee> {
    let at = teller.employees.iter().position(fits)?;
    Some(teller.employees.remove(at))
}

/// Another role with other rights; the accounts keep the old ones.
fn new_role(teller: &mut Teller, n: usize) {
    let Some(before) = take(teller, |employee| employee.role == "Controller") else { return };
    let after = Employee { role: "Clerk", access: "Read", ..before.clone() };
    let at = teller.lately();
    let mut edits: Vec<Edit> = Edit::between(Hr, &before, &after, at, HR_DESK).into_iter().collect();
    if n == 1 {
        let later = at + TimeDelta::minutes(20);
        edits.extend(Edit::between(Portal, &before, &after, later, Portal.copier(Table::Employees)));
    }
    let name = format!("{} becomes a clerk, with a controller's rights", before.name);
    let about = "Changed in HR; the access that goes with the old role still stands.".to_owned();
    let outcome = |field| Outcome {
        table: Table::Employees,
        link: format!("E-{}", before.number),
        expect: Expect::Conflict { field },
    };
    let outcomes = vec![outcome("role"), outcome("access_level")];
    teller.tell_of_many("role_change", (name, about), edits, outcomes);
}

fn leaver(teller: &mut Teller) {
    let Some(before) = take(teller, |employee| employee.role == "Picker") else { return };
    let at = teller.on(3, (9, 30, 0));
    let day = at.date_naive().format("%Y-%m-%d").to_string();
    let after = Employee { left_on: Some(day), ..before.clone() };
    let name = format!("{} left and can still sign in", before.name);
    let about = "HR noted the last day; the portal's account has no end.".to_owned();
    let edits = Edit::between(Hr, &before, &after, at, HR_DESK);
    teller.tell("leaver", &before, (name, about), edits, Expect::Conflict { field: "left_on" });
}

fn raised_by_hand(teller: &mut Teller) {
    let Some(before) = take(teller, |employee| employee.role == "Agent") else { return };
    let after = Employee { access: "Full", ..before.clone() };
    let at = teller.on(2, (17, 44, 10));
    let name = format!("{} was given full access in the warehouse", before.name);
    let about = "A stand-in for a holiday, entered by hand and never taken back.".to_owned();
    let edits = Edit::between(Warehouse, &before, &after, at, "M. Olsen");
    teller.tell("access_by_hand", &before, (name, about), edits, Expect::Conflict { field: "access_level" });
}
