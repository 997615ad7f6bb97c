CREATE TABLE conflicts (
    id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records (id),
    entity TEXT NOT NULL,
    title TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    -- of the strictest open difference: 3 high, 2 medium, 1 low
    stakes BIGINT NOT NULL CHECK (stakes BETWEEN 1 AND 3),
    due_at TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    assignee TEXT,
    claimed_by TEXT,
    claimed_until TEXT,
    -- raised with every change of what the page shows
    version BIGINT NOT NULL,
    -- the outcomes of a decision that was cancelled or overtaken, to be offered again
    draft TEXT
);
CREATE UNIQUE INDEX conflicts_one_open ON conflicts (record_id) WHERE open;
CREATE INDEX conflicts_queue ON conflicts (stakes DESC, due_at, id) WHERE open;
CREATE INDEX conflicts_due ON conflicts (due_at, id) WHERE open;
CREATE INDEX conflicts_record ON conflicts (record_id, id);

CREATE TABLE differences (
    id TEXT PRIMARY KEY,
    conflict_id TEXT NOT NULL REFERENCES conflicts (id),
    record_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    field TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('change', 'clash', 'first', 'missing', 'deleted')),
    state TEXT NOT NULL CHECK (state IN
        ('open', 'decided', 'excepted', 'settled_by_rule', 'settled_by_itself')),
    -- distinct values and who holds them, the agreed value, findings: as last judged
    body TEXT NOT NULL,
    -- of the normalised values by system: tells whether anything moved
    fingerprint TEXT NOT NULL,
    cause TEXT NOT NULL,
    -- the systems in dispute, as ,portal,warehouse,
    systems TEXT NOT NULL,
    stakes BIGINT NOT NULL,
    due_at TEXT NOT NULL,
    policy_version BIGINT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    -- the decision it waits for or was closed by
    resolution_id TEXT
);
CREATE INDEX differences_conflict ON differences (conflict_id);
CREATE INDEX differences_record ON differences (record_id, field);
CREATE INDEX differences_state ON differences (state, id);

CREATE TABLE exceptions (
    record_id TEXT NOT NULL,
    field TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    until TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (record_id, field)
);
CREATE INDEX exceptions_until ON exceptions (until);

CREATE TABLE resolutions (
    id TEXT PRIMARY KEY,
    conflict_id TEXT NOT NULL REFERENCES conflicts (id),
    record_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'sending', 'done', 'partly', 'undone', 'overtaken')),
    -- JSON of who decided
    actor TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    created_at TEXT NOT NULL,
    held_until TEXT NOT NULL,
    policy_version BIGINT NOT NULL,
    -- what was on the page: values with their versions, suggestion shown or not
    page TEXT NOT NULL,
    outcomes TEXT NOT NULL
);
CREATE INDEX resolutions_conflict ON resolutions (conflict_id, id);
CREATE INDEX resolutions_actor ON resolutions (actor_id, id);
