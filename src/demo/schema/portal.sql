CREATE TABLE customers (
    id TEXT PRIMARY KEY NOT NULL,
    full_name TEXT NOT NULL,
    street TEXT,
    zip TEXT,
    city TEXT,
    country TEXT,
    email TEXT,
    phone TEXT,
    plan TEXT,
    lead_status TEXT,
    customer_since TEXT,
    vat_id TEXT,
    invoice_address TEXT,
    updated_at TEXT,
    updated_by TEXT
);
CREATE INDEX customers_updated_at ON customers (updated_at);
CREATE TABLE products (
    sku TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    stock INTEGER,
    price NUMERIC,
    discontinued INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT,
    updated_by TEXT
);
CREATE INDEX products_updated_at ON products (updated_at);
-- Who may sign in behind the counter.
CREATE TABLE staff (
    login TEXT PRIMARY KEY NOT NULL,
    employee TEXT NOT NULL UNIQUE,
    name TEXT,
    department TEXT,
    role TEXT,
    access TEXT,
    ends_on TEXT,
    updated_at TEXT,
    updated_by TEXT
);
CREATE INDEX staff_updated_at ON staff (updated_at);

-- Whoever changes a row by plain SQL is not known, but when is.
CREATE TRIGGER customers_changed AFTER UPDATE ON customers WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE customers SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), updated_by = NULL WHERE id = NEW.id;
END;
CREATE TRIGGER customers_made AFTER INSERT ON customers WHEN NEW.updated_at IS NULL
BEGIN
    UPDATE customers SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE id = NEW.id;
END;
CREATE TRIGGER products_changed AFTER UPDATE ON products WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE products SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), updated_by = NULL WHERE sku = NEW.sku;
END;
CREATE TRIGGER products_made AFTER INSERT ON products WHEN NEW.updated_at IS NULL
BEGIN
    UPDATE products SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE sku = NEW.sku;
END;
CREATE TRIGGER staff_changed AFTER UPDATE ON staff WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE staff SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), updated_by = NULL WHERE login = NEW.login;
END;
CREATE TRIGGER staff_made AFTER INSERT ON staff WHEN NEW.updated_at IS NULL
BEGIN
    UPDATE staff SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE login = NEW.login;
END;
