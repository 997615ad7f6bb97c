-- One question to one person outside, by a link that answers once.
CREATE TABLE questions (
    id TEXT PRIMARY KEY,
    conflict_id TEXT NOT NULL REFERENCES conflicts (id),
    record_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    difference_id TEXT NOT NULL,
    field TEXT NOT NULL,
    asker TEXT NOT NULL,
    asker_name TEXT NOT NULL,
    -- who is asked, by the name and the address
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    text TEXT NOT NULL,
    -- JSON of the values of the one field, as they stood
    offered TEXT NOT NULL,
    -- SHA-256 of the link's secret, in hexadecimal
    token_hash TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    mailed_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'withdrawn', 'expired', 'over')),
    ended_at TEXT,
    -- JSON of the answer
    answer TEXT
);
CREATE INDEX questions_conflict ON questions (conflict_id, id);
CREATE INDEX questions_record ON questions (record_id, id);
CREATE INDEX questions_open ON questions (expires_at) WHERE state = 'open';
