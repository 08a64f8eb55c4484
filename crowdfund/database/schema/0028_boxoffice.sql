-- What a cinema and a producer agree on the money of a title: versions, each a row. terms: canonical JSON, as boxoffice/deals has it.
-- run_id: the version that began its run: its own, or an earlier one where this version counts for what is settled already, too.
-- reserve_bps: what is kept out of locked revenue for refunds. settle_days: after the end of a screening.
CREATE TABLE deal (
    id BIGINT PRIMARY KEY,
    booking_id BIGINT NOT NULL REFERENCES booking (id),
    version BIGINT NOT NULL CHECK (version > 0),
    run_id BIGINT REFERENCES deal (id),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'offered', 'agreed', 'superseded')),
    terms TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    reserve_bps BIGINT NOT NULL CHECK (reserve_bps BETWEEN 0 AND 10000),
    settle_days BIGINT NOT NULL CHECK (settle_days BETWEEN 0 AND 60),
    from_start BIGINT NOT NULL CHECK (from_start IN (0, 1)),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    offered_at BIGINT,
    agreed_at BIGINT,
    UNIQUE (booking_id, version),
    CHECK ((agreed_at IS NULL) = (run_id IS NULL))
);
CREATE UNIQUE INDEX deal_one_agreed ON deal (booking_id, currency) WHERE state = 'agreed';
CREATE UNIQUE INDEX deal_one_offered ON deal (booking_id, currency) WHERE state = 'offered';
CREATE UNIQUE INDEX deal_one_draft ON deal (booking_id, organisation_id, currency) WHERE state = 'draft';

