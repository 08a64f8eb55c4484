-- A file that proves something: a club's signature, a registration, a receipt. Kept as it came, beside the pictures.
CREATE TABLE document (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
    bytes BIGINT NOT NULL CHECK (bytes > 0),
    sha256 TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

-- Who gets money that a transfer could not use: an academy or a development squad of a club, a charity of the platform's list.
-- organisation: whose account at the processor it comes to. report_days: by when it tells what became of it.
CREATE TABLE recipient (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    kind TEXT NOT NULL CHECK (kind IN ('academy', 'squad', 'charity')),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    about TEXT NOT NULL,
    report_days BIGINT NOT NULL CHECK (report_days BETWEEN 30 AND 365),
    state TEXT NOT NULL CHECK (state IN ('offered', 'withdrawn')),
    made_at BIGINT NOT NULL
);
CREATE INDEX recipient_organisation ON recipient (organisation_id);
CREATE INDEX recipient_charities ON recipient (name) WHERE kind = 'charity' AND state = 'offered';

-- A campaign can be a transfer fund: its money waits for a deal, and its backers decide where it goes when there is none.
-- SQLite can't change a CHECK, so there the table is made anew.
-- sqlite:
CREATE TABLE new_campaign (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES title (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    kind TEXT NOT NULL CHECK (kind IN ('film', 'transfer')),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    tagline TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'changes_requested', 'approved', 'rejected', 'prelaunch', 'live',
        'settling', 'funded', 'failed', 'cancelled', 'suspended', 'delivering', 'completed', 'funded_held', 'deal_agreed',
        'registered', 'released', 'outcome_failed', 'electing', 'refunding', 'redirecting', 'closed')),
    currency TEXT NOT NULL,
    goal_minor BIGINT NOT NULL CHECK (goal_minor >= 0 AND goal_minor <= 1000000000000),
    rule TEXT NOT NULL CHECK (rule IN ('strict', 'flexible', 'threshold')),
    threshold_bps BIGINT NOT NULL CHECK (threshold_bps BETWEEN 5000 AND 10000),
    fee_bps BIGINT NOT NULL CHECK (fee_bps BETWEEN 0 AND 3000),
    sale_id BIGINT REFERENCES sale (id),
    share_price_minor BIGINT CHECK (share_price_minor > 0),
    shares_per_fan_max BIGINT CHECK (shares_per_fan_max > 0),
    opens_at BIGINT,
    launched_at BIGINT,
    closes_at BIGINT,
    closed_at BIGINT,
    settle_by BIGINT,
    ended_at BIGINT,
    page_version BIGINT NOT NULL DEFAULT 1,
    promised_minor BIGINT NOT NULL DEFAULT 0 CHECK (promised_minor >= 0),
    pledges_live BIGINT NOT NULL DEFAULT 0 CHECK (pledges_live >= 0),
    promised_at_close_minor BIGINT NOT NULL DEFAULT 0,
    pledges_at_close BIGINT NOT NULL DEFAULT 0,
    collected_minor BIGINT NOT NULL DEFAULT 0 CHECK (collected_minor >= 0),
    refunded_minor BIGINT NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    made_at BIGINT NOT NULL,
    cap_minor BIGINT CHECK (cap_minor > 0),
    fallback_id BIGINT REFERENCES recipient (id),
    UNIQUE (id, currency),
    CHECK ((share_price_minor IS NULL) = (shares_per_fan_max IS NULL)),
    CONSTRAINT campaign_keeps_its_cap CHECK (cap_minor IS NULL OR promised_minor <= cap_minor)
);
INSERT INTO new_campaign (id, title_id, organisation_id, kind, slug, name, tagline, state, currency, goal_minor, rule, threshold_bps,
    fee_bps, sale_id, share_price_minor, shares_per_fan_max, opens_at, launched_at, closes_at, closed_at, settle_by, ended_at,
    page_version, promised_minor, pledges_live, promised_at_close_minor, pledges_at_close, collected_minor, refunded_minor, made_at)
SELECT id, title_id, organisation_id, kind, slug, name, tagline, state, currency, goal_minor, rule, threshold_bps,
    fee_bps, sale_id, share_price_minor, shares_per_fan_max, opens_at, launched_at, closes_at, closed_at, settle_by, ended_at,
    page_version, promised_minor, pledges_live, promised_at_close_minor, pledges_at_close, collected_minor, refunded_minor, made_at
