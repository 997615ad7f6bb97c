CREATE TABLE contacts (
    id INTEGER PRIMARY KEY NOT NULL,
    ref TEXT NOT NULL UNIQUE,
    name TEXT,
    street TEXT,
    postcode TEXT,
    city TEXT,
    country TEXT,
    email TEXT,
    phone TEXT,
    plan TEXT,
    lead_status TEXT,
    updated_at TEXT NOT NULL,
    updated_by TEXT,
    -- Counts the writes of the row: its ETag.
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX contacts_updated_at ON contacts (updated_at);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY NOT NULL,
    sku TEXT NOT NULL UNIQUE,
    name TEXT,
    price_cents INTEGER,
    discontinued INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT NOT NULL,
    updated_by TEXT,
    revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX articles_updated_at ON articles (updated_at);

-- Every write, in order, whoever asked for it and by whichever way.
CREATE TABLE journal (
    n INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    by TEXT,
    -- `create`, `change` or `delete`.
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    id INTEGER NOT NULL,
    -- What was written, as JSON.
    body TEXT NOT NULL,
    idempotency_key TEXT UNIQUE
);

-- How the server is made to fail: `down`, `refuse_writes`, `dead_token`. Here, so that a
-- restart does not heal it.
CREATE TABLE faults (name TEXT PRIMARY KEY NOT NULL);
