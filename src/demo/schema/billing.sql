CREATE TABLE accounts (
    account TEXT PRIMARY KEY NOT NULL,
    customer TEXT NOT NULL UNIQUE,
    name TEXT,
    plan TEXT,
    invoice_address TEXT,
    vat_id TEXT,
    updated_at TEXT,
    updated_by TEXT
);
CREATE INDEX accounts_updated_at ON accounts (updated_at);
CREATE TABLE suppliers (
    number TEXT PRIMARY KEY NOT NULL,
    ref TEXT NOT NULL UNIQUE,
    name TEXT,
    legal_form TEXT,
    contact TEXT,
    street TEXT,
    postcode TEXT,
    city TEXT,
    country TEXT,
    phone TEXT,
    email TEXT,
    website TEXT,
    iban TEXT,
    bank TEXT,
    currency TEXT,
    payment_days TEXT,
    discount TEXT,
    tax_number TEXT,
    certificates TEXT,
    terms TEXT,
    incoterm TEXT,
    lead_days TEXT,
    minimum_order TEXT,
    carrier TEXT,
    dock TEXT,
    pallet TEXT,
    opening_hours TEXT,
    language TEXT,
    rating TEXT,
    category TEXT,
    buyer TEXT,
    note TEXT,
    updated_at TEXT,
    updated_by TEXT
);
CREATE INDEX suppliers_updated_at ON suppliers (updated_at);

-- Whoever changes a row by plain SQL is not known, but when is.
CREATE TRIGGER accounts_changed AFTER UPDATE ON accounts WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE accounts SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), updated_by = NULL WHERE account = NEW.account;
END;
CREATE TRIGGER accounts_made AFTER INSERT ON accounts WHEN NEW.updated_at IS NULL
BEGIN
    UPDATE accounts SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE account = NEW.account;
END;
CREATE TRIGGER suppliers_changed AFTER UPDATE ON suppliers WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE suppliers SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), updated_by = NULL WHERE number = NEW.number;
END;
CREATE TRIGGER suppliers_made AFTER INSERT ON suppliers WHEN NEW.updated_at IS NULL
BEGIN
    UPDATE suppliers SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE number = NEW.number;
END;