FROM campaign;
DROP TABLE campaign;
ALTER TABLE new_campaign RENAME TO campaign;
CREATE INDEX campaign_organisation ON campaign (organisation_id);
CREATE INDEX campaign_state ON campaign (state, closes_at);
CREATE INDEX campaign_sale ON campaign (sale_id);
-- end
-- postgres:
ALTER TABLE campaign DROP CONSTRAINT campaign_kind_check, DROP CONSTRAINT campaign_state_check,
    ADD CONSTRAINT campaign_kind_check CHECK (kind IN ('film', 'transfer')),
    ADD CONSTRAINT campaign_state_check CHECK (state IN ('draft', 'submitted', 'changes_requested', 'approved', 'rejected',
        'prelaunch', 'live', 'settling', 'funded', 'failed', 'cancelled', 'suspended', 'delivering', 'completed', 'funded_held',
        'deal_agreed', 'registered', 'released', 'outcome_failed', 'electing', 'refunding', 'redirecting', 'closed')),
    ADD COLUMN cap_minor BIGINT CHECK (cap_minor > 0),
    ADD COLUMN fallback_id BIGINT REFERENCES recipient (id),
    ADD CONSTRAINT campaign_keeps_its_cap CHECK (cap_minor IS NULL OR promised_minor <= cap_minor);
-- end
-- Once people can see it, the announced fallback stays.
-- sqlite:
CREATE TRIGGER campaign_keeps_its_fallback BEFORE UPDATE OF fallback_id, cap_minor ON campaign
WHEN OLD.launched_at IS NOT NULL AND (OLD.fallback_id IS NOT NEW.fallback_id OR OLD.cap_minor IS NOT NEW.cap_minor)
BEGIN SELECT RAISE(ABORT, 'the fallback and the cap of a fund that was open stay'); END;
-- end
-- postgres:
CREATE FUNCTION refuse_other_fallback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the fallback and the cap of a fund that was open stay' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER campaign_keeps_its_fallback BEFORE UPDATE OF fallback_id, cap_minor ON campaign FOR EACH ROW
WHEN (OLD.launched_at IS NOT NULL AND (OLD.fallback_id IS DISTINCT FROM NEW.fallback_id OR OLD.cap_minor IS DISTINCT FROM NEW.cap_minor))
EXECUTE FUNCTION refuse_other_fallback();
-- end

-- What a part of a goal is for. What others have committed is in the stack and not in the goal.
ALTER TABLE budget_line ADD COLUMN part TEXT NOT NULL DEFAULT 'cost'
    CHECK (part IN ('cost', 'transfer_fee', 'tax', 'platform_fee', 'committed'));

-- What a transfer fund is about. The club signs for a named player: which document it signed, who did it, and the hash of all
-- that stands here, so that a later change is seen.
CREATE TABLE transfer (
    campaign_id BIGINT PRIMARY KEY REFERENCES campaign (id),
    sub_type TEXT NOT NULL CHECK (sub_type IN ('named_target', 'squad_budget')),
    player TEXT NOT NULL DEFAULT '',
    selling_club TEXT NOT NULL DEFAULT '',
    competition TEXT NOT NULL DEFAULT '',
    buys TEXT NOT NULL DEFAULT '',
    confirmed_by TEXT NOT NULL DEFAULT '',
    window_closes_at BIGINT,
    window_zone TEXT NOT NULL DEFAULT 'UTC',
    surplus TEXT NOT NULL DEFAULT 'refund' CHECK (surplus IN ('refund', 'fallback', 'club')),
    signed_hash TEXT NOT NULL DEFAULT '',
    signed_name TEXT NOT NULL DEFAULT '',
    signed_by_id BIGINT REFERENCES person (id),
    signed_document_id BIGINT REFERENCES document (id),
    signed_at BIGINT,
    elections_until BIGINT
);
CREATE INDEX transfer_window ON transfer (window_closes_at) WHERE sub_type = 'named_target';

