-- A question that fans are asked, such as who plays a part: one verified person one vote, whatever they paid. From the moment
-- people can see it what was asked stays as it is, and nothing of it is ever deleted but the candidates of a draft.
CREATE TABLE poll (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'announced', 'open', 'closed', 'decided', 'withdrawn', 'cancelled')),
    question TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    audience TEXT NOT NULL CHECK (audience IN ('backers', 'followers', 'everyone')),
    label TEXT NOT NULL CHECK (label IN ('advisory', 'binding')),
    quorum BIGINT NOT NULL DEFAULT 0 CHECK (quorum BETWEEN 0 AND 1000000000),
    results TEXT NOT NULL CHECK (results IN ('shown', 'hidden')),
    opens_at BIGINT,
    closes_at BIGINT,
    decide_by BIGINT,
    voters BIGINT NOT NULL DEFAULT 0 CHECK (voters >= 0),
    eligible BIGINT,
    late_told_at BIGINT,
    made_at BIGINT NOT NULL,
    CHECK (state IN ('draft', 'withdrawn') OR (opens_at IS NOT NULL AND closes_at IS NOT NULL AND decide_by IS NOT NULL
        AND opens_at < closes_at AND closes_at < decide_by))
);
CREATE INDEX poll_campaign ON poll (campaign_id, id);
CREATE INDEX poll_due ON poll (state, closes_at);

