-- What matched a view at one instant, for the person who froze it.
CREATE TABLE selections (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    -- the query of the queue's address
    view TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX selections_age ON selections (created_at);
CREATE TABLE selected (
    selection_id TEXT NOT NULL REFERENCES selections (id),
    place BIGINT NOT NULL,
    conflict_id TEXT NOT NULL,
    PRIMARY KEY (selection_id, place)
);

-- A view of the queue with a name: an address that is kept.
CREATE TABLE views (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    -- the query of the queue's address
    query TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE INDEX views_owner ON views (owner, name);
CREATE INDEX views_shared ON views (name) WHERE shared;

-- Who wants to be told when something enters a view, and what they know of it.
CREATE TABLE view_watchers (
    view_id TEXT NOT NULL REFERENCES views (id),
    user_id TEXT NOT NULL,
    -- the instant up to which they were told
    told_at TEXT NOT NULL,
    PRIMARY KEY (view_id, user_id)
);

-- The orders of the whole queue.
CREATE INDEX conflicts_by_title ON conflicts (title, id) WHERE open;
CREATE INDEX conflicts_by_age ON conflicts (opened_at, id) WHERE open;