-- What was announced when she pledged, and what she ticked: none of it changes afterwards.
ALTER TABLE pledge ADD COLUMN fallback_id BIGINT;
ALTER TABLE pledge ADD COLUMN if_it_fails TEXT NOT NULL DEFAULT '' CHECK (if_it_fails IN ('', 'refund', 'fallback', 'next', 'charity'));
ALTER TABLE pledge ADD COLUMN charity_id BIGINT;

-- What came of a transfer: exactly one, with evidence, and three days in which backers may object.
CREATE TABLE outcome (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    kind TEXT NOT NULL CHECK (kind IN ('signed', 'signed_without_fund', 'loan_instead', 'collapsed', 'player_elsewhere',
        'window_closed', 'rule_blocked', 'organiser_withdrew')),
    state TEXT NOT NULL CHECK (state IN ('filed', 'checked', 'standing', 'withdrawn')),
    words TEXT NOT NULL,
    document_id BIGINT REFERENCES document (id),
    filed_by_id BIGINT REFERENCES person (id),
    filed_at BIGINT NOT NULL,
    objections_until BIGINT NOT NULL,
    checked_by_id BIGINT REFERENCES person (id),
    checked_at BIGINT,
    decided_by_id BIGINT REFERENCES person (id),
    decided_at BIGINT,
    CHECK (document_id IS NOT NULL OR (filed_by_id IS NULL AND kind = 'window_closed')),
    CHECK (checked_by_id IS NULL OR checked_by_id <> filed_by_id),
    CHECK (kind <> 'signed' OR state <> 'standing' OR (checked_by_id IS NOT NULL AND decided_by_id IS NOT NULL
           AND checked_by_id <> decided_by_id AND decided_by_id <> filed_by_id))
);
CREATE UNIQUE INDEX outcome_one ON outcome (campaign_id) WHERE state <> 'withdrawn';
CREATE INDEX outcome_campaign ON outcome (campaign_id);
CREATE INDEX outcome_open ON outcome (objections_until) WHERE state IN ('filed', 'checked');

