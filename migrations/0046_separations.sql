-- Rows that a person said are another record than the one they were linked to.
CREATE TABLE separations (
    id TEXT PRIMARY KEY,
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    external_id TEXT NOT NULL,
    -- the record it was part of, and the one it is now
    from_record TEXT NOT NULL,
    to_record TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL,
    -- linked again
    ended_at TEXT
);
CREATE INDEX separations_from ON separations (from_record, id);
CREATE INDEX separations_to ON separations (to_record, id);
