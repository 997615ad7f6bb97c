-- One problem of one mapping that holds many records.
CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('mass_delete', 'mass_change', 'storm')),
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    -- the run that showed it; empty for a storm
    run_id TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    -- so many records, of so many that the system held; 0 where that means nothing
    records BIGINT NOT NULL,
    held BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'working', 'ended')),
    -- what was chosen, by whom (JSON), why and when
    ending TEXT,
    actor TEXT,
    reason TEXT,
    chosen_at TEXT,
    ended_at TEXT,
    lease_until TEXT
);
CREATE UNIQUE INDEX incidents_one_open ON incidents (system, entity, kind) WHERE ended_at IS NULL;
CREATE INDEX incidents_mapping ON incidents (system, entity, kind, id);
CREATE INDEX incidents_state ON incidents (state, id);

-- The frozen set of an incident: the system's rows it is about.
CREATE TABLE incident_records (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    record_id TEXT NOT NULL,
    -- empty where the record as a whole is meant
    external_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'done', 'kept')),
    PRIMARY KEY (incident_id, external_id, record_id)
);
CREATE INDEX incident_records_record ON incident_records (record_id);
CREATE INDEX incident_records_state ON incident_records (incident_id, state, external_id, record_id);

-- Rows of a run that were held before and changed.
ALTER TABLE runs ADD COLUMN rows_moved BIGINT NOT NULL DEFAULT 0;

-- What is alike, whose mapping moved, and the incident that holds it: as last judged.
ALTER TABLE differences ADD COLUMN pattern TEXT NOT NULL DEFAULT '';
ALTER TABLE differences ADD COLUMN mover TEXT NOT NULL DEFAULT '';
ALTER TABLE differences ADD COLUMN incident_id TEXT;
CREATE INDEX differences_pattern ON differences (pattern, id) WHERE state = 'open';
CREATE INDEX differences_mover ON differences (entity, mover, opened_at);
CREATE INDEX differences_incident ON differences (incident_id, id) WHERE incident_id IS NOT NULL;

-- The incident that holds everything that is open of a conflict: it then waits there, and not in the queue.
ALTER TABLE conflicts ADD COLUMN incident_id TEXT;
CREATE INDEX conflicts_incident ON conflicts (incident_id, id) WHERE incident_id IS NOT NULL;
CREATE INDEX conflicts_waiting ON conflicts (stakes DESC, due_at, id) WHERE open AND incident_id IS NULL;