CREATE TABLE outcome_event (
    id BIGINT PRIMARY KEY,
    outcome_id BIGINT NOT NULL REFERENCES outcome (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX outcome_event_outcome ON outcome_event (outcome_id, id);

CREATE TABLE objection (
    id BIGINT PRIMARY KEY,
    outcome_id BIGINT NOT NULL REFERENCES outcome (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    text TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    answered_by_id BIGINT REFERENCES person (id),
    answered_at BIGINT,
    UNIQUE (outcome_id, person_id)
);
CREATE INDEX objection_open ON objection (outcome_id) WHERE answered_at IS NULL;

-- Each backer of a transfer that fell through decides where her money goes; by silence, what she ticked when she pledged.
CREATE TABLE election (
    pledge_id BIGINT PRIMARY KEY REFERENCES pledge (id),
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'refunded', 'given', 'kept', 'used', 'void')),
    chosen_by TEXT NOT NULL DEFAULT '' CHECK (chosen_by IN ('', 'fan', 'silence')),
    recipient_id BIGINT REFERENCES recipient (id),
    amount_minor BIGINT NOT NULL DEFAULT 0 CHECK (amount_minor >= 0),
    kept_for_id BIGINT REFERENCES campaign (id),
    kept_until BIGINT,
    asked_at BIGINT NOT NULL,
    chosen_at BIGINT,
    CHECK ((state = 'given') = (recipient_id IS NOT NULL)),
    CHECK (state = 'asked' OR state = 'void' OR (chosen_by <> '' AND chosen_at IS NOT NULL AND amount_minor > 0))
);
CREATE INDEX election_campaign ON election (campaign_id, state, pledge_id);
CREATE INDEX election_kept ON election (kept_for_id) WHERE state = 'kept';
CREATE INDEX election_kept_of ON election (campaign_id, kept_for_id, kept_until) WHERE state = 'kept';
CREATE INDEX election_person ON election (person_id, pledge_id);

CREATE TABLE election_event (
    id BIGINT PRIMARY KEY,
    election_id BIGINT NOT NULL REFERENCES election (pledge_id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX election_event_election ON election_event (election_id, id);

-- What one recipient got of one fund, and until when it tells what became of it.
CREATE TABLE gift (
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    recipient_id BIGINT NOT NULL REFERENCES recipient (id),
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    backers BIGINT NOT NULL CHECK (backers >= 0),
    report_by BIGINT,
    PRIMARY KEY (campaign_id, recipient_id)
);
CREATE INDEX gift_recipient ON gift (recipient_id);
CREATE INDEX gift_report ON gift (report_by) WHERE report_by IS NOT NULL;

CREATE TABLE use_report (
    id BIGINT PRIMARY KEY,
    recipient_id BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    document_id BIGINT REFERENCES document (id),
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    published_at BIGINT NOT NULL,
    FOREIGN KEY (campaign_id, recipient_id) REFERENCES gift (campaign_id, recipient_id)
);
CREATE INDEX use_report_gift ON use_report (recipient_id, campaign_id);

-- Money of a fund that goes back to all who gave, each by what she gave, a few hundred at a time. after_id: how far it has come.
-- of_minor: what they gave together. What is less than a cent for each stays for the organisation.
CREATE TABLE share_back (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    reason TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    of_minor BIGINT NOT NULL CHECK (of_minor >= amount_minor),
    shared_minor BIGINT NOT NULL DEFAULT 0 CHECK (shared_minor <= amount_minor),
    after_id BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('open', 'done')),
    by_person_id BIGINT REFERENCES person (id),
    made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX share_back_one ON share_back (campaign_id) WHERE state = 'open';

-- What of a charge went on by its fan's choice: neither hers to be given back nor the fund's any more.
ALTER TABLE charge ADD COLUMN passed_on_minor BIGINT NOT NULL DEFAULT 0
    CHECK (passed_on_minor >= 0 AND passed_on_minor + refunded_minor <= amount_minor);

CREATE INDEX dispute_charge ON dispute (charge_id);

-- A payout is to the fund's own organisation, or of a gift to its recipient's.
ALTER TABLE payout ADD COLUMN recipient_id BIGINT REFERENCES recipient (id);
DROP INDEX payout_one_under_way;
CREATE UNIQUE INDEX payout_one_under_way ON payout (campaign_id, COALESCE(recipient_id, 0)) WHERE state IN ('due', 'sending');

-- sqlite:
CREATE TRIGGER outcome_event_is_kept_u BEFORE UPDATE ON outcome_event BEGIN SELECT RAISE(ABORT, 'outcome_event is append-only'); END;
CREATE TRIGGER outcome_event_is_kept_d BEFORE DELETE ON outcome_event BEGIN SELECT RAISE(ABORT, 'outcome_event is append-only'); END;
CREATE TRIGGER election_event_is_kept_u BEFORE UPDATE ON election_event BEGIN SELECT RAISE(ABORT, 'election_event is append-only'); END;
CREATE TRIGGER election_event_is_kept_d BEFORE DELETE ON election_event BEGIN SELECT RAISE(ABORT, 'election_event is append-only'); END;
CREATE TRIGGER document_is_kept_u BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'document is append-only'); END;
CREATE TRIGGER document_is_kept_d BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'document is append-only'); END;
CREATE TRIGGER use_report_is_kept_u BEFORE UPDATE ON use_report BEGIN SELECT RAISE(ABORT, 'use_report is append-only'); END;
CREATE TRIGGER use_report_is_kept_d BEFORE DELETE ON use_report BEGIN SELECT RAISE(ABORT, 'use_report is append-only'); END;
-- What was announced to her when she pledged stays with her pledge.
CREATE TRIGGER pledge_keeps_its_fallback BEFORE UPDATE OF fallback_id ON pledge WHEN OLD.fallback_id IS NOT NEW.fallback_id
BEGIN SELECT RAISE(ABORT, 'a pledge keeps the fallback that was announced'); END;
-- end
-- postgres:
CREATE TRIGGER outcome_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON outcome_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER election_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON election_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON document FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER use_report_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON use_report FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_other_pledge_fallback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a pledge keeps the fallback that was announced' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER pledge_keeps_its_fallback BEFORE UPDATE OF fallback_id ON pledge FOR EACH ROW
WHEN (OLD.fallback_id IS DISTINCT FROM NEW.fallback_id) EXECUTE FUNCTION refuse_other_pledge_fallback();
-- end
