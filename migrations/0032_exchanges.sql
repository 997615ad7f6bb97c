-- What was sent to a system for a delivery that it did not simply take, and what it answered: the
-- last try, without anything that signs in.
CREATE TABLE exchanges (
    delivery_id TEXT PRIMARY KEY REFERENCES deliveries (id),
    at TEXT NOT NULL,
    body TEXT NOT NULL
);
