-- Somebody whose value was not kept was told, by a link with which to object once.
CREATE TABLE objections (
    id TEXT PRIMARY KEY,
    resolution_id TEXT NOT NULL REFERENCES resolutions (id),
    conflict_id TEXT NOT NULL,
    record_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    field TEXT NOT NULL,
    teller TEXT NOT NULL,
    teller_name TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    text TEXT NOT NULL,
    -- JSON of the value that was kept, as it was then
    kept TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    mailed_at TEXT,
    objected_at TEXT,
    -- the conflict in which the review waits, and the words of the objection
    review TEXT,
    words TEXT
);
CREATE INDEX objections_resolution ON objections (resolution_id, id);
