CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    resolution_id TEXT NOT NULL REFERENCES resolutions (id),
    conflict_id TEXT NOT NULL,
    record_id TEXT NOT NULL,
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    -- null for a row to be created
    external_id TEXT,
    -- what to write: fields, columns, was and becomes
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'confirmed', 'accepted_with_changes',
        'retrying', 'refused', 'overtaken', 'unknown', 'by_hand', 'undone')),
    -- the state's own data
    detail TEXT NOT NULL,
    -- when the next thing happens to it by itself; null when nothing does
    next_at TEXT,
    idempotency_key TEXT NOT NULL,
    lease_until TEXT,
    fence BIGINT NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    ended_at TEXT
);
CREATE INDEX deliveries_next ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_resolution ON deliveries (resolution_id);
CREATE INDEX deliveries_record ON deliveries (record_id, system, id);
CREATE INDEX deliveries_state ON deliveries (state, id);
