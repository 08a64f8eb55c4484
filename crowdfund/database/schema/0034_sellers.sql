-- Who makes what is seen in a film. returns_to: the postal address where things come back. away: nothing of it is sold then; without
-- an end, until it says that it is back.
CREATE TABLE shop (
    organisation_id BIGINT PRIMARY KEY REFERENCES organisation (id),
    returns_to TEXT NOT NULL DEFAULT '',
    about_making TEXT NOT NULL DEFAULT '',
    away_from BIGINT,
    away_until BIGINT,
    made_at BIGINT NOT NULL,
    CHECK (away_until IS NULL OR (away_from IS NOT NULL AND away_from < away_until))
);

-- A look at a product before it is public: a picture of it, or some seconds of the film; never the film. file, poster: names among the
-- uploads. Where on the master it is from; a picture has one moment.
CREATE TABLE preview (
    id BIGINT PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES onscreen_product (id),
    kind TEXT NOT NULL CHECK (kind IN ('clip', 'crop')),
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    file TEXT NOT NULL,
    media_type TEXT NOT NULL,
    poster TEXT NOT NULL DEFAULT '',
    words TEXT NOT NULL DEFAULT '',
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    CHECK (0 <= start_ms AND start_ms <= end_ms),
    CHECK (kind = 'crop' OR (start_ms < end_ms AND poster <> ''))
);
CREATE INDEX preview_product ON preview (product_id, id);

