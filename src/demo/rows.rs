//! How each system holds a customer or a product: the same facts in the form of each.

use super::goods::Product;
use super::people::{Customer, Stamp};
use super::places;
use super::system::{System, Table};

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Text(String),
    Int(i64),
    Real(f64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

/// Columns of one row without its stamp, the key first.
pub type Row = Vec<(&'static str, Value)>;

/// What both kinds of record have in common.
pub trait Record {
    /// The table it stands in.
    const TABLE: Table;
    /// The identifier all systems share.
    fn link(&self) -> String;
    /// The key of its row in a system.
    fn key(&self, system: System) -> String;
    /// A number of its own, by which copies arrive sooner or later.
    fn turn(&self) -> u32;
    /// Its row in a system, without the stamp; empty where the system has no such table.
    fn row(&self, system: System) -> Row;
    /// When it was last written in each system, in the order of [`System::ALL`].
    fn stamps(&self) -> &[Stamp; 5];
    fn stamps_mut(&mut self) -> &mut [Stamp; 5];
}

impl Record for Customer {
    const TABLE: Table = Table::Customers;

    fn link(&self) -> String {
        self.link()
    }
    fn key(&self, system: System) -> String {
        self.key(system)
    }
    fn turn(&self) -> u32 {
        self.id
    }
    fn row(&self, system: System) -> Row {
        match system {
            System::Portal => portal_customer(self),
            System::Helpdesk => contact(self),
            System::Warehouse => ship_to(self),
            System::Billing => account(self),
            System::Hr => Row::new(),
        }
    }
    fn stamps(&self) -> &[Stamp; 5] {
        &self.stamps
    }
    fn stamps_mut(&mut self) -> &mut [Stamp; 5] {
        &mut self.stamps
    }
}

impl Record for Product {
    const TABLE: Table = Table::Products;

    fn link(&self) -> String {
        self.link()
    }
    fn key(&self, system: System) -> String {
        self.key(system)
    }
    fn turn(&self) -> u32 {
        self.sku
    }
    fn row(&self, system: System) -> Row {
        match system {
            System::Portal => portal_product(self),
            System::Helpdesk => article(self),
            System::Warehouse => stock(self),
            System::Billing | System::Hr => Row::new(),
        }
    }
    fn stamps(&self) -> &[Stamp; 5] {
        &self.stamps
    }
    fn stamps_mut(&mut self) -> &mut [Stamp; 5] {
        &mut self.stamps
    }
}

fn portal_customer(customer: &Customer) -> Row {
    let address = &customer.address;
    vec![
        ("id", customer.link().into()),
        ("full_name", customer.name.as_str().into()),
        ("street", format!("{} {}", address.street, address.number).into()),
        ("zip", address.postcode.as_str().into()),
        ("city", address.city.into()),
        ("country", address.country.into()),
        ("email", customer.email.as_str().into()),
        ("phone", customer.phone.as_str().into()),
        ("plan", customer.plan.into()),
        ("lead_status", customer.lead.into()),
        ("customer_since", customer.since.format("%Y-%m-%d").to_string().into()),
        ("vat_id", vat(customer)),
        ("invoice_address", customer.invoice.as_str().into()),
    ]
}

/// An account in Billing, which knows neither telephone nor door.
fn account(customer: &Customer) -> Row {
    vec![
        ("account", customer.key(System::Billing).into()),
        ("customer", customer.link().into()),
        ("name", customer.name.as_str().into()),
        ("plan", customer.plan.into()),
        ("invoice_address", customer.invoice.as_str().into()),
        ("vat_id", vat(customer)),
    ]
}

fn vat(customer: &Customer) -> Value {
    customer.vat.as_deref().map_or(Value::Null, Value::from)
}

fn contact(customer: &Customer) -> Row {
    let address = &customer.address;
    vec![
        ("id", i64::from(customer.helpdesk).into()),
        ("ref", customer.link().into()),
        ("name", customer.name.as_str().into()),
        ("street", format!("{} {}", address.street, address.number).into()),
        ("postcode", address.postcode.as_str().into()),
        ("city", address.city.into()),
        ("country", address.country.into()),
        ("email", customer.email.as_str().into()),
        ("phone", customer.phone.as_str().into()),
        ("plan", customer.plan.into()),
        ("lead_status", customer.lead.into()),
    ]
}

fn ship_to(customer: &Customer) -> Row {
    let address = &customer.address;
    vec![
        ("WH_NO", customer.key(System::Warehouse).into()),
        ("CUST_REF", customer.link().into()),
        ("NAME", shouted(&customer.name).into()),
        ("STREET", shouted(&address.street).into()),
        ("HOUSE_NO", shouted(&address.number).into()),
        ("ZIP", address.postcode.as_str().into()),
        ("TOWN", shouted(address.city).into()),
        ("COUNTRY", places::country(address.country).shouted.into()),
        ("TEL", dialled(&customer.phone).into()),
        ("SINCE", customer.since.format("%d/%m/%Y").to_string().into()),
    ]
}

fn portal_product(product: &Product) -> Row {
    vec![
        ("sku", product.link().into()),
        ("title", product.name.as_str().into()),
        ("stock", product.stock.into()),
        ("price", euros(product.price_cents)),
        ("discontinued", i64::from(product.discontinued).into()),
    ]
}

fn article(product: &Product) -> Row {
    vec![
        ("id", i64::from(product.helpdesk).into()),
        ("sku", product.link().into()),
        ("name", product.name.as_str().into()),
        ("price_cents", product.price_cents.into()),
        ("discontinued", i64::from(product.discontinued).into()),
    ]
}

fn stock(product: &Product) -> Row {
    vec![
        ("ITEM_NO", product.key(System::Warehouse).into()),
        ("SKU_REF", product.link().into()),
        ("DESCR", shouted(&product.name).into()),
        ("ON_HAND", product.stock.into()),
    ]
}

/// A price as the portal's NUMERIC column keeps it: 49 as a whole number, 49.9 as a real one.
fn euros(cents: i64) -> Value {
    match cents % 100 {
        0 => Value::Int(cents / 100),
        // Below 2^53 cents this is the number nearest to the price.
        _ => Value::Real(cents as f64 / 100.0),
    }
}

/// Upper case, except for letters that could not be told back: `ß` stays, as `SS` would read
/// as another name.
#[must_use]
pub fn shouted(text: &str) -> String {
    let upper = |c: char| {
        let upper = c.to_uppercase().to_string();
        if upper.to_lowercase() == c.to_lowercase().to_string() { upper } else { c.to_string() }
    };
    text.chars().map(upper).collect()
}

/// A number as it is dialled in the warehouse, which stands in Germany.
#[must_use]
pub fn dialled(phone: &str) -> String {
    match (phone.strip_prefix("+49 "), phone.strip_prefix('+')) {
        (Some(home), _) => format!("0{home}"),
        (None, Some(abroad)) => format!("00{abroad}"),
        (None, None) => phone.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warehouse_writes_in_its_own_way() {
        assert_eq!(shouted("Elmstraße 4a, Málaga"), "ELMSTRAßE 4A, MÁLAGA");
        assert_eq!(dialled("+49 30 5550 1742"), "030 5550 1742");
        assert_eq!(dialled("+46 70 555 01 18"), "0046 70 555 01 18");
        assert_eq!((euros(4990), euros(4900)), (Value::Real(49.9), Value::Int(49)));
    }
}