-- votes: counted in the transaction of each vote, so that no page ever counts them all.
CREATE TABLE poll_candidate (
    id BIGINT PRIMARY KEY,
    poll_id BIGINT NOT NULL REFERENCES poll (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    image_id BIGINT REFERENCES image (id),
    votes BIGINT NOT NULL DEFAULT 0 CHECK (votes >= 0),
    UNIQUE (id, poll_id)
);
CREATE INDEX poll_candidate_poll ON poll_candidate (poll_id, position);

CREATE TABLE poll_event (
    id BIGINT PRIMARY KEY,
    poll_id BIGINT NOT NULL REFERENCES poll (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX poll_event_poll ON poll_event (poll_id, id);

-- What its makers came to after it closed, and why; candidate_id null: for none of them. Published once, never changed.
CREATE TABLE poll_decision (
    poll_id BIGINT PRIMARY KEY REFERENCES poll (id),
    kind TEXT NOT NULL CHECK (kind IN ('followed', 'departed', 'not_followed', 'free', 'moot')),
    candidate_id BIGINT,
    reason TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    made_at BIGINT NOT NULL,
    FOREIGN KEY (candidate_id, poll_id) REFERENCES poll_candidate (id, poll_id)
);

-- One person, one vote: for a candidate of this very poll. fingerprint: of the card that a binding poll asks for, kept here, so
-- that no second account votes with it, not even after the card was renewed or removed.
CREATE TABLE vote (
    poll_id BIGINT NOT NULL REFERENCES poll (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    id BIGINT NOT NULL UNIQUE,
    candidate_id BIGINT NOT NULL,
    fingerprint TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (poll_id, person_id),
    FOREIGN KEY (candidate_id, poll_id) REFERENCES poll_candidate (id, poll_id)
);
CREATE UNIQUE INDEX vote_one_card ON vote (poll_id, fingerprint) WHERE fingerprint <> '';

-- Each casting and each change of mind, to prove the count by; shown to nobody.
CREATE TABLE vote_event (
    id BIGINT PRIMARY KEY,
    poll_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    from_candidate_id BIGINT,
    candidate_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    FOREIGN KEY (poll_id, person_id) REFERENCES vote (poll_id, person_id)
);
CREATE INDEX vote_event_vote ON vote_event (poll_id, person_id, id);

-- sqlite:
CREATE TRIGGER poll_event_is_kept_u BEFORE UPDATE ON poll_event BEGIN SELECT RAISE(ABORT, 'poll_event is append-only'); END;
CREATE TRIGGER poll_event_is_kept_d BEFORE DELETE ON poll_event BEGIN SELECT RAISE(ABORT, 'poll_event is append-only'); END;
CREATE TRIGGER poll_decision_is_kept_u BEFORE UPDATE ON poll_decision BEGIN SELECT RAISE(ABORT, 'poll_decision is append-only'); END;
CREATE TRIGGER poll_decision_is_kept_d BEFORE DELETE ON poll_decision BEGIN SELECT RAISE(ABORT, 'poll_decision is append-only'); END;
CREATE TRIGGER vote_event_is_kept_u BEFORE UPDATE ON vote_event BEGIN SELECT RAISE(ABORT, 'vote_event is append-only'); END;
CREATE TRIGGER vote_event_is_kept_d BEFORE DELETE ON vote_event BEGIN SELECT RAISE(ABORT, 'vote_event is append-only'); END;
CREATE TRIGGER vote_is_kept BEFORE DELETE ON vote BEGIN SELECT RAISE(ABORT, 'a vote is kept'); END;
CREATE TRIGGER poll_is_kept BEFORE UPDATE OF campaign_id, question, text, audience, label, quorum, results, opens_at, closes_at, decide_by ON poll
WHEN OLD.state <> 'draft' AND (NEW.campaign_id <> OLD.campaign_id OR NEW.question <> OLD.question OR NEW.text <> OLD.text
    OR NEW.audience <> OLD.audience OR NEW.label <> OLD.label OR NEW.quorum <> OLD.quorum OR NEW.results <> OLD.results
    OR NEW.opens_at IS NOT OLD.opens_at OR NEW.closes_at IS NOT OLD.closes_at OR NEW.decide_by IS NOT OLD.decide_by)
BEGIN SELECT RAISE(ABORT, 'what fans were asked stays as it is'); END;
CREATE TRIGGER poll_candidate_is_kept_u BEFORE UPDATE OF poll_id, position, name, text, image_id ON poll_candidate
WHEN (SELECT state FROM poll WHERE id = OLD.poll_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'what fans were asked stays as it is'); END;
CREATE TRIGGER poll_candidate_is_kept_i BEFORE INSERT ON poll_candidate WHEN (SELECT state FROM poll WHERE id = NEW.poll_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'what fans were asked stays as it is'); END;
CREATE TRIGGER poll_candidate_is_kept_d BEFORE DELETE ON poll_candidate WHEN (SELECT state FROM poll WHERE id = OLD.poll_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'what fans were asked stays as it is'); END;
-- end
-- postgres:
CREATE TRIGGER poll_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON poll_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER poll_decision_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON poll_decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vote_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON vote_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vote_is_kept BEFORE DELETE OR TRUNCATE ON vote FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_poll_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what fans were asked stays as it is' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER poll_is_kept BEFORE UPDATE OF campaign_id, question, text, audience, label, quorum, results, opens_at, closes_at, decide_by ON poll
FOR EACH ROW WHEN (OLD.state <> 'draft' AND (NEW.campaign_id <> OLD.campaign_id OR NEW.question <> OLD.question OR NEW.text <> OLD.text
    OR NEW.audience <> OLD.audience OR NEW.label <> OLD.label OR NEW.quorum <> OLD.quorum OR NEW.results <> OLD.results
    OR NEW.opens_at IS DISTINCT FROM OLD.opens_at OR NEW.closes_at IS DISTINCT FROM OLD.closes_at
    OR NEW.decide_by IS DISTINCT FROM OLD.decide_by))
EXECUTE FUNCTION refuse_poll_change();
CREATE FUNCTION refuse_candidate_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM poll WHERE id = CASE WHEN TG_OP = 'INSERT' THEN NEW.poll_id ELSE OLD.poll_id END) <> 'draft' THEN
        RAISE EXCEPTION 'what fans were asked stays as it is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER poll_candidate_is_kept BEFORE INSERT OR DELETE OR UPDATE OF poll_id, position, name, text, image_id ON poll_candidate
FOR EACH ROW EXECUTE FUNCTION refuse_candidate_change();
-- end
