CREATE TABLE records (
    id TEXT PRIMARY KEY,
    entity TEXT NOT NULL,
    -- the identifier shared by the systems, where the mappings declare one
    link TEXT,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE UNIQUE INDEX records_link ON records (entity, link);

-- What one system currently says about one record; also the crosswalk.
CREATE TABLE holdings (
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    external_id TEXT NOT NULL,
    record_id TEXT NOT NULL REFERENCES records (id),
    present BOOLEAN NOT NULL,
    raw TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- the version row this holding stands on; null while it never changed
    version_id TEXT,
    -- counts the changes seen: the optimistic lock of what was on a page
    revision BIGINT NOT NULL,
    modified_at TEXT,
    modified_by TEXT,
    token TEXT,
    -- the change happened in (read_after, read_at]
    read_after TEXT,
    read_at TEXT NOT NULL,
    run_id TEXT NOT NULL,
    PRIMARY KEY (system, entity, external_id)
);
CREATE INDEX holdings_record ON holdings (record_id);

-- Links made by hand or from a file: they come before the declared key.
CREATE TABLE links (
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    external_id TEXT NOT NULL,
    record_id TEXT NOT NULL REFERENCES records (id),
    origin TEXT NOT NULL CHECK (origin IN ('hand', 'file')),
    created_at TEXT NOT NULL,
    PRIMARY KEY (system, entity, external_id)
);

CREATE TABLE versions (
    -- UUIDv7 of the read that found it
    id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL,
    system TEXT NOT NULL,
    entity TEXT NOT NULL,
    external_id TEXT NOT NULL,
    parent TEXT,
    present BOOLEAN NOT NULL,
    raw TEXT NOT NULL,
    digest TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('run', 'write', 'webhook')),
    modified_at TEXT,
    modified_by TEXT,
    read_after TEXT,
    read_at TEXT NOT NULL,
    run_id TEXT NOT NULL
);
CREATE INDEX versions_record ON versions (record_id, id);
CREATE INDEX versions_author ON versions (system, modified_by, modified_at);

-- Per record the last values on which all systems agreed, compact.
CREATE TABLE bases (
    record_id TEXT PRIMARY KEY REFERENCES records (id),
    body TEXT NOT NULL
);

-- Records whose holdings changed since they were last judged.
CREATE TABLE unjudged (
    record_id TEXT PRIMARY KEY,
    entity TEXT NOT NULL,
    run_id TEXT NOT NULL
);

-- Normalised words and identifiers to find records by, prefix by index.
CREATE TABLE search_tokens (
    token TEXT NOT NULL,
    record_id TEXT NOT NULL,
    PRIMARY KEY (token, record_id)
);
CREATE INDEX search_tokens_record ON search_tokens (record_id);