-- The words that somebody agrees to before she sees what is under embargo, as they stood, and who did, for which shop.
CREATE TABLE preview_terms (
    version BIGINT PRIMARY KEY,
    text TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE TABLE preview_consent (
    person_id BIGINT NOT NULL REFERENCES person (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    version BIGINT NOT NULL REFERENCES preview_terms (version),
    id BIGINT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    PRIMARY KEY (person_id, organisation_id, version)
);
CREATE TABLE preview_view (
    id BIGINT PRIMARY KEY,
    preview_id BIGINT NOT NULL REFERENCES preview (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    at BIGINT NOT NULL
);
CREATE INDEX preview_view_preview ON preview_view (preview_id, id);

-- A shop that would like to make a product. price: what a fan would pay for one; units: how many it can make. answer_by: it expires
-- then, unless the studio has answered.
CREATE TABLE application (
    id BIGINT PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES onscreen_product (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    pitch TEXT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor > 0),
    currency TEXT NOT NULL,
    units BIGINT NOT NULL CHECK (units BETWEEN 1 AND 1000000),
    ships_within_days BIGINT NOT NULL CHECK (ships_within_days BETWEEN 1 AND 365),
    state TEXT NOT NULL CHECK (state IN
        ('draft', 'submitted', 'shortlisted', 'sample_requested', 'accepted', 'declined', 'withdrawn', 'expired')),
    reason TEXT NOT NULL DEFAULT '',
    answer_by BIGINT,
    made_at BIGINT NOT NULL,
    CHECK (state <> 'declined' OR reason <> ''),
    CHECK (state NOT IN ('submitted', 'shortlisted', 'sample_requested') OR answer_by IS NOT NULL)
);
CREATE UNIQUE INDEX application_one_live ON application (product_id, organisation_id)
    WHERE state IN ('draft', 'submitted', 'shortlisted', 'sample_requested');
CREATE INDEX application_organisation ON application (organisation_id, id);
CREATE INDEX application_product ON application (product_id, state);
CREATE INDEX application_due ON application (answer_by) WHERE state IN ('submitted', 'shortlisted', 'sample_requested');

CREATE TABLE application_image (
    application_id BIGINT NOT NULL REFERENCES application (id),
    image_id BIGINT NOT NULL UNIQUE REFERENCES image (id),
    position BIGINT NOT NULL,
    alt TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (application_id, image_id)
);

CREATE TABLE application_event (
    id BIGINT PRIMARY KEY,
    application_id BIGINT NOT NULL REFERENCES application (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX application_event_application ON application_event (application_id, id);

-- That a shop may make and sell products of a title: which, where, how long, how many, and the part of its net sales that it owes for
-- it. Net sales: what fans paid for the things themselves, without tax and shipping, after returns. From ends_at on what is made may be
-- sold off for some days. category: of an exclusive right to one. answer_by: an offer that nobody took is withdrawn then.
CREATE TABLE licence (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES title (id),
    licensor_id BIGINT NOT NULL REFERENCES organisation (id),
    licensee_id BIGINT NOT NULL REFERENCES organisation (id),
    application_id BIGINT UNIQUE REFERENCES application (id),
    exclusivity TEXT NOT NULL CHECK (exclusivity IN ('none', 'product', 'category')),
    category TEXT NOT NULL DEFAULT '',
    royalty_bps BIGINT NOT NULL CHECK (royalty_bps BETWEEN 0 AND 5000),
    minimum_minor BIGINT NOT NULL CHECK (minimum_minor BETWEEN 0 AND 1000000000000),
    currency TEXT NOT NULL,
    unit_cap BIGINT CHECK (unit_cap > 0),
    units_sold BIGINT NOT NULL DEFAULT 0 CHECK (units_sold >= 0),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    sell_off_days BIGINT NOT NULL CHECK (sell_off_days BETWEEN 0 AND 365),
    report_months BIGINT NOT NULL CHECK (report_months IN (1, 3, 6, 12)),
    state TEXT NOT NULL CHECK (state IN
        ('offered', 'accepted', 'active', 'sell_off', 'ended', 'suspended', 'terminated', 'declined', 'withdrawn')),
    note TEXT NOT NULL DEFAULT '',
    badge TEXT NOT NULL UNIQUE,
    answer_by BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    accepted_at BIGINT,
    UNIQUE (id, title_id),
    CHECK (starts_at < ends_at),
    CHECK (unit_cap IS NULL OR units_sold <= unit_cap),
    CHECK ((exclusivity = 'category') = (category <> '')),
    CHECK (licensor_id <> licensee_id),
    CHECK (state IN ('offered', 'declined', 'withdrawn') OR accepted_at IS NOT NULL)
);
CREATE INDEX licence_title ON licence (title_id, state);
CREATE INDEX licence_licensee ON licence (licensee_id, id);
CREATE INDEX licence_licensor ON licence (licensor_id, id);
CREATE INDEX licence_live ON licence (state, ends_at) WHERE state IN ('offered', 'accepted', 'active', 'sell_off', 'suspended');

CREATE TABLE licence_product (
    licence_id BIGINT NOT NULL,
    title_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    PRIMARY KEY (licence_id, product_id),
    FOREIGN KEY (licence_id, title_id) REFERENCES licence (id, title_id),
    FOREIGN KEY (product_id, title_id) REFERENCES onscreen_product (id, title_id)
);
CREATE INDEX licence_product_product ON licence_product (product_id);

-- Where it may be sold: two letters of a country, * for everywhere.
CREATE TABLE licence_territory (
    licence_id BIGINT NOT NULL REFERENCES licence (id),
    country TEXT NOT NULL,
    PRIMARY KEY (licence_id, country)
);

CREATE TABLE licence_event (
    id BIGINT PRIMARY KEY,
    licence_id BIGINT NOT NULL REFERENCES licence (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX licence_event_licence ON licence_event (licence_id, id);

-- sqlite:
CREATE TRIGGER preview_terms_is_kept_u BEFORE UPDATE ON preview_terms BEGIN SELECT RAISE(ABORT, 'preview_terms is append-only'); END;
CREATE TRIGGER preview_terms_is_kept_d BEFORE DELETE ON preview_terms BEGIN SELECT RAISE(ABORT, 'preview_terms is append-only'); END;
CREATE TRIGGER preview_consent_is_kept_u BEFORE UPDATE ON preview_consent BEGIN SELECT RAISE(ABORT, 'preview_consent is append-only'); END;
CREATE TRIGGER preview_consent_is_kept_d BEFORE DELETE ON preview_consent BEGIN SELECT RAISE(ABORT, 'preview_consent is append-only'); END;
CREATE TRIGGER preview_view_is_kept_u BEFORE UPDATE ON preview_view BEGIN SELECT RAISE(ABORT, 'preview_view is append-only'); END;
CREATE TRIGGER preview_view_is_kept_d BEFORE DELETE ON preview_view BEGIN SELECT RAISE(ABORT, 'preview_view is append-only'); END;
CREATE TRIGGER application_event_is_kept_u BEFORE UPDATE ON application_event BEGIN SELECT RAISE(ABORT, 'application_event is append-only'); END;
CREATE TRIGGER application_event_is_kept_d BEFORE DELETE ON application_event BEGIN SELECT RAISE(ABORT, 'application_event is append-only'); END;
CREATE TRIGGER licence_event_is_kept_u BEFORE UPDATE ON licence_event BEGIN SELECT RAISE(ABORT, 'licence_event is append-only'); END;
CREATE TRIGGER licence_event_is_kept_d BEFORE DELETE ON licence_event BEGIN SELECT RAISE(ABORT, 'licence_event is append-only'); END;
CREATE TRIGGER licence_terms_stay BEFORE UPDATE OF title_id, licensor_id, licensee_id, application_id, exclusivity, category, royalty_bps,
    minimum_minor, currency, unit_cap, starts_at, ends_at, sell_off_days, report_months, badge ON licence
BEGIN SELECT RAISE(ABORT, 'the terms of a licence stay'); END;
CREATE TRIGGER licence_is_kept BEFORE DELETE ON licence BEGIN SELECT RAISE(ABORT, 'a licence is kept'); END;
CREATE TRIGGER licence_product_is_kept_u BEFORE UPDATE ON licence_product BEGIN SELECT RAISE(ABORT, 'the terms of a licence stay'); END;
CREATE TRIGGER licence_product_is_kept_d BEFORE DELETE ON licence_product BEGIN SELECT RAISE(ABORT, 'the terms of a licence stay'); END;
CREATE TRIGGER licence_product_is_kept_i BEFORE INSERT ON licence_product
WHEN (SELECT state FROM licence WHERE id = NEW.licence_id) <> 'offered' BEGIN SELECT RAISE(ABORT, 'the terms of a licence stay'); END;
CREATE TRIGGER licence_territory_is_kept_u BEFORE UPDATE ON licence_territory BEGIN SELECT RAISE(ABORT, 'the terms of a licence stay'); END;
CREATE TRIGGER licence_territory_is_kept_d BEFORE DELETE ON licence_territory BEGIN SELECT RAISE(ABORT, 'the terms of a licence stay'); END;
CREATE TRIGGER licence_territory_is_kept_i BEFORE INSERT ON licence_territory
WHEN (SELECT state FROM licence WHERE id = NEW.licence_id) <> 'offered' BEGIN SELECT RAISE(ABORT, 'the terms of a licence stay'); END;
-- end
-- postgres:
CREATE TRIGGER preview_terms_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON preview_terms FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER preview_consent_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON preview_consent FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER preview_view_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON preview_view FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER application_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON application_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER licence_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON licence_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER licence_is_kept BEFORE DELETE OR TRUNCATE ON licence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER licence_product_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON licence_product FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER licence_territory_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON licence_territory FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_licence_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the terms of a licence stay' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER licence_terms_stay BEFORE UPDATE OF title_id, licensor_id, licensee_id, application_id, exclusivity, category, royalty_bps,
    minimum_minor, currency, unit_cap, starts_at, ends_at, sell_off_days, report_months, badge ON licence
FOR EACH ROW EXECUTE FUNCTION refuse_licence_change();
CREATE FUNCTION refuse_late_licence_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM licence WHERE id = NEW.licence_id) <> 'offered' THEN
        RAISE EXCEPTION 'the terms of a licence stay' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER licence_product_comes_first BEFORE INSERT ON licence_product FOR EACH ROW EXECUTE FUNCTION refuse_late_licence_terms();
CREATE TRIGGER licence_territory_comes_first BEFORE INSERT ON licence_territory FOR EACH ROW EXECUTE FUNCTION refuse_late_licence_terms();
-- end
