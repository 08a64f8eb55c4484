CREATE TABLE pledge (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    campaign_id BIGINT NOT NULL,
    currency TEXT NOT NULL,
    tier_id BIGINT,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0 AND amount_minor <= 99999999),
    state TEXT NOT NULL CHECK (state IN ('started', 'active', 'charging', 'errored', 'collected', 'disputed', 'refunded', 'lost',
        'cancelled', 'released', 'dropped')),
    card_id BIGINT REFERENCES saved_card (id),
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    shown_as TEXT NOT NULL DEFAULT 'name' CHECK (shown_as IN ('name', 'nobody')),
    referrer TEXT NOT NULL DEFAULT '',
    page_version BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_charge_at BIGINT,
    made_at BIGINT NOT NULL,
    UNIQUE (person_id, key),
    FOREIGN KEY (campaign_id, currency) REFERENCES campaign (id, currency),
    FOREIGN KEY (tier_id, campaign_id) REFERENCES tier (id, campaign_id)
);
-- A fan has one live pledge in a fund: more is an amendment of it.
CREATE UNIQUE INDEX pledge_one_live ON pledge (person_id, campaign_id)
    WHERE state IN ('active', 'charging', 'errored', 'collected', 'disputed');
CREATE INDEX pledge_campaign_state ON pledge (campaign_id, state, id);
CREATE INDEX pledge_due ON pledge (campaign_id, next_charge_at) WHERE state = 'errored';
CREATE INDEX pledge_card ON pledge (card_id) WHERE state IN ('active', 'charging', 'errored');

CREATE TABLE pledge_event (
    id BIGINT PRIMARY KEY,
    pledge_id BIGINT NOT NULL REFERENCES pledge (id),
    kind TEXT NOT NULL CHECK (kind IN ('moved', 'amended')),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    tier_id BIGINT,
    quantity BIGINT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT,
    at BIGINT NOT NULL
);
CREATE INDEX pledge_event_pledge ON pledge_event (pledge_id, id);

-- Pledges by day and referrer, counted as they are made, so that a dashboard never reads them all.
CREATE TABLE pledge_count (
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    day TEXT NOT NULL,
    referrer TEXT NOT NULL,
    pledges BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, day, referrer)
);

-- What a backer of a shipped tier is owed, from the address to the door.
CREATE TABLE delivery (
    pledge_id BIGINT PRIMARY KEY REFERENCES pledge (id),
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    tier_id BIGINT NOT NULL REFERENCES tier (id),
    state TEXT NOT NULL CHECK (state IN ('awaiting_address', 'ready', 'sent', 'received')),
    recipient TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '',
    tracking TEXT NOT NULL DEFAULT '',
    asked_at BIGINT NOT NULL,
    sent_at BIGINT,
    received_at BIGINT
);
CREATE INDEX delivery_campaign ON delivery (campaign_id, state);

-- sqlite:
CREATE TRIGGER pledge_event_is_kept_u BEFORE UPDATE ON pledge_event BEGIN SELECT RAISE(ABORT, 'pledge_event is append-only'); END;
CREATE TRIGGER pledge_event_is_kept_d BEFORE DELETE ON pledge_event BEGIN SELECT RAISE(ABORT, 'pledge_event is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER pledge_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON pledge_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
