-- What is overdue and not told of, by its entity: looked at every few seconds.
CREATE INDEX conflicts_late ON conflicts (entity, due_at, id)
    WHERE open AND overdue_told IS NULL AND waits_until IS NULL AND incident_id IS NULL;
