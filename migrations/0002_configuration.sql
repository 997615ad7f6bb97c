-- Systems, entities, mappings and schedules as one document; the newest version is in force.
CREATE TABLE configurations (
    version BIGINT PRIMARY KEY,
    created_at TEXT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE policies (
    version BIGINT PRIMARY KEY,
    created_at TEXT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL
);

-- What is known of a configured system beside its configuration.
CREATE TABLE systems (
    id TEXT PRIMARY KEY,
    writes_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    -- sealed for systems/<id>/secret
    secret BYTEA,
    paused_reason TEXT,
    -- the system's clock minus ours, in milliseconds, as last measured
    clock_offset_ms BIGINT
);
