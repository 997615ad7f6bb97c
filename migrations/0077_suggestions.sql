-- What is suggested for a difference, as its list is narrowed by it: high, some or low by the track record,
-- unknown where too few were decided, hidden until something is chosen, or none. Empty: not looked at yet.
ALTER TABLE differences ADD COLUMN suggestion TEXT NOT NULL DEFAULT '';
CREATE INDEX differences_by_suggestion ON differences (suggestion, state, conflict_id) WHERE state = 'open';

-- The track records that say something: of a pattern of differences, or of a field and a cause.
CREATE TABLE suggestion_tracks (
    scope TEXT PRIMARY KEY,
    strength TEXT NOT NULL CHECK (strength IN ('high', 'some', 'low'))
);
