-- The revision of the row that the incident is about: a later change is not part of it. 0 where the
-- record as a whole is meant, and of what was frozen before this was kept.
ALTER TABLE incident_records ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
