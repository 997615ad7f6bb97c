-- What people decided, field by field: what was suggested then, whether it was kept, and whether the
-- decision was reversed. The track record of suggestions, and the last decisions on a field.
CREATE TABLE field_decisions (
    resolution_id TEXT NOT NULL REFERENCES resolutions (id),
    difference_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    -- of child rows the field that all of them are
    field TEXT NOT NULL,
    pattern TEXT NOT NULL,
    cause TEXT NOT NULL,
    -- the number of the value that was suggested; null where nothing was
    suggested BIGINT,
    -- before: it was seen; after: it was hidden until something was chosen; no: not shown
    shown TEXT NOT NULL CHECK (shown IN ('before', 'after', 'no')),
    kept BOOLEAN NOT NULL,
    reversed BOOLEAN NOT NULL,
    PRIMARY KEY (resolution_id, difference_id)
);
-- Each answers a page with its newest rows: the index alone is read.
CREATE INDEX field_decisions_pattern ON field_decisions (pattern, resolution_id, kept, reversed)
    WHERE suggested IS NOT NULL;
CREATE INDEX field_decisions_cause ON field_decisions (entity, field, cause, resolution_id, kept, reversed)
    WHERE suggested IS NOT NULL;
CREATE INDEX field_decisions_field ON field_decisions (entity, field, resolution_id);

-- Other open conflicts on what has the same name.
CREATE INDEX conflicts_title ON conflicts (substr(title, 1, 200), id) WHERE open;
