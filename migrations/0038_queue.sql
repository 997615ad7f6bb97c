-- The queue's counts are walks over the index alone: it carries all they ask for, what its own condition says
-- too, without which SQLite looks up each row.
DROP INDEX conflicts_waiting;
CREATE INDEX conflicts_waiting ON conflicts (stakes DESC, due_at, id, assignee, entity, open, incident_id, waits_until)
    WHERE open AND incident_id IS NULL AND waits_until IS NULL;
-- Who looks at something now is few; all that is open is not.
CREATE INDEX conflicts_claimed ON conflicts (claimed_until) WHERE claimed_until IS NOT NULL;
-- A list narrowed to what few differences are is found from these. The state is in them so that SQLite takes
-- them before the one of all states.
CREATE INDEX differences_by_field ON differences (field, state, conflict_id) WHERE state = 'open';
CREATE INDEX differences_by_cause ON differences (cause, state, conflict_id) WHERE state = 'open';
CREATE INDEX differences_by_kind ON differences (kind, state, conflict_id) WHERE state = 'open';
-- Settled conflicts are counted by it; nothing pages through differences of one state by their ids.
DROP INDEX differences_state;
CREATE INDEX differences_state ON differences (state, conflict_id);
