-- What fans took once is promised: from that moment on a tier may only grow, even when all of them have left it again.
ALTER TABLE tier ADD COLUMN first_taken_at BIGINT;
UPDATE tier SET first_taken_at = first.at
FROM (SELECT tier_id, MIN(at) AS at FROM pledge_event WHERE tier_id IS NOT NULL AND to_state = 'active' GROUP BY tier_id) AS first
WHERE first.tier_id = tier.id;

-- A delivery ends with the pledge that it belongs to: withdrawn. SQLite can't change a CHECK, so there the table is made anew.
DROP INDEX delivery_campaign;
-- sqlite:
ALTER TABLE delivery RENAME TO old_delivery;
CREATE TABLE delivery (
    pledge_id BIGINT PRIMARY KEY REFERENCES pledge (id),
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    tier_id BIGINT NOT NULL REFERENCES tier (id),
    state TEXT NOT NULL CHECK (state IN ('awaiting_address', 'ready', 'sent', 'received', 'withdrawn')),
    recipient TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '',
    tracking TEXT NOT NULL DEFAULT '',
    asked_at BIGINT NOT NULL,
    sent_at BIGINT,
    received_at BIGINT
);
INSERT INTO delivery (pledge_id, campaign_id, tier_id, state, recipient, address, country, tracking, asked_at, sent_at, received_at)
SELECT pledge_id, campaign_id, tier_id, state, recipient, address, country, tracking, asked_at, sent_at, received_at FROM old_delivery;
DROP TABLE old_delivery;
-- end
-- postgres:
ALTER TABLE delivery DROP CONSTRAINT delivery_state_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_state_check
    CHECK (state IN ('awaiting_address', 'ready', 'sent', 'received', 'withdrawn'));
-- end
UPDATE delivery SET state = 'withdrawn' WHERE state IN ('awaiting_address', 'ready')
    AND EXISTS (SELECT 1 FROM pledge p WHERE p.id = delivery.pledge_id AND p.state IN ('refunded', 'lost'));
CREATE INDEX delivery_campaign ON delivery (campaign_id, state, pledge_id);
CREATE INDEX delivery_unsent ON delivery (tier_id) WHERE state IN ('awaiting_address', 'ready');

-- Who moved a delivery, why and when; never changed, never deleted. A delivery goes by the number of its pledge.
CREATE TABLE delivery_event (
    id BIGINT PRIMARY KEY,
    delivery_id BIGINT NOT NULL REFERENCES delivery (pledge_id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX delivery_event_delivery ON delivery_event (delivery_id, id);

-- sqlite:
CREATE TRIGGER delivery_event_is_kept_u BEFORE UPDATE ON delivery_event BEGIN SELECT RAISE(ABORT, 'delivery_event is append-only'); END;
CREATE TRIGGER delivery_event_is_kept_d BEFORE DELETE ON delivery_event BEGIN SELECT RAISE(ABORT, 'delivery_event is append-only'); END;
DROP TRIGGER tier_promise_is_kept;
CREATE TRIGGER tier_promise_is_kept BEFORE UPDATE OF name, description, price_minor, size, ships, delivers_on, first_taken_at ON tier
WHEN OLD.first_taken_at IS NOT NULL AND (NEW.first_taken_at IS NULL OR NEW.name <> OLD.name OR NEW.description <> OLD.description
    OR NEW.price_minor <> OLD.price_minor OR NEW.ships <> OLD.ships OR NEW.delivers_on <> OLD.delivers_on
    OR (NEW.size IS NOT NULL AND (OLD.size IS NULL OR NEW.size < OLD.size)))
BEGIN SELECT RAISE(ABORT, 'a backed tier keeps what it promises and may only grow'); END;
-- end
-- postgres:
CREATE TRIGGER delivery_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER tier_promise_is_kept ON tier;
CREATE OR REPLACE FUNCTION refuse_tier_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a backed tier keeps what it promises and may only grow' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER tier_promise_is_kept BEFORE UPDATE OF name, description, price_minor, size, ships, delivers_on, first_taken_at ON tier FOR EACH ROW
WHEN (OLD.first_taken_at IS NOT NULL AND (NEW.first_taken_at IS NULL OR NEW.name <> OLD.name OR NEW.description <> OLD.description
    OR NEW.price_minor <> OLD.price_minor OR NEW.ships <> OLD.ships OR NEW.delivers_on <> OLD.delivers_on
    OR (NEW.size IS NOT NULL AND (OLD.size IS NULL OR NEW.size < OLD.size))))
EXECUTE FUNCTION refuse_tier_change();
-- end
