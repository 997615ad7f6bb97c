//! Three hundred invented products.

use super::people::{Stamp, working_hour};
use super::random::Dice;
use super::system::{System, Table};
use crate::domain::time::Time;
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// How many there are.
pub const PRODUCTS: usize = 300;

/// A product as all systems know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// 3391 is `P-3391`, the key of the portal and the link of the others.
    pub sku: u32,
    pub helpdesk: u32,
    /// 12 is `00012-4` in the warehouse: the row's number and a check digit.
    pub warehouse: u32,
    pub name: String,
    pub stock: i64,
    pub price_cents: i64,
    pub discontinued: bool,
    /// In the order of [`System::ALL`].
    pub stamps: [Stamp; 5],
}

impl Product {
    /// The identifier all systems share: the portal's.
    #[must_use]
    pub fn link(&self) -> String {
        format!("P-{}", self.sku)
    }

    /// The key of the row in a system.
    #[must_use]
    pub fn key(&self, system: System) -> String {
        match system {
            System::Portal => self.link(),
            System::Helpdesk => self.helpdesk.to_string(),
            System::Warehouse => format!("{:05}-{}", self.warehouse, self.warehouse * 7 % 10),
            System::Billing | System::Hr => self.link(),
        }
    }
}

/// Kind of thing and what it costs from, to (whole euros).
const THINGS: [(&str, i64, i64); 24] = [
    ("Kettle, 1.7 l", 29, 79),
    ("Desk lamp", 24, 119),
    ("Teapot, 0.9 l", 19, 59),
    ("Cutting board", 12, 49),
    ("Wall clock", 22, 89),
    ("Serving tray", 14, 44),
    ("Coat rack", 39, 149),
    ("Bread bin", 25, 69),
    ("Flower pot, 18 cm", 7, 24),
    ("Candle holder", 9, 34),
    ("Picture frame, A4", 11, 39),
    ("Storage box, 20 l", 13, 38),
    ("Bath mat", 15, 45),
    ("Coffee grinder", 49, 189),
    ("Side table", 59, 229),
    ("Bookend, pair", 16, 48),
    ("Pepper mill", 18, 64),
    ("Mixing bowl, 3 l", 17, 52),
    ("Letter tray", 12, 36),
    ("Waste basket", 14, 58),
    ("Step stool", 35, 99),
    ("Salad servers", 10, 33),
    ("Watering can, 2 l", 19, 54),
    ("Key board", 13, 42),
];

const MATERIALS: [&str; 14] = [
    "steel",
    "oak",
    "beech",
    "walnut",
    "bamboo",
    "white",
    "black",
    "moss green",
    "brick red",
    "copper",
    "glass",
    "slate",
    "cork",
    "ash grey",
];

/// The two products of the pictures: there is always a kettle of which ten are left.
pub const KETTLE: u32 = 3391;
pub const LAMP: u32 = 1207;

/// All products in the order of their numbers, as they were at `begin`.
#[must_use]
pub fn products(seed: u64, begin: Time) -> Vec<Product> {
    let mut dice = Dice::new(seed, "products");
    let skus = dice.sample(1000..4000, PRODUCTS, &[KETTLE, LAMP].into());
    let mut helpdesk = dice.sample(70_000..79_000, PRODUCTS, &BTreeSet::new());
    let mut warehouse = dice.sample(100..2000, PRODUCTS, &BTreeSet::new());
    let mut names: Vec<(usize, usize)> = (0..THINGS.len())
        .flat_map(|thing| (0..MATERIALS.len()).map(move |material| (thing, material)))
        .collect();
    // The kettle of steel and the lamp of oak are taken.
    names.retain(|pair| ![(0, 0), (1, 1)].contains(pair));
    dice.shuffle(&mut helpdesk);
    dice.shuffle(&mut warehouse);
    dice.shuffle(&mut names);
    let numbers = helpdesk.into_iter().zip(warehouse);
    let all = skus.into_iter().zip(numbers).zip(names);
    all.map(|((sku, numbers), drawn)| product(&mut dice, sku, numbers, drawn, begin)).collect()
}

fn product(
    dice: &mut Dice,
    sku: u32,
    (helpdesk, warehouse): (u32, u32),
    drawn: (usize, usize),
    begin: Time,
) -> Product {
    let (thing, material) = match sku {
        KETTLE => (0, 0),
        LAMP => (1, 1),
        _ => drawn,
    };
    let (kind, from, to) = THINGS[thing];
    let name = format!("{kind}, {}", MATERIALS[material]).replace("l, steel", "l steel");
    let day = (begin - TimeDelta::days(dice.between(1, 300))).date_naive();
    let at = working_hour(dice, day);
    Product {
        sku,
        helpdesk,
        warehouse,
        name,
        stock: match sku {
            KETTLE => 10,
            LAMP => 14,
            _ => dice.between(0, 180),
        },
        price_cents: dice.between(from, to) * 100 - [10, 5, 1, 100][dice.below(4)],
        discontinued: dice.chance(6),
        stamps: stamps(at, sku),
    }
}

fn stamps(at: Time, turn: u32) -> [Stamp; 5] {
    System::ALL.map(|system| match system {
        System::Portal => Stamp { at, by: "Catalogue team".to_owned() },
        _ => Stamp {
            at: super::people::copied(at, system, turn),
            by: system.copier(Table::Products).to_owned(),
        },
    })
}
