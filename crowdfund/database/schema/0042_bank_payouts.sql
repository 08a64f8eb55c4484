-- What left an organisation's account at the processor for its bank, and was sent back by it. Only what failed once has a row; each new
-- try is the same row under another key. first_stripe_id: the payout that failed first; stripe_payout_id: the latest. gone: the account
-- has no such amount any more, as it left with a later payout or was taken back.
CREATE TABLE bank_payout (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    first_stripe_id TEXT NOT NULL UNIQUE,
    stripe_payout_id TEXT NOT NULL UNIQUE,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('failed', 'sending', 'sent', 'paid', 'gone')),
    attempt BIGINT NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    note TEXT NOT NULL DEFAULT '',
    next_try_at BIGINT NOT NULL,
    asked_at BIGINT,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    CHECK (state <> 'sending' OR asked_at IS NOT NULL),
    CHECK ((ended_at IS NOT NULL) = (state IN ('paid', 'gone')))
);
CREATE INDEX bank_payout_organisation ON bank_payout (organisation_id, id);
CREATE INDEX bank_payout_due ON bank_payout (next_try_at) WHERE state IN ('failed', 'sending');

CREATE TABLE bank_payout_event (
    id BIGINT PRIMARY KEY,
    bank_payout_id BIGINT NOT NULL REFERENCES bank_payout (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX bank_payout_event_payout ON bank_payout_event (bank_payout_id, id);
-- sqlite:
CREATE TRIGGER bank_payout_event_is_kept_u BEFORE UPDATE ON bank_payout_event BEGIN SELECT RAISE(ABORT, 'bank_payout_event is append-only'); END;
CREATE TRIGGER bank_payout_event_is_kept_d BEFORE DELETE ON bank_payout_event BEGIN SELECT RAISE(ABORT, 'bank_payout_event is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER bank_payout_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_payout_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
