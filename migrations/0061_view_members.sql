-- What a watched view held when its watcher was told last: what enters it by any other way than opening
-- is known by this. A view that holds very much has none.
CREATE TABLE view_members (
    view_id TEXT NOT NULL REFERENCES views (id),
    user_id TEXT NOT NULL,
    conflict_id TEXT NOT NULL,
    PRIMARY KEY (view_id, user_id, conflict_id)
);

-- The query whose members are known.
ALTER TABLE view_watchers ADD COLUMN known TEXT;
