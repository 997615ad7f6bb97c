-- When judging this record failed by its own fault: it is left out until some time later, or until
-- it changes.
ALTER TABLE unjudged ADD COLUMN tried_at TEXT;
