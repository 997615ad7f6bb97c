//! Sixty invented employees: HR knows them, the portal and the warehouse let them sign in.

use super::people::{Stamp, copied};
use super::places::country;
use super::random::Dice;
use super::rows::{Record, Row, Value};
use super::system::{System, Table};
use crate::domain::time::Time;
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// How many there are.
pub const EMPLOYEES: u32 = 60;

/// Department and role, and the access that goes with it.
const JOBS: [(&str, &str, &str); 6] = [
    ("Logistics", "Picker", "Read"),
    ("Logistics", "Shift lead", "Approve"),
    ("Service", "Agent", "Read"),
    ("Service", "Team lead", "Approve"),
    ("Finance", "Clerk", "Read"),
    ("Finance", "Controller", "Full"),
];

/// Somebody who works here, as all systems know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employee {
    /// 1007 is `E-1007`.
    pub number: u32,
    pub name: String,
    pub department: &'static str,
    pub role: &'static str,
    pub manager: String,
    pub access: &'static str,
    /// `2026-10-31`; None of those who work here.
    pub left_on: Option<String>,
    /// In the order of [`System::ALL`].
    pub stamps: [Stamp; 5],
}

impl Record for Employee {
    const TABLE: Table = Table::Employees;

    fn link(&self) -> String {
        format!("E-{}", self.number)
    }
    fn key(&self, system: System) -> String {
        match system {
            System::Portal => format!("u{}", self.number),
            System::Warehouse => format!("OP{}", self.number),
            System::Helpdesk | System::Billing | System::Hr => self.link(),
        }
    }
    fn turn(&self) -> u32 {
        self.number
    }
    fn row(&self, system: System) -> Row {
        let left_on = self.left_on.as_deref().map_or(Value::Null, Value::from);
        let [key, link] = [self.key(system), self.link()].map(Value::from);
        let name = self.name.as_str().into();
        match system {
            System::Hr => vec![
                ("number", key),
                ("name", name),
                ("department", self.department.into()),
                ("role", self.role.into()),
                ("manager", self.manager.as_str().into()),
                ("access_level", self.access.into()),
                ("left_on", left_on),
            ],
            System::Portal => vec![
                ("login", key),
                ("employee", link),
                ("name", name),
                ("department", self.department.into()),
                ("role", self.role.into()),
                ("access", self.access.into()),
                ("ends_on", left_on),
            ],
            System::Warehouse => vec![
                ("OP_NO", key),
                ("EMP_REF", link),
                ("NAME", name),
                ("ROLE", self.role.into()),
                ("ACCESS", self.access.into()),
            ],
            System::Helpdesk | System::Billing => Row::new(),
        }
    }
    fn stamps(&self) -> &[Stamp; 5] {
        &self.stamps
    }
    fn stamps_mut(&mut self) -> &mut [Stamp; 5] {
        &mut self.stamps
    }
}

/// All employees, as they were at `begin` and a year later.
#[must_use]
pub fn employees(seed: u64, begin: Time) -> Vec<Employee> {
    let mut dice = Dice::new(seed, "employees");
    let home = country("DE");
    let mut names = BTreeSet::new();
    while names.len() < EMPLOYEES as usize {
        names.insert(format!("{} {}", dice.pick(home.given), dice.pick(home.family)));
    }
    let mut names: Vec<String> = names.into_iter().collect();
    dice.shuffle(&mut names);
    let managers = names.clone();
    let numbered = (1001..).zip(names);
    numbered
        .map(|(number, name)| {
            let job = (number % 6) as usize;
            let at = begin - TimeDelta::days(dice.between(30, 500)) + TimeDelta::hours(8);
            let (department, role, access) = JOBS[job];
            // The first six lead the others.
            let manager = managers[job].clone();
            let stamps = stamps(at, number);
            Employee { number, name, department, role, manager, access, left_on: None, stamps }
        })
        .collect()
}

fn stamps(at: Time, turn: u32) -> [Stamp; 5] {
    System::ALL.map(|system| match system {
        System::Hr => Stamp { at, by: "HR desk".to_owned() },
        _ => Stamp { at: copied(at, system, turn), by: system.copier(Table::Employees).to_owned() },
    })
}
