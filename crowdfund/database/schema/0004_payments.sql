-- A card that Stripe keeps for a person. kept: the fan asked to keep it; otherwise it is let go when nothing live uses it.
CREATE TABLE saved_card (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    stripe_payment_method_id TEXT NOT NULL UNIQUE,
    brand TEXT NOT NULL,
    last4 TEXT NOT NULL,
    expires_month BIGINT NOT NULL,
    expires_year BIGINT NOT NULL,
    fingerprint TEXT NOT NULL DEFAULT '',
    consent TEXT NOT NULL CHECK (consent IN ('keep', 'while_needed')),
    state TEXT NOT NULL CHECK (state IN ('saved', 'letting_go', 'gone')),
    made_at BIGINT NOT NULL
);
CREATE INDEX saved_card_person ON saved_card (person_id) WHERE state = 'saved';
CREATE INDEX saved_card_letting_go ON saved_card (id) WHERE state = 'letting_go';

-- A visit to the processor's page to save a card, and what it is for (`pledge:1234`).
CREATE TABLE card_setup (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    subject TEXT NOT NULL,
    consent TEXT NOT NULL CHECK (consent IN ('keep', 'while_needed')),
    consent_text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'completed', 'expired')),
    stripe_session_id TEXT UNIQUE,
    card_id BIGINT REFERENCES saved_card (id),
    made_at BIGINT NOT NULL
);
CREATE INDEX card_setup_open ON card_setup (made_at) WHERE state = 'open';
CREATE INDEX card_setup_subject ON card_setup (subject);
CREATE INDEX card_setup_card ON card_setup (card_id) WHERE card_id IS NOT NULL;

-- One attempt to take money from one card. The key goes to Stripe, so that repeating the call can't charge twice.
CREATE TABLE charge (
    id BIGINT PRIMARY KEY,
    subject TEXT NOT NULL,
    campaign_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    card_id BIGINT NOT NULL REFERENCES saved_card (id),
    attempt BIGINT NOT NULL CHECK (attempt > 0),
    key TEXT NOT NULL UNIQUE,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0 AND amount_minor <= 99999999),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'needs_action', 'succeeded', 'declined')),
    stripe_payment_intent_id TEXT UNIQUE,
    stripe_charge_id TEXT UNIQUE,
    decline_code TEXT NOT NULL DEFAULT '',
    advice TEXT NOT NULL DEFAULT '',
    balance_transaction_id TEXT UNIQUE,
    fee_minor BIGINT,
    refunded_minor BIGINT NOT NULL DEFAULT 0,
    made_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (subject, attempt),
    CHECK (refunded_minor >= 0 AND refunded_minor <= amount_minor)
);
-- At most one attempt of a subject may have money in it, or be under way.
CREATE UNIQUE INDEX charge_one_live ON charge (subject) WHERE state IN ('sending', 'needs_action', 'succeeded');
CREATE INDEX charge_sending ON charge (sent_at) WHERE state = 'sending';
CREATE INDEX charge_fee_missing ON charge (ended_at) WHERE state = 'succeeded' AND fee_minor IS NULL;
CREATE INDEX charge_campaign ON charge (campaign_id, state);
CREATE INDEX charge_person ON charge (person_id, id);

CREATE TABLE refund (
    id BIGINT PRIMARY KEY,
    charge_id BIGINT NOT NULL REFERENCES charge (id),
    subject TEXT NOT NULL,
    campaign_id BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed', 'paid_another_way')),
    key TEXT NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    stripe_refund_id TEXT UNIQUE,
    stripe_charge_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX refund_pending ON refund (sent_at) WHERE state = 'pending';
CREATE INDEX refund_failed ON refund (id) WHERE state = 'failed';
CREATE INDEX refund_charge ON refund (charge_id);
CREATE INDEX refund_campaign ON refund (campaign_id, state);

-- Events of the processor: stored once by their id, answered, then worked.
CREATE TABLE webhook_event (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    object_id TEXT NOT NULL,
    account_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('stored', 'worked', 'parked')),
    tries BIGINT NOT NULL DEFAULT 0,
    received_at BIGINT NOT NULL
);
CREATE INDEX webhook_event_stored ON webhook_event (received_at) WHERE state = 'stored';

-- How far the reconciler has read.
CREATE TABLE reconciled (
    what TEXT PRIMARY KEY,
    up_to TEXT NOT NULL
);
