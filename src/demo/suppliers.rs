//! A dozen suppliers with thirty fields each, held by Billing and the warehouse.

use super::people::{Stamp, copied};
use super::rows::{Record, Row};
use super::system::{System, Table};
use crate::domain::time::Time;
use chrono::TimeDelta;

/// What is known of a supplier, as both systems name it.
pub const FIELDS: [&str; 30] = [
    "name",
    "legal_form",
    "contact",
    "street",
    "postcode",
    "city",
    "country",
    "phone",
    "email",
    "website",
    "iban",
    "bank",
    "currency",
    "payment_days",
    "discount",
    "tax_number",
    "certificates",
    "terms",
    "incoterm",
    "lead_days",
    "minimum_order",
    "carrier",
    "dock",
    "pallet",
    "opening_hours",
    "language",
    "rating",
    "category",
    "buyer",
    "note",
];

/// A supplier as both systems know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supplier {
    /// 101 is `S-101`.
    pub number: u32,
    /// In the order of [`FIELDS`].
    pub values: [String; 30],
    /// In the order of [`System::ALL`].
    pub stamps: [Stamp; 5],
}

impl Supplier {
    /// The supplier with other values in these fields.
    #[must_use]
    pub fn with(&self, changes: &[(&str, &str)]) -> Self {
        let mut after = self.clone();
        for (field, value) in changes {
            if let Some(at) = FIELDS.iter().position(|known| known == field) {
                (*value).clone_into(&mut after.values[at]);
            }
        }
        after
    }
}

impl Record for Supplier {
    const TABLE: Table = Table::Suppliers;

    fn link(&self) -> String {
        format!("S-{}", self.number)
    }
    fn key(&self, system: System) -> String {
        match system {
            System::Billing => format!("K{}", self.number),
            _ => format!("V-{:05}", self.number),
        }
    }
    fn turn(&self) -> u32 {
        self.number
    }
    fn row(&self, system: System) -> Row {
        let key = match system {
            System::Billing => "number",
            System::Warehouse => "vendor",
            System::Portal | System::Helpdesk | System::Hr => return Row::new(),
        };
        let own = [(key, self.key(system).into()), ("ref", self.link().into())];
        let known = FIELDS.iter().zip(&self.values);
        own.into_iter().chain(known.map(|(field, value)| (*field, value.as_str().into()))).collect()
    }
    fn stamps(&self) -> &[Stamp; 5] {
        &self.stamps
    }
    fn stamps_mut(&mut self) -> &mut [Stamp; 5] {
        &mut self.stamps
    }
}

/// Name, city, postcode, country, street of each; the tenth writes from right to left.
const ALL: [(&str, &str, &str, &str, &str); 12] = [
    ("Brandt Emaille GmbH", "Hamburg", "20095", "DE", "Speicherstraße 8"),
    ("Nordlicht Leuchten AS", "Oslo", "0150", "NO", "Storgata 21"),
    ("Casa Legno S.r.l.", "Milano", "20121", "IT", "Via Torino 14"),
    ("Holzwerk Ziegler KG", "Leipzig", "04109", "DE", "Gerberstraße 3"),
    ("Bambou & Cie", "Lyon", "69002", "FR", "Rue Mercière 40"),
    ("Kork Iberia Lda", "Porto", "4050-253", "PT", "Rua das Flores 77"),
    ("Schiefer Adler OHG", "Köln", "50667", "DE", "Hohe Straße 52"),
    ("Kobber Petersen A/S", "Aarhus", "8000", "DK", "Havnegade 6"),
    ("De Glasblazer B.V.", "Utrecht", "3511 AD", "NL", "Oudegracht 112"),
    ("شركة النور للزجاج", "عمّان", "11118", "JO", "شارع الملك طلال ١٢"),
    ("Steelworks Vogt AG", "Zürich", "8001", "CH", "Bahnhofstrasse 15"),
    ("Keramik Lorenz e. K.", "Dresden", "01067", "DE", "Postplatz 2"),
];

/// All suppliers, as they were at `begin` and a year later.
#[must_use]
pub fn suppliers(begin: Time) -> Vec<Supplier> {
    let numbered = (101..).zip(ALL);
    numbered.map(|(number, place)| supplier(number, place, begin)).collect()
}

/// One supplier, invented from its number.
#[must_use]
pub fn supplier(number: u32, place: (&str, &str, &str, &str, &str), begin: Time) -> Supplier {
    let (name, city, postcode, country, street) = place;
    let at = begin - TimeDelta::days(i64::from(number)) + TimeDelta::hours(9);
    let stamps = System::ALL.map(|system| match system {
        System::Billing => Stamp { at, by: "Purchasing".to_owned() },
        _ => Stamp { at: copied(at, system, number), by: system.copier(Table::Suppliers).to_owned() },
    });
    let blank = Supplier { number, values: FIELDS.map(|_| String::new()), stamps };
    let of_number = [
        ("phone", format!("+49 30 5550 1{number}")),
        ("email", format!("orders@s{number}.example")),
        ("website", format!("https://s{number}.example/")),
        ("iban", format!("DE00 5001 0517 0000 0{number} 00")),
        ("tax_number", format!("29/{number}/04711")),
        ("dock", format!("Gate {}", number % 7 + 1)),
        ("lead_days", (number % 9 + 3).to_string()),
        ("terms", terms("Delivered goods are checked within ten working days.")),
    ];
    let of_number = of_number.iter().map(|(field, value)| (*field, value.as_str()));
    let of_all = [
        ("name", name),
        ("legal_form", "Company"),
        ("contact", "Sales desk"),
        ("street", street),
        ("postcode", postcode),
        ("city", city),
        ("country", country),
        ("bank", "Handelsbank"),
        ("currency", "EUR"),
        ("payment_days", "30"),
        ("discount", "2 % in 10 days"),
        ("certificates", "ISO 9001; FSC"),
        ("incoterm", "DAP"),
        ("minimum_order", "250 EUR"),
        ("carrier", "Linie Nord"),
        ("pallet", "EUR 1"),
        ("opening_hours", "Mon-Fri 7-16"),
        ("language", "English"),
        ("rating", "B"),
        ("category", "Household"),
        ("buyer", "Nele Fuchs"),
        ("note", "None"),
    ];
    blank.with(&of_number.chain(of_all).collect::<Vec<_>>())
}

/// Four thousand characters of terms, each paragraph numbered.
#[must_use]
pub fn terms(last: &str) -> String {
    let clause = "The supplier packs each article so that it bears the usual stress of the road, names the \
                  order on every parcel, and tells the warehouse two days ahead when a lorry will come.";
    let mut text = String::new();
    for n in 1.. {
        let next = format!("{n}. {clause}\n");
        if text.chars().count() + next.chars().count() + last.chars().count() > 4000 {
            break;
        }
        text.push_str(&next);
    }
    text + last
}
