CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('full', 'changes')),
    trigger_name TEXT NOT NULL CHECK (trigger_name IN ('schedule', 'person', 'program', 'command')),
    started_by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    -- where the pull goes on after a restart, in the connector's own words
    position TEXT,
    -- pulled since this instant, null for a full pull
    since TEXT,
    rows_read BIGINT NOT NULL DEFAULT 0,
    rows_changed BIGINT NOT NULL DEFAULT 0,
    rows_quarantined BIGINT NOT NULL DEFAULT 0,
    conflicts_opened BIGINT NOT NULL DEFAULT 0,
    settled_by_rule BIGINT NOT NULL DEFAULT 0,
    settled_by_itself BIGINT NOT NULL DEFAULT 0,
    error TEXT,
    lease_until TEXT,
    fence BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX runs_system ON runs (system, entity, id);
CREATE INDEX runs_state ON runs (state, id);

-- How far each mapping has been read.
CREATE TABLE cursors (
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    -- the start of the last completed pull of any kind, and of the last completed full one
    read_at TEXT,
    full_at TEXT,
    -- columns of the object as last seen, to notice that they changed
    fingerprint TEXT,
    PRIMARY KEY (system, entity)
);

-- Incoming rows that could not be taken, whole.
CREATE TABLE quarantine (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    external_id TEXT,
    raw TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX quarantine_run ON quarantine (run_id, id);

CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    -- what the alert is about; at most one open alert per cause
    cause TEXT NOT NULL,
    system TEXT,
    message TEXT NOT NULL,
    link TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    mailed_at TEXT,
    times BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX alerts_open ON alerts (cause) WHERE closed_at IS NULL;
