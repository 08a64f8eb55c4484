-- What a seller offers of a product on screen. match: how it stands to what was filmed, said by the seller and never missing; a
-- licensed replica names its licence, and nothing else may. version: goes up with whatever a buyer would want to know of, a price
-- above all. Stars are counted by whoever keeps the reviews.
CREATE TABLE listing (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    product_id BIGINT NOT NULL REFERENCES onscreen_product (id),
    title_id BIGINT NOT NULL REFERENCES title (id),
    licence_id BIGINT REFERENCES licence (id),
    name TEXT NOT NULL CHECK (name <> ''),
    about TEXT NOT NULL DEFAULT '',
    match TEXT NOT NULL CHECK (match IN ('licensed_replica', 'identical', 'same_maker', 'inspired')),
    currency TEXT NOT NULL,
    discount_bps BIGINT NOT NULL DEFAULT 0 CHECK (discount_bps BETWEEN 0 AND 9000),
    ships_within_days BIGINT NOT NULL CHECK (ships_within_days BETWEEN 1 AND 120),
    state TEXT NOT NULL CHECK (state IN ('draft', 'live', 'paused', 'stopped', 'retired')),
    stopped_by TEXT NOT NULL DEFAULT '' CHECK (stopped_by IN ('', 'staff', 'studio')),
    note TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0),
    stars_sum BIGINT NOT NULL DEFAULT 0 CHECK (stars_sum >= 0),
    stars_count BIGINT NOT NULL DEFAULT 0 CHECK (stars_count >= 0),
    made_at BIGINT NOT NULL,
    live_since BIGINT,
    CHECK ((match = 'licensed_replica') = (licence_id IS NOT NULL)),
    CHECK ((state = 'stopped') = (stopped_by <> ''))
);
CREATE INDEX listing_product ON listing (product_id, id) WHERE state = 'live';
CREATE INDEX listing_title ON listing (title_id, id);
CREATE INDEX listing_organisation ON listing (organisation_id, id);
CREATE INDEX listing_licence ON listing (licence_id) WHERE licence_id IS NOT NULL;

CREATE TABLE listing_event (
    id BIGINT PRIMARY KEY,
    listing_id BIGINT NOT NULL REFERENCES listing (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX listing_event_listing ON listing_event (listing_id, id);

-- What is bought: a size, a colour. on_hand: pieces that are there, those reserved for somebody who pays among them. sold: pieces that
-- went out, less those put back.
CREATE TABLE variant (
    id BIGINT PRIMARY KEY,
    listing_id BIGINT NOT NULL REFERENCES listing (id),
    name TEXT NOT NULL DEFAULT '',
    sku TEXT NOT NULL DEFAULT '',
    price_minor BIGINT NOT NULL CHECK (price_minor BETWEEN 1 AND 99999999),
    on_hand BIGINT NOT NULL DEFAULT 0 CHECK (on_hand <= 1000000),
    reserved BIGINT NOT NULL DEFAULT 0,
    sold BIGINT NOT NULL DEFAULT 0 CHECK (sold >= 0),
    position BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('offered', 'withdrawn')),
    UNIQUE (id, listing_id),
    CHECK (0 <= reserved AND reserved <= on_hand)
);
CREATE INDEX variant_listing ON variant (listing_id, position);
CREATE UNIQUE INDEX variant_one_offered ON variant (listing_id, name) WHERE state = 'offered';
CREATE UNIQUE INDEX variant_one_sku ON variant (listing_id, sku) WHERE state = 'offered' AND sku <> '';

CREATE TABLE listing_image (
    listing_id BIGINT NOT NULL REFERENCES listing (id),
    image_id BIGINT NOT NULL UNIQUE REFERENCES image (id),
    position BIGINT NOT NULL,
    alt TEXT NOT NULL CHECK (alt <> ''),
    PRIMARY KEY (listing_id, image_id)
);

-- Where a seller ships to, and what that costs: first_minor for one piece, more_minor for each further one of the same parcel.
-- countries: two letters each with a space between them, or * for all that no other zone of the seller names.
CREATE TABLE shipping_zone (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    name TEXT NOT NULL CHECK (name <> ''),
    countries TEXT NOT NULL CHECK (countries <> ''),
    currency TEXT NOT NULL,
    first_minor BIGINT NOT NULL CHECK (first_minor BETWEEN 0 AND 99999999),
    more_minor BIGINT NOT NULL CHECK (more_minor BETWEEN 0 AND 99999999),
    days_min BIGINT NOT NULL CHECK (days_min >= 0),
    days_max BIGINT NOT NULL CHECK (days_max <= 120),
    made_at BIGINT NOT NULL,
    UNIQUE (organisation_id, name),
    CHECK (days_min <= days_max)
);

-- "Is it real?": somebody doubts what a listing says of itself. Staff and the studio read it; upheld, the listing is stopped.
CREATE TABLE real_report (
    id BIGINT PRIMARY KEY,
    listing_id BIGINT NOT NULL REFERENCES listing (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    words TEXT NOT NULL CHECK (words <> ''),
    state TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'dismissed')),
    answer TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK (state = 'open' OR answer <> '')
);
CREATE UNIQUE INDEX real_report_one_open ON real_report (listing_id, person_id) WHERE state = 'open';
CREATE INDEX real_report_open ON real_report (id) WHERE state = 'open';
CREATE INDEX real_report_listing ON real_report (listing_id, id);
CREATE INDEX real_report_person ON real_report (person_id, id);

CREATE TABLE real_report_event (
    id BIGINT PRIMARY KEY,
    real_report_id BIGINT NOT NULL REFERENCES real_report (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX real_report_event_report ON real_report_event (real_report_id, id);

-- sqlite:
CREATE TRIGGER listing_event_is_kept_u BEFORE UPDATE ON listing_event BEGIN SELECT RAISE(ABORT, 'listing_event is append-only'); END;
CREATE TRIGGER listing_event_is_kept_d BEFORE DELETE ON listing_event BEGIN SELECT RAISE(ABORT, 'listing_event is append-only'); END;
CREATE TRIGGER real_report_event_is_kept_u BEFORE UPDATE ON real_report_event BEGIN SELECT RAISE(ABORT, 'real_report_event is append-only'); END;
CREATE TRIGGER real_report_event_is_kept_d BEFORE DELETE ON real_report_event BEGIN SELECT RAISE(ABORT, 'real_report_event is append-only'); END;
CREATE TRIGGER listing_belongs BEFORE UPDATE OF organisation_id, product_id, title_id, currency ON listing
WHEN OLD.organisation_id <> NEW.organisation_id OR OLD.product_id <> NEW.product_id OR OLD.title_id <> NEW.title_id OR OLD.currency <> NEW.currency
BEGIN SELECT RAISE(ABORT, 'a listing stays with its seller, its product and its currency'); END;
-- end
-- postgres:
CREATE TRIGGER listing_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON listing_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER real_report_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON real_report_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_other_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a listing stays with its seller, its product and its currency' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER listing_belongs BEFORE UPDATE OF organisation_id, product_id, title_id, currency ON listing FOR EACH ROW
WHEN (OLD.organisation_id <> NEW.organisation_id OR OLD.product_id <> NEW.product_id OR OLD.title_id <> NEW.title_id OR OLD.currency <> NEW.currency)
EXECUTE FUNCTION refuse_other_listing();
-- end
