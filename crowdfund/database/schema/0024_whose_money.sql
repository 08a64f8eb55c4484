-- A payment is held for a fund or for a screening; held_for says which (`campaign:1`, `screening:2`), as journal entries do. What is
-- paid on the processor's page has no card that was saved before.
-- SQLite can't take a NOT NULL back, so there the tables are made anew.
-- sqlite:
CREATE TABLE new_charge (
    id BIGINT PRIMARY KEY,
    subject TEXT NOT NULL,
    held_for TEXT NOT NULL,
    campaign_id BIGINT,
    person_id BIGINT NOT NULL REFERENCES person (id),
    card_id BIGINT REFERENCES saved_card (id),
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
    passed_on_minor BIGINT NOT NULL DEFAULT 0 CHECK (passed_on_minor >= 0 AND passed_on_minor + refunded_minor <= amount_minor),
    made_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (subject, attempt),
    CHECK (refunded_minor >= 0 AND refunded_minor <= amount_minor),
    CHECK (campaign_id IS NULL OR held_for = 'campaign:' || CAST(campaign_id AS TEXT)),
    CHECK (campaign_id IS NULL OR card_id IS NOT NULL)
);
INSERT INTO new_charge SELECT id, subject, 'campaign:' || CAST(campaign_id AS TEXT), campaign_id, person_id, card_id, attempt, key,
    amount_minor, currency, state, stripe_payment_intent_id, stripe_charge_id, decline_code, advice, balance_transaction_id, fee_minor,
    refunded_minor, passed_on_minor, made_at, sent_at, ended_at FROM charge;
DROP TABLE charge;
ALTER TABLE new_charge RENAME TO charge;
CREATE UNIQUE INDEX charge_one_live ON charge (subject) WHERE state IN ('sending', 'needs_action', 'succeeded');
CREATE INDEX charge_sending ON charge (sent_at) WHERE state = 'sending';
CREATE INDEX charge_fee_missing ON charge (ended_at) WHERE state = 'succeeded' AND fee_minor IS NULL;
CREATE INDEX charge_campaign ON charge (campaign_id, state);
CREATE INDEX charge_person ON charge (person_id, id);
CREATE INDEX charge_not_given_back ON charge (campaign_id, id) WHERE state = 'succeeded' AND refunded_minor < amount_minor;

CREATE TABLE new_refund (
    id BIGINT PRIMARY KEY,
    charge_id BIGINT NOT NULL REFERENCES charge (id),
    subject TEXT NOT NULL,
    held_for TEXT NOT NULL,
    campaign_id BIGINT,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed', 'paid_another_way')),
    key TEXT NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    by_person_id BIGINT REFERENCES person (id),
    stripe_refund_id TEXT UNIQUE,
    stripe_charge_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    ended_at BIGINT,
    CHECK (campaign_id IS NULL OR held_for = 'campaign:' || CAST(campaign_id AS TEXT))
);
INSERT INTO new_refund SELECT id, charge_id, subject, 'campaign:' || CAST(campaign_id AS TEXT), campaign_id, amount_minor, currency,
    state, key, reason, note, by_person_id, stripe_refund_id, stripe_charge_id, made_at, sent_at, ended_at FROM refund;
DROP TABLE refund;
ALTER TABLE new_refund RENAME TO refund;
CREATE INDEX refund_pending ON refund (sent_at) WHERE state = 'pending';
CREATE INDEX refund_failed ON refund (id) WHERE state = 'failed';
CREATE INDEX refund_charge ON refund (charge_id);
CREATE INDEX refund_campaign ON refund (campaign_id, state);
-- end
-- postgres:
ALTER TABLE charge ADD COLUMN held_for TEXT, ALTER COLUMN campaign_id DROP NOT NULL, ALTER COLUMN card_id DROP NOT NULL;
UPDATE charge SET held_for = 'campaign:' || CAST(campaign_id AS TEXT);
ALTER TABLE charge ALTER COLUMN held_for SET NOT NULL,
    ADD CONSTRAINT charge_held_for_check CHECK (campaign_id IS NULL OR held_for = 'campaign:' || CAST(campaign_id AS TEXT)),
    ADD CONSTRAINT charge_card_check CHECK (campaign_id IS NULL OR card_id IS NOT NULL);
ALTER TABLE refund ADD COLUMN held_for TEXT, ALTER COLUMN campaign_id DROP NOT NULL;
UPDATE refund SET held_for = 'campaign:' || CAST(campaign_id AS TEXT);
ALTER TABLE refund ALTER COLUMN held_for SET NOT NULL,
    ADD CONSTRAINT refund_held_for_check CHECK (campaign_id IS NULL OR held_for = 'campaign:' || CAST(campaign_id AS TEXT));
-- end
CREATE INDEX charge_held_for ON charge (held_for, id) WHERE campaign_id IS NULL;
CREATE INDEX refund_held_for ON refund (held_for, state) WHERE campaign_id IS NULL;

-- A visit to the processor's page to pay for something (`order:1234`). It ends paid or expired; what is paid after we gave it up is
-- looked at all the same. give_up_at: business time at which it is called off, pay_until: the same as the processor was told.
CREATE TABLE checkout (
    id BIGINT PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,
    held_for TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0 AND amount_minor <= 99999999),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'expired')),
    stripe_session_id TEXT UNIQUE,
    url TEXT NOT NULL DEFAULT '',
    give_up_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX checkout_open ON checkout (give_up_at) WHERE state = 'open';
CREATE INDEX checkout_person ON checkout (person_id, id);
