CREATE TABLE employees (
    number TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    department TEXT,
    role TEXT,
    manager TEXT,
    access_level TEXT,
    left_on TEXT,
    updated_at TEXT,
    updated_by TEXT
);
CREATE INDEX employees_updated_at ON employees (updated_at);

-- Whoever changes a row by plain SQL is not known, but when is.
CREATE TRIGGER employees_changed AFTER UPDATE ON employees WHEN NEW.updated_at IS OLD.updated_at
BEGIN
    UPDATE employees SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), updated_by = NULL WHERE number = NEW.number;
END;
CREATE TRIGGER employees_made AFTER INSERT ON employees WHEN NEW.updated_at IS NULL
BEGIN
    UPDATE employees SET updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE number = NEW.number;
END;
