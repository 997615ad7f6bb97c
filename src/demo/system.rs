//! The five systems of the demo, and how each of them writes things down.

use crate::domain::time::Time;

/// One of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Where customers sign up: a SQLite file.
    Portal,
    /// Where customers ring: an HTTP server.
    Helpdesk,
    /// Where parcels leave: another SQLite file.
    Warehouse,
    /// Where invoices are written: a SQLite file.
    Billing,
    /// Who works here and what they may do in IT: a SQLite file.
    Hr,
}

/// What a system keeps a table of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Customers,
    Products,
    Employees,
    Suppliers,
}

impl Table {
    /// The slug of its entity.
    #[must_use]
    pub fn entity(self) -> &'static str {
        match self {
            Self::Customers => "customer",
            Self::Products => "product",
            Self::Employees => "employee",
            Self::Suppliers => "supplier",
        }
    }
}

/// How a table of a system is named and stamped.
pub struct Layout {
    pub table: &'static str,
    pub key: &'static str,
    pub modified_at: &'static str,
    pub modified_by: &'static str,
}

impl System {
    pub const ALL: [Self; 5] = [Self::Portal, Self::Helpdesk, Self::Warehouse, Self::Billing, Self::Hr];

    /// The slug it is configured under.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Helpdesk => "helpdesk",
            Self::Warehouse => "warehouse",
            Self::Billing => "billing",
            Self::Hr => "hr",
        }
    }

    /// The system of that slug.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.id() == id)
    }

    /// The name of its file in the demo's folder. The helpdesk keeps its state there; nobody
    /// but its own server reads it.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Portal => "portal.sqlite",
            Self::Helpdesk => "helpdesk.sqlite",
            Self::Warehouse => "warehouse.sqlite",
            Self::Billing => "billing.sqlite",
            Self::Hr => "hr.sqlite",
        }
    }

    /// Its tables, keys, and the triggers that stamp what is changed by plain SQL.
    pub(super) fn schema(self) -> &'static str {
        match self {
            Self::Portal => include_str!("schema/portal.sql"),
            Self::Helpdesk => include_str!("schema/helpdesk.sql"),
            Self::Warehouse => include_str!("schema/warehouse.sql"),
            Self::Billing => include_str!("schema/billing.sql"),
            Self::Hr => include_str!("schema/hr.sql"),
        }
    }

    /// Whether it keeps such a table.
    #[must_use]
    pub fn holds(self, table: Table) -> bool {
        match table {
            Table::Customers => self != Self::Hr,
            Table::Products => matches!(self, Self::Portal | Self::Helpdesk | Self::Warehouse),
            Table::Employees => matches!(self, Self::Portal | Self::Warehouse | Self::Hr),
            Table::Suppliers => matches!(self, Self::Warehouse | Self::Billing),
        }
    }

    /// Of a table it holds.
    #[must_use]
    pub fn layout(self, table: Table) -> Layout {
        let (table, key) = match (self, table) {
            (Self::Portal, Table::Customers) => ("customers", "id"),
            (Self::Portal, Table::Products) => ("products", "sku"),
            (Self::Helpdesk, Table::Customers) => ("contacts", "id"),
            (Self::Helpdesk, Table::Products) => ("articles", "id"),
            (Self::Warehouse, Table::Customers) => ("SHIP_TO", "WH_NO"),
            (Self::Warehouse, Table::Products) => ("STOCK", "ITEM_NO"),
            (Self::Warehouse, Table::Employees) => ("OPERATORS", "OP_NO"),
            (Self::Warehouse, Table::Suppliers) => ("VENDORS", "vendor"),
            (Self::Billing, Table::Suppliers) => ("suppliers", "number"),
            (Self::Billing, _) => ("accounts", "account"),
            (Self::Portal, _) => ("staff", "login"),
            (Self::Hr | Self::Helpdesk, _) => ("employees", "number"),
        };
        let (modified_at, modified_by) = match self {
            Self::Portal | Self::Helpdesk | Self::Billing | Self::Hr => ("updated_at", "updated_by"),
            Self::Warehouse => ("CHG_AT", "CHG_BY"),
        };
        Layout { table, key, modified_at, modified_by }
    }

    /// An instant as the system writes it: always UTC, in a form of its own.
    #[must_use]
    pub fn written(self, time: Time) -> String {
        let format = match self {
            Self::Portal | Self::Billing | Self::Hr => "%Y-%m-%dT%H:%M:%SZ",
            Self::Helpdesk => "%Y-%m-%dT%H:%M:%S%.3fZ",
            Self::Warehouse => "%Y-%m-%d %H:%M:%S",
        };
        time.format(format).to_string()
    }

    /// Who writes into this system what changed in another one.
    #[must_use]
    pub fn copier(self, table: Table) -> &'static str {
        match (self, table) {
            (Self::Portal, Table::Products) => "stock feed",
            (Self::Portal, Table::Employees) => "account sync",
            (Self::Portal, _) => "Helpdesk link",
            (Self::Helpdesk, _) => "Portal link",
            (Self::Warehouse, Table::Products) => "catalogue import",
            (Self::Warehouse, Table::Employees) => "account sync",
            (Self::Warehouse, Table::Suppliers) => "supplier import",
            (Self::Warehouse, Table::Customers) => "address import",
            (Self::Billing, _) => "plan feed",
            (Self::Hr, _) => "account sync",
        }
    }
}
