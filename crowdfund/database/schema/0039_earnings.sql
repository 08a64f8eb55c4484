-- What sellers have earned is looked for among all accounts every few seconds.
CREATE INDEX account_of_earnings ON account (id) WHERE SUBSTR(code, 1, 9) = 'earnings:';
CREATE INDEX account_of_receivables ON account (id) WHERE SUBSTR(code, 1, 11) = 'receivable:';

-- What of a payout was taken back.
ALTER TABLE payout ADD COLUMN reversed_minor BIGINT NOT NULL DEFAULT 0 CHECK (reversed_minor >= 0 AND reversed_minor <= amount_minor);

-- A seller was paid, and then gave money back to a fan: what it owes us is asked of the processor, from a transfer made to it.
CREATE TABLE reversal (
    id BIGINT PRIMARY KEY,
    payout_id BIGINT NOT NULL REFERENCES payout (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sending', 'done', 'refused')),
    attempt BIGINT NOT NULL DEFAULT 1 CHECK (attempt > 0),
    key TEXT NOT NULL UNIQUE,
    stripe_reversal_id TEXT UNIQUE,
    note TEXT NOT NULL DEFAULT '',
    next_try_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    done_at BIGINT,
    CHECK ((state = 'done') = (done_at IS NOT NULL)),
    CHECK (state <> 'done' OR stripe_reversal_id IS NOT NULL)
);
-- One at a time of a payout; one that was refused is asked for again as the same.
CREATE UNIQUE INDEX reversal_one_open ON reversal (payout_id) WHERE state <> 'done';
CREATE INDEX reversal_due ON reversal (next_try_at) WHERE state IN ('due', 'sending');
CREATE INDEX reversal_organisation ON reversal (organisation_id, currency);
CREATE INDEX reversal_payout ON reversal (payout_id);

-- What a production has of what was sold under a licence. `period`: what was sold in it; `minimum`: what was missing at the end.
CREATE TABLE royalty_statement (
    id BIGINT PRIMARY KEY,
    licence_id BIGINT NOT NULL REFERENCES licence (id),
    kind TEXT NOT NULL CHECK (kind IN ('period', 'minimum')),
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    currency TEXT NOT NULL,
    units BIGINT NOT NULL DEFAULT 0,
    net_minor BIGINT NOT NULL DEFAULT 0,
    royalty_minor BIGINT NOT NULL DEFAULT 0 CHECK (royalty_minor >= 0),
    topped_up_minor BIGINT NOT NULL DEFAULT 0 CHECK (topped_up_minor >= 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'paid')),
    due_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    paid_at BIGINT,
    UNIQUE (licence_id, kind, currency, from_at),
    CHECK (from_at <= to_at AND (kind = 'minimum' OR from_at < to_at)),
    CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
    CHECK (kind = 'minimum' OR topped_up_minor = 0),
    CHECK (kind = 'period' OR (units = 0 AND net_minor = 0 AND royalty_minor = 0))
);
CREATE INDEX royalty_statement_open ON royalty_statement (due_at) WHERE state = 'open';
-- sqlite:
CREATE TRIGGER royalty_statement_is_kept_u BEFORE UPDATE ON royalty_statement WHEN OLD.state = 'paid'
BEGIN SELECT RAISE(ABORT, 'a paid statement stays'); END;
CREATE TRIGGER royalty_statement_is_kept_d BEFORE DELETE ON royalty_statement WHEN OLD.state = 'paid'
BEGIN SELECT RAISE(ABORT, 'a paid statement stays'); END;
-- end
-- postgres:
CREATE FUNCTION keep_paid_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a paid statement stays' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER royalty_statement_is_kept BEFORE UPDATE OR DELETE ON royalty_statement FOR EACH ROW
WHEN (OLD.state = 'paid') EXECUTE FUNCTION keep_paid_statement();
-- end
