-- A film fund may be cut into milestones before it opens: each names budget lines and a share of what is collected. Until it is
-- released its part stays in the fund, whole: fees are taken of what is released. amount: what it came to at the result, before
-- fees; cost: of that, what the processor's fees will be; taken: what refunds and banks took of it while it waited.
CREATE TABLE milestone (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    position BIGINT NOT NULL CHECK (position >= 0),
    title TEXT NOT NULL,
    evidence TEXT NOT NULL,
    expected_on TEXT NOT NULL,
    share_bps BIGINT NOT NULL CHECK (share_bps BETWEEN 1 AND 10000),
    at_once BIGINT NOT NULL DEFAULT 0 CHECK (at_once = 0 OR (at_once = 1 AND position = 0)),
    state TEXT NOT NULL CHECK (state IN ('planned', 'requested', 'paused', 'released', 'refunded')),
    amount_minor BIGINT CHECK (amount_minor >= 0 AND amount_minor <= 1000000000000),
    cost_minor BIGINT NOT NULL DEFAULT 0 CHECK (cost_minor >= 0),
    taken_minor BIGINT NOT NULL DEFAULT 0 CHECK (taken_minor >= 0),
    ended_at BIGINT,
    UNIQUE (campaign_id, position),
    CHECK (taken_minor <= COALESCE(amount_minor, 0)),
    CHECK (state = 'planned' OR amount_minor IS NOT NULL)
);
CREATE UNIQUE INDEX milestone_one_asked_for ON milestone (campaign_id) WHERE state IN ('requested', 'paused');

CREATE TABLE milestone_line (
    milestone_id BIGINT NOT NULL REFERENCES milestone (id),
    budget_line_id BIGINT NOT NULL REFERENCES budget_line (id),
    PRIMARY KEY (milestone_id, budget_line_id)
);
CREATE INDEX milestone_line_line ON milestone_line (budget_line_id);

CREATE TABLE milestone_event (
    id BIGINT PRIMARY KEY,
    milestone_id BIGINT NOT NULL REFERENCES milestone (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX milestone_event_milestone ON milestone_event (milestone_id, id);

-- The makers ask for the next milestone and show what was promised for it. Five days in which backers may object; how many
-- objections pause it is fixed when it is asked for.
CREATE TABLE release_request (
    id BIGINT PRIMARY KEY,
    milestone_id BIGINT NOT NULL REFERENCES milestone (id),
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    words TEXT NOT NULL,
    filed_by_id BIGINT NOT NULL REFERENCES person (id),
    filed_at BIGINT NOT NULL,
    objections_until BIGINT NOT NULL,
    backers BIGINT NOT NULL CHECK (backers >= 0),
    pauses_at BIGINT NOT NULL CHECK (pauses_at >= 1),
    ended_as TEXT CHECK (ended_as IN ('released', 'sent_back', 'taken_back', 'refunded')),
    ended_at BIGINT,
    CHECK ((ended_as IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX release_request_open ON release_request (campaign_id) WHERE ended_at IS NULL;
CREATE INDEX release_request_milestone ON release_request (milestone_id, id);
CREATE INDEX release_request_due ON release_request (objections_until) WHERE ended_at IS NULL;

CREATE TABLE release_paper (
    request_id BIGINT NOT NULL REFERENCES release_request (id),
    document_id BIGINT NOT NULL REFERENCES document (id),
    PRIMARY KEY (request_id, document_id)
);

CREATE TABLE release_objection (
    id BIGINT PRIMARY KEY,
    request_id BIGINT NOT NULL REFERENCES release_request (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    text TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    answered_by_id BIGINT REFERENCES person (id),
    answered_at BIGINT,
    UNIQUE (request_id, person_id)
);

-- What a bank took of a milestone that waited: if the dispute is won it goes back to where the milestone's money is by then.
CREATE TABLE milestone_taking (
    id BIGINT PRIMARY KEY,
    milestone_id BIGINT NOT NULL REFERENCES milestone (id),
    dispute_id BIGINT NOT NULL REFERENCES dispute (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    returned_minor BIGINT NOT NULL DEFAULT 0 CHECK (returned_minor BETWEEN 0 AND amount_minor)
);
CREATE INDEX milestone_taking_dispute ON milestone_taking (dispute_id, id);

-- What those gave that a sharing out has passed: each gets what brings the sum to the cent.
ALTER TABLE share_back ADD COLUMN passed_minor BIGINT NOT NULL DEFAULT 0 CHECK (passed_minor >= 0);

-- sqlite:
CREATE TRIGGER milestone_event_is_kept_u BEFORE UPDATE ON milestone_event BEGIN SELECT RAISE(ABORT, 'milestone_event is append-only'); END;
CREATE TRIGGER milestone_event_is_kept_d BEFORE DELETE ON milestone_event BEGIN SELECT RAISE(ABORT, 'milestone_event is append-only'); END;
CREATE TRIGGER release_paper_is_kept_u BEFORE UPDATE ON release_paper BEGIN SELECT RAISE(ABORT, 'release_paper is append-only'); END;
CREATE TRIGGER release_paper_is_kept_d BEFORE DELETE ON release_paper BEGIN SELECT RAISE(ABORT, 'release_paper is append-only'); END;
-- All shares together are what is collected, and no more.
CREATE TRIGGER milestone_shares_fit AFTER INSERT ON milestone
WHEN (SELECT SUM(share_bps) FROM milestone WHERE campaign_id = NEW.campaign_id) > 10000
BEGIN SELECT RAISE(ABORT, 'the shares of milestones come to more than all of it'); END;
-- The plan is promised: once people could pledge it stays.
CREATE TRIGGER milestone_plan_is_promised_i BEFORE INSERT ON milestone
WHEN (SELECT launched_at FROM campaign WHERE id = NEW.campaign_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the milestones of a fund that was open stay'); END;
CREATE TRIGGER milestone_plan_is_promised_u BEFORE UPDATE OF campaign_id, position, title, evidence, expected_on, share_bps, at_once ON milestone
WHEN (SELECT launched_at FROM campaign WHERE id = OLD.campaign_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the milestones of a fund that was open stay'); END;
CREATE TRIGGER milestone_plan_is_promised_d BEFORE DELETE ON milestone
WHEN (SELECT launched_at FROM campaign WHERE id = OLD.campaign_id) IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the milestones of a fund that was open stay'); END;
-- end
-- postgres:
CREATE TRIGGER milestone_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON milestone_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER release_paper_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON release_paper FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_too_many_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT SUM(share_bps) FROM milestone WHERE campaign_id = NEW.campaign_id) > 10000 THEN
        RAISE EXCEPTION 'the shares of milestones come to more than all of it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER milestone_shares_fit AFTER INSERT ON milestone FOR EACH ROW EXECUTE FUNCTION refuse_too_many_shares();
CREATE FUNCTION refuse_other_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT launched_at FROM campaign WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.campaign_id ELSE OLD.campaign_id END) IS NOT NULL THEN
        RAISE EXCEPTION 'the milestones of a fund that was open stay' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER milestone_plan_is_promised BEFORE INSERT OR DELETE ON milestone FOR EACH ROW EXECUTE FUNCTION refuse_other_plan();
CREATE TRIGGER milestone_plan_is_promised_u BEFORE UPDATE OF campaign_id, position, title, evidence, expected_on, share_bps, at_once
ON milestone FOR EACH ROW EXECUTE FUNCTION refuse_other_plan();
-- end
