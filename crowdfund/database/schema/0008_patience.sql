-- An event that could not be worked yet waits its turn, and lets the others pass.
ALTER TABLE webhook_event ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
DROP INDEX webhook_event_stored;
CREATE INDEX webhook_event_stored ON webhook_event (next_at, received_at, id) WHERE state = 'stored';
