-- Why a delivery needs a person: those of one cause have the same key.
ALTER TABLE deliveries ADD COLUMN cause TEXT;
UPDATE deliveries SET cause = 'said-earlier' WHERE state = 'refused';
UPDATE deliveries SET cause = 'by_hand' WHERE state = 'by_hand';
CREATE INDEX deliveries_cause ON deliveries (system, entity, cause, id) WHERE state IN ('refused', 'by_hand');
-- Alerts are raised by cause from here on, not by delivery.
UPDATE alerts SET closed_at = opened_at WHERE cause LIKE 'delivery/%' AND closed_at IS NULL;
