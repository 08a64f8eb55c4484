-- A production run: what is not there yet is made when enough of it is ordered. minimum_units is tested on orders that were collected;
-- most_units: no more are taken (none: as many as come). units_taken: of orders that count, units_paid: of those collected among them.
-- charging_until: by then cards that were refused must be mended. late_at: since when it is later than ships_by with units unsent.
CREATE TABLE production_run (
    id BIGINT PRIMARY KEY,
    listing_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    about TEXT NOT NULL DEFAULT '',
    minimum_units BIGINT NOT NULL CHECK (minimum_units BETWEEN 1 AND 1000000),
    most_units BIGINT CHECK (most_units BETWEEN 1 AND 1000000),
    price_minor BIGINT NOT NULL CHECK (price_minor BETWEEN 1 AND 99999999),
    currency TEXT NOT NULL,
    closes_at BIGINT NOT NULL,
    ships_by BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'tipped', 'charging', 'funded', 'in_production', 'shipping', 'closed', 'failed', 'cancelled')),
    units_taken BIGINT NOT NULL DEFAULT 0,
    units_paid BIGINT NOT NULL DEFAULT 0,
    charging_until BIGINT,
    late_at BIGINT,
    reason TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    FOREIGN KEY (variant_id, listing_id) REFERENCES variant (id, listing_id),
    CHECK (most_units IS NULL OR (most_units >= minimum_units AND units_taken <= most_units)),
    CHECK (0 <= units_paid AND units_paid <= units_taken),
    CHECK (made_at < closes_at AND closes_at < ships_by),
    CHECK ((state IN ('closed', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'cancelled') = (reason <> ''))
);
CREATE UNIQUE INDEX production_run_one_to_join ON production_run (variant_id) WHERE state IN ('open', 'tipped', 'charging', 'funded');
CREATE INDEX production_run_listing ON production_run (listing_id, id);
CREATE INDEX production_run_organisation ON production_run (organisation_id, id);
CREATE INDEX production_run_under_way ON production_run (id) WHERE state NOT IN ('closed', 'failed', 'cancelled');

CREATE TABLE production_run_event (
    id BIGINT PRIMARY KEY,
    production_run_id BIGINT NOT NULL REFERENCES production_run (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX production_run_event_run ON production_run_event (production_run_id, id);

-- What the maker tells those who wait.
CREATE TABLE run_diary (
    id BIGINT PRIMARY KEY,
    run_id BIGINT NOT NULL REFERENCES production_run (id),
    words TEXT NOT NULL CHECK (words <> ''),
    image_id BIGINT REFERENCES image (id),
    alt TEXT NOT NULL DEFAULT '',
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX run_diary_run ON run_diary (run_id, id);
CREATE INDEX run_diary_image ON run_diary (image_id) WHERE image_id IS NOT NULL;

-- The part of an order that waits for its run: her card, and how often it was asked. Counted in the run from standing on. half_at: when
-- half of it was given to its maker. address: lines, as JSON.
CREATE TABLE run_order (
    order_id BIGINT PRIMARY KEY REFERENCES goods_order (id),
    run_id BIGINT NOT NULL REFERENCES production_run (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 1000),
    state TEXT NOT NULL CHECK (state IN ('started', 'standing', 'charging', 'errored', 'collected', 'cancelled', 'dropped', 'released', 'given_back')),
    card_id BIGINT REFERENCES saved_card (id),
    attempts BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_charge_at BIGINT,
    mend_by BIGINT,
    half_at BIGINT,
    why TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    CHECK (state IN ('started', 'cancelled', 'released') OR card_id IS NOT NULL)
);
CREATE INDEX run_order_run ON run_order (run_id, state, order_id);
CREATE INDEX run_order_person ON run_order (person_id, order_id);
CREATE INDEX run_order_card ON run_order (card_id) WHERE state IN ('standing', 'charging', 'errored');

CREATE TABLE run_order_event (
    id BIGINT PRIMARY KEY,
    run_order_id BIGINT NOT NULL REFERENCES run_order (order_id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX run_order_event_order ON run_order_event (run_order_id, id);

-- sqlite:
CREATE TRIGGER production_run_event_is_kept_u BEFORE UPDATE ON production_run_event BEGIN SELECT RAISE(ABORT, 'production_run_event is append-only'); END;
CREATE TRIGGER production_run_event_is_kept_d BEFORE DELETE ON production_run_event BEGIN SELECT RAISE(ABORT, 'production_run_event is append-only'); END;
CREATE TRIGGER run_order_event_is_kept_u BEFORE UPDATE ON run_order_event BEGIN SELECT RAISE(ABORT, 'run_order_event is append-only'); END;
CREATE TRIGGER run_order_event_is_kept_d BEFORE DELETE ON run_order_event BEGIN SELECT RAISE(ABORT, 'run_order_event is append-only'); END;
CREATE TRIGGER run_diary_is_kept_u BEFORE UPDATE ON run_diary BEGIN SELECT RAISE(ABORT, 'run_diary is append-only'); END;
CREATE TRIGGER run_diary_is_kept_d BEFORE DELETE ON run_diary BEGIN SELECT RAISE(ABORT, 'run_diary is append-only'); END;
CREATE TRIGGER production_run_stays BEFORE UPDATE OF listing_id, variant_id, organisation_id, minimum_units, most_units, price_minor, currency, closes_at, ships_by ON production_run
BEGIN SELECT RAISE(ABORT, 'what a run promises stays as it was said'); END;
-- end
-- postgres:
CREATE TRIGGER production_run_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON production_run_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER run_order_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON run_order_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER run_diary_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON run_diary FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_other_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what a run promises stays as it was said' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER production_run_stays BEFORE UPDATE OF listing_id, variant_id, organisation_id, minimum_units, most_units, price_minor, currency, closes_at, ships_by ON production_run
FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_run();
-- end