CREATE TABLE deal_event (
    id BIGINT PRIMARY KEY,
    deal_id BIGINT NOT NULL REFERENCES deal (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX deal_event_deal ON deal_event (deal_id, id);

-- Who a payee of a deal is on this platform. No organisation: the platform itself.
CREATE TABLE deal_payee (
    deal_id BIGINT NOT NULL REFERENCES deal (id),
    payee TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    PRIMARY KEY (deal_id, payee)
);
CREATE INDEX deal_payee_organisation ON deal_payee (organisation_id) WHERE organisation_id IS NOT NULL;

-- What was counted and shared out, each a row for good: a screening when it is settled; a true-up; what was taken back of it, given
-- back to it, or came in later. number: its place in its run. fees: booking fees. processor: what the payment company's part of
-- this row is; short: what of that no booking fee covered, and the cinema bore. input_sha256: of what the engine was given.
CREATE TABLE settlement (
    id BIGINT PRIMARY KEY,
    run_id BIGINT NOT NULL REFERENCES deal (id),
    number BIGINT NOT NULL CHECK (number > 0),
    kind TEXT NOT NULL CHECK (kind IN ('settled', 'true_up', 'taken_back', 'given_back', 'added')),
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    booking_id BIGINT NOT NULL REFERENCES booking (id),
    deal_id BIGINT NOT NULL REFERENCES deal (id),
    week BIGINT NOT NULL CHECK (week > 0),
    currency TEXT NOT NULL,
    gross_minor BIGINT NOT NULL,
    admissions BIGINT NOT NULL,
    fees_minor BIGINT NOT NULL,
    processor_minor BIGINT NOT NULL DEFAULT 0 CHECK (processor_minor >= 0),
    short_minor BIGINT NOT NULL DEFAULT 0 CHECK (short_minor >= 0 AND short_minor <= processor_minor),
    sold BIGINT NOT NULL DEFAULT 0,
    admitted BIGINT NOT NULL DEFAULT 0,
    refunded BIGINT NOT NULL DEFAULT 0,
    counted BIGINT,
    words TEXT NOT NULL DEFAULT '',
    owed TEXT NOT NULL DEFAULT '[]',
    deal_sha256 TEXT NOT NULL,
    input_sha256 TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (run_id, number),
    CHECK (kind <> 'true_up' OR (gross_minor = 0 AND admissions = 0 AND fees_minor = 0))
);
-- Nothing is settled twice.
CREATE UNIQUE INDEX settlement_once ON settlement (screening_id) WHERE kind = 'settled';
CREATE INDEX settlement_screening ON settlement (screening_id, id);
CREATE INDEX settlement_booking ON settlement (booking_id, id);

-- share: of the gross, by the deal. cost: what the cinema bore of the payment company's part. fee: what booking fees left over.
-- Amounts may be below zero.
CREATE TABLE settlement_line (
    settlement_id BIGINT NOT NULL REFERENCES settlement (id),
    what TEXT NOT NULL CHECK (what IN ('share', 'cost', 'fee')),
    payee TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisation (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (settlement_id, what, payee)
);
CREATE INDEX settlement_line_organisation ON settlement_line (organisation_id, settlement_id);

-- Which tickets a row counts, or takes out again, and what each stood for.
CREATE TABLE settled_ticket (
    settlement_id BIGINT NOT NULL REFERENCES settlement (id),
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    gross_minor BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL,
    admissions BIGINT NOT NULL,
    PRIMARY KEY (settlement_id, ticket_id)
);
CREATE INDEX settled_ticket_ticket ON settled_ticket (ticket_id);

-- Who is owed something of a screening and was not paid yet: for payouts, so that they need not look through all that was ever settled.
CREATE TABLE share_due (
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    currency TEXT NOT NULL,
    PRIMARY KEY (screening_id, organisation_id)
);
CREATE INDEX share_due_organisation ON share_due (organisation_id);

-- What the cinema counted at the door by itself, and why that is another number than ours. The newest row counts.
CREATE TABLE door_count (
    id BIGINT PRIMARY KEY,
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    counted BIGINT NOT NULL CHECK (counted BETWEEN 0 AND 1000000),
    words TEXT NOT NULL DEFAULT '',
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL
);
CREATE INDEX door_count_screening ON door_count (screening_id, id);

-- sqlite:
CREATE TRIGGER deal_event_is_kept_u BEFORE UPDATE ON deal_event BEGIN SELECT RAISE(ABORT, 'deal_event is append-only'); END;
CREATE TRIGGER deal_event_is_kept_d BEFORE DELETE ON deal_event BEGIN SELECT RAISE(ABORT, 'deal_event is append-only'); END;
CREATE TRIGGER settlement_is_kept_u BEFORE UPDATE ON settlement BEGIN SELECT RAISE(ABORT, 'settlement is append-only'); END;
CREATE TRIGGER settlement_is_kept_d BEFORE DELETE ON settlement BEGIN SELECT RAISE(ABORT, 'settlement is append-only'); END;
CREATE TRIGGER settlement_line_is_kept_u BEFORE UPDATE ON settlement_line BEGIN SELECT RAISE(ABORT, 'settlement_line is append-only'); END;
CREATE TRIGGER settlement_line_is_kept_d BEFORE DELETE ON settlement_line BEGIN SELECT RAISE(ABORT, 'settlement_line is append-only'); END;
CREATE TRIGGER settled_ticket_is_kept_u BEFORE UPDATE ON settled_ticket BEGIN SELECT RAISE(ABORT, 'settled_ticket is append-only'); END;
CREATE TRIGGER settled_ticket_is_kept_d BEFORE DELETE ON settled_ticket BEGIN SELECT RAISE(ABORT, 'settled_ticket is append-only'); END;
CREATE TRIGGER door_count_is_kept_u BEFORE UPDATE ON door_count BEGIN SELECT RAISE(ABORT, 'door_count is append-only'); END;
CREATE TRIGGER door_count_is_kept_d BEFORE DELETE ON door_count BEGIN SELECT RAISE(ABORT, 'door_count is append-only'); END;
-- What was offered to the other side stays word for word.
CREATE TRIGGER deal_terms_stay BEFORE UPDATE OF terms, sha256, currency, reserve_bps, settle_days, from_start, note ON deal
WHEN OLD.state <> 'draft' BEGIN SELECT RAISE(ABORT, 'what was offered stays'); END;
CREATE TRIGGER deal_payee_stays_i BEFORE INSERT ON deal_payee
WHEN (SELECT state FROM deal WHERE id = NEW.deal_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'what was offered stays'); END;
CREATE TRIGGER deal_payee_stays_u BEFORE UPDATE ON deal_payee
WHEN (SELECT state FROM deal WHERE id = OLD.deal_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'what was offered stays'); END;
CREATE TRIGGER deal_payee_stays_d BEFORE DELETE ON deal_payee
WHEN (SELECT state FROM deal WHERE id = OLD.deal_id) <> 'draft' BEGIN SELECT RAISE(ABORT, 'what was offered stays'); END;
-- end
-- postgres:
CREATE TRIGGER deal_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON deal_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settlement_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settlement_line_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settled_ticket_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON settled_ticket FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER door_count_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON door_count FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_other_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was offered stays' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER deal_terms_stay BEFORE UPDATE OF terms, sha256, currency, reserve_bps, settle_days, from_start, note ON deal
FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_other_terms();
CREATE FUNCTION refuse_other_payee() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed BIGINT;
BEGIN
    IF TG_OP = 'INSERT' THEN changed := NEW.deal_id; ELSE changed := OLD.deal_id; END IF;
    IF (SELECT state FROM deal WHERE id = changed) <> 'draft' THEN
        RAISE EXCEPTION 'what was offered stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deal_payee_stays BEFORE INSERT OR UPDATE OR DELETE ON deal_payee FOR EACH ROW EXECUTE FUNCTION refuse_other_payee();
-- end

-- A payout is of a fund, or of what a screening owes an organisation; held_for says which.
-- sqlite:
DROP TRIGGER expense_within_what_was_paid;
CREATE TABLE new_payout (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    held_for TEXT NOT NULL,
    campaign_id BIGINT REFERENCES campaign (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sending', 'paid', 'failed')),
    attempt BIGINT NOT NULL DEFAULT 1,
    key TEXT NOT NULL UNIQUE,
    stripe_transfer_id TEXT UNIQUE,
    note TEXT NOT NULL DEFAULT '',
    next_try_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    paid_at BIGINT,
    recipient_id BIGINT REFERENCES recipient (id),
    CHECK (campaign_id IS NULL OR held_for = 'campaign:' || CAST(campaign_id AS TEXT)),
    CHECK (campaign_id IS NOT NULL OR recipient_id IS NULL)
);
INSERT INTO new_payout SELECT id, organisation_id, 'campaign:' || CAST(campaign_id AS TEXT), campaign_id, amount_minor, currency, state,
    attempt, key, stripe_transfer_id, note, next_try_at, made_at, paid_at, recipient_id FROM payout;
DROP TABLE payout;
ALTER TABLE new_payout RENAME TO payout;
CREATE INDEX payout_campaign ON payout (campaign_id);
CREATE INDEX payout_due ON payout (next_try_at) WHERE state IN ('due', 'sending');
CREATE TRIGGER expense_within_what_was_paid BEFORE INSERT ON expense
WHEN NEW.reverses IS NULL AND NEW.amount_minor
    + (SELECT COALESCE(SUM(CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END), 0) FROM expense
       WHERE campaign_id = NEW.campaign_id)
    > (SELECT COALESCE(SUM(amount_minor), 0) FROM payout WHERE campaign_id = NEW.campaign_id AND recipient_id IS NULL AND state = 'paid')
BEGIN SELECT RAISE(ABORT, 'more would be told of than was paid out'); END;
-- end
-- postgres:
ALTER TABLE payout ADD COLUMN held_for TEXT, ALTER COLUMN campaign_id DROP NOT NULL;
UPDATE payout SET held_for = 'campaign:' || CAST(campaign_id AS TEXT);
ALTER TABLE payout ALTER COLUMN held_for SET NOT NULL,
    ADD CONSTRAINT payout_held_for_check CHECK (campaign_id IS NULL OR held_for = 'campaign:' || CAST(campaign_id AS TEXT)),
    ADD CONSTRAINT payout_recipient_check CHECK (campaign_id IS NOT NULL OR recipient_id IS NULL);
DROP INDEX payout_one_under_way;
-- end
CREATE UNIQUE INDEX payout_one_under_way ON payout (held_for, organisation_id, COALESCE(recipient_id, 0)) WHERE state IN ('due', 'sending');
CREATE INDEX payout_held_for ON payout (held_for, organisation_id) WHERE campaign_id IS NULL;
