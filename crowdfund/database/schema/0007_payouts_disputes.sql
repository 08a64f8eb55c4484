-- What a funded fund is owed, sent to the organisation's account at the processor.
CREATE TABLE payout (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sending', 'paid', 'failed')),
    attempt BIGINT NOT NULL DEFAULT 1,
    key TEXT NOT NULL UNIQUE,
    stripe_transfer_id TEXT UNIQUE,
    note TEXT NOT NULL DEFAULT '',
    next_try_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    paid_at BIGINT
);
CREATE INDEX payout_campaign ON payout (campaign_id);
CREATE UNIQUE INDEX payout_one_under_way ON payout (campaign_id) WHERE state IN ('due', 'sending');
CREATE INDEX payout_due ON payout (next_try_at) WHERE state IN ('due', 'sending');

-- A bank took money back on a fan's word.
CREATE TABLE dispute (
    id BIGINT PRIMARY KEY,
    stripe_dispute_id TEXT NOT NULL UNIQUE,
    charge_id BIGINT NOT NULL REFERENCES charge (id),
    pledge_id BIGINT NOT NULL REFERENCES pledge (id),
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('needs_response', 'answering', 'under_review', 'won', 'lost')),
    evidence TEXT NOT NULL DEFAULT '',
    answered_by_id BIGINT REFERENCES person (id),
    due_by BIGINT,
    made_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX dispute_campaign ON dispute (campaign_id, state);
