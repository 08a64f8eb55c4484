-- A film (or a match, or a player's season): what fund, screening and on-screen product have in common.
CREATE TABLE title (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    kind TEXT NOT NULL CHECK (kind IN ('film', 'game', 'match', 'season')),
    name TEXT NOT NULL,
    colour TEXT NOT NULL,
    image_id BIGINT REFERENCES image (id),
    made_at BIGINT NOT NULL
);

-- Several funds that open together and share a cap a fan.
CREATE TABLE sale (
    id BIGINT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_per_fan_max_minor BIGINT NOT NULL CHECK (amount_per_fan_max_minor > 0)
);

CREATE TABLE campaign (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES title (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    kind TEXT NOT NULL CHECK (kind IN ('film')),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    tagline TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'changes_requested', 'approved', 'rejected', 'prelaunch', 'live',
        'settling', 'funded', 'failed', 'cancelled', 'suspended', 'delivering', 'completed')),
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
    UNIQUE (id, currency),
    CHECK ((share_price_minor IS NULL) = (shares_per_fan_max IS NULL))
);
CREATE INDEX campaign_organisation ON campaign (organisation_id);
CREATE INDEX campaign_state ON campaign (state, closes_at);
CREATE INDEX campaign_sale ON campaign (sale_id);

-- What the page said; a new row for each change once people have pledged on it.
CREATE TABLE campaign_page (
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    version BIGINT NOT NULL,
    story TEXT NOT NULL,
    risks TEXT NOT NULL DEFAULT '',
    by_person_id BIGINT REFERENCES person (id),
    made_at BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, version)
);

CREATE TABLE campaign_image (
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    image_id BIGINT NOT NULL REFERENCES image (id),
    position BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, image_id)
);

CREATE TABLE budget_line (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0 AND amount_minor <= 1000000000000)
);
CREATE INDEX budget_line_campaign ON budget_line (campaign_id, position);

-- size null: as many as want it. taken is counted in the transaction that takes.
CREATE TABLE tier (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    price_minor BIGINT NOT NULL CHECK (price_minor > 0 AND price_minor <= 99999999),
    size BIGINT CHECK (size >= 0),
    taken BIGINT NOT NULL DEFAULT 0,
    per_fan_max BIGINT NOT NULL DEFAULT 1 CHECK (per_fan_max > 0),
    opens_at BIGINT,
    closes_at BIGINT,
    ships TEXT NOT NULL CHECK (ships IN ('nothing', 'post')),
    delivers_on TEXT NOT NULL DEFAULT '',
    image_id BIGINT REFERENCES image (id),
    UNIQUE (id, campaign_id),
    CHECK (taken >= 0 AND (size IS NULL OR taken <= size))
);
CREATE INDEX tier_campaign ON tier (campaign_id, position);

CREATE TABLE campaign_event (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX campaign_event_campaign ON campaign_event (campaign_id, id);

CREATE TABLE review_remark (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    text TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    answered_by_id BIGINT REFERENCES person (id),
    answered_at BIGINT
);
CREATE INDEX review_remark_campaign ON review_remark (campaign_id, id);

CREATE TABLE campaign_update (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    published_at BIGINT NOT NULL,
    UNIQUE (campaign_id, number)
);

CREATE TABLE follower (
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    id BIGINT NOT NULL UNIQUE,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, person_id)
);

-- sqlite:
CREATE TRIGGER campaign_event_is_kept_u BEFORE UPDATE ON campaign_event BEGIN SELECT RAISE(ABORT, 'campaign_event is append-only'); END;
CREATE TRIGGER campaign_event_is_kept_d BEFORE DELETE ON campaign_event BEGIN SELECT RAISE(ABORT, 'campaign_event is append-only'); END;
-- Once backed, a tier's price never changes and its size may only rise.
CREATE TRIGGER tier_promise_is_kept BEFORE UPDATE OF price_minor, size ON tier
WHEN OLD.taken > 0 AND (NEW.price_minor <> OLD.price_minor OR (NEW.size IS NOT NULL AND (OLD.size IS NULL OR NEW.size < OLD.size)))
BEGIN SELECT RAISE(ABORT, 'a backed tier keeps its price and may only grow'); END;
-- end
-- postgres:
CREATE TRIGGER campaign_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON campaign_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_tier_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a backed tier keeps its price and may only grow' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER tier_promise_is_kept BEFORE UPDATE OF price_minor, size ON tier FOR EACH ROW
WHEN (OLD.taken > 0 AND (NEW.price_minor <> OLD.price_minor OR (NEW.size IS NOT NULL AND (OLD.size IS NULL OR NEW.size < OLD.size))))
EXECUTE FUNCTION refuse_tier_change();
-- end
