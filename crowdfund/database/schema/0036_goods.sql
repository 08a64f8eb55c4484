-- What lies in a fan's cart. price_seen_minor: for one, after its discount, as she saw it last: what it costs now is asked again before
-- she pays. appearance_id and moment_ms: where in the film she saw it, as it was called then: the cues may be others by now.
CREATE TABLE cart_line (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    variant_id BIGINT NOT NULL REFERENCES variant (id),
    quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    price_seen_minor BIGINT NOT NULL CHECK (price_seen_minor >= 0),
    appearance_id BIGINT,
    moment_ms BIGINT CHECK (moment_ms >= 0),
    added_at BIGINT NOT NULL,
    UNIQUE (person_id, variant_id)
);
CREATE INDEX cart_line_variant ON cart_line (variant_id);

-- What a fan buys at once, of one seller or of several, with one payment. Its pieces are reserved until reserved_until; what is paid
-- after that gets them again, or came too late and is given back. address: lines, as JSON.
CREATE TABLE purchase (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    currency TEXT NOT NULL,
    total_minor BIGINT NOT NULL CHECK (total_minor > 0),
    country TEXT NOT NULL CHECK (LENGTH(country) = 2),
    name TEXT NOT NULL CHECK (name <> ''),
    address TEXT NOT NULL,
    phone TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('placed', 'paid', 'expired', 'came_too_late', 'refunded', 'lost')),
    reserved_until BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    paid_at BIGINT,
    UNIQUE (person_id, key),
    UNIQUE (id, currency)
);
CREATE INDEX purchase_person ON purchase (person_id, id);
CREATE INDEX purchase_placed ON purchase (reserved_until) WHERE state = 'placed';

CREATE TABLE purchase_event (
    id BIGINT PRIMARY KEY,
    purchase_id BIGINT NOT NULL REFERENCES purchase (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX purchase_event_purchase ON purchase_event (purchase_id, id);

-- One seller's part of a purchase, or one buyer's of a production run. Commission and royalty are frozen when it is sold; fee_minor is
-- its share of what the payment company took, once that is known. days_min, days_max: how long a parcel takes. earned_at: when all of
-- it was shipped or given back, and shared out.
CREATE TABLE goods_order (
    id BIGINT PRIMARY KEY,
    purchase_id BIGINT,
    run_id BIGINT,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    currency TEXT NOT NULL,
    items_minor BIGINT NOT NULL CHECK (items_minor >= 0),
    shipping_minor BIGINT NOT NULL CHECK (shipping_minor >= 0),
    tax_minor BIGINT NOT NULL CHECK (tax_minor >= 0),
    total_minor BIGINT NOT NULL,
    commission_minor BIGINT NOT NULL CHECK (commission_minor >= 0),
    royalty_minor BIGINT NOT NULL CHECK (royalty_minor >= 0),
    fee_minor BIGINT CHECK (fee_minor >= 0),
    state TEXT NOT NULL CHECK (state IN ('placed', 'paid', 'expired', 'cancelled', 'refunded', 'lost')),
    ship_by BIGINT NOT NULL,
    days_min BIGINT NOT NULL CHECK (days_min >= 0),
    days_max BIGINT NOT NULL CHECK (days_max >= days_min),
    country TEXT NOT NULL CHECK (LENGTH(country) = 2),
    earned_at BIGINT,
    made_at BIGINT NOT NULL,
    CHECK (total_minor = items_minor + shipping_minor + tax_minor),
    CHECK ((purchase_id IS NULL) <> (run_id IS NULL)),
    UNIQUE (purchase_id, organisation_id),
    FOREIGN KEY (purchase_id, currency) REFERENCES purchase (id, currency)
);
CREATE INDEX goods_order_organisation ON goods_order (organisation_id, id);
CREATE INDEX goods_order_person ON goods_order (person_id, id);
CREATE INDEX goods_order_run ON goods_order (run_id, id) WHERE run_id IS NOT NULL;
-- Paid, and the share of the payment company's fee not known yet; paid, and not shared out yet.
CREATE INDEX goods_order_fee ON goods_order (id) WHERE fee_minor IS NULL AND state IN ('paid', 'refunded', 'lost');
CREATE INDEX goods_order_to_earn ON goods_order (id) WHERE earned_at IS NULL AND state IN ('paid', 'refunded');

CREATE TABLE goods_order_event (
    id BIGINT PRIMARY KEY,
    goods_order_id BIGINT NOT NULL REFERENCES goods_order (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX goods_order_event_order ON goods_order_event (goods_order_id, id);

-- A thing that was bought, as it was sold. shipped: pieces that went out; cancelled: pieces paid back that had not gone out; returned: all
-- pieces paid back, those cancelled among them.
CREATE TABLE goods_line (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES goods_order (id),
    variant_id BIGINT NOT NULL,
    listing_id BIGINT NOT NULL REFERENCES listing (id),
    product_id BIGINT NOT NULL REFERENCES onscreen_product (id),
    title_id BIGINT NOT NULL REFERENCES title (id),
    licence_id BIGINT REFERENCES licence (id),
    appearance_id BIGINT,
    moment_ms BIGINT,
    name TEXT NOT NULL,
    variant_name TEXT NOT NULL,
    match TEXT NOT NULL CHECK (match IN ('licensed_replica', 'identical', 'same_maker', 'inspired')),
    quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
    discount_minor BIGINT NOT NULL CHECK (discount_minor >= 0),
    net_minor BIGINT NOT NULL CHECK (net_minor >= 0),
    tax_minor BIGINT NOT NULL CHECK (tax_minor >= 0),
    tax_bps BIGINT NOT NULL CHECK (tax_bps BETWEEN 0 AND 10000),
    commission_minor BIGINT NOT NULL CHECK (commission_minor >= 0),
    commission_bps BIGINT NOT NULL CHECK (commission_bps BETWEEN 0 AND 10000),
    royalty_minor BIGINT NOT NULL CHECK (royalty_minor >= 0),
    royalty_bps BIGINT NOT NULL CHECK (royalty_bps BETWEEN 0 AND 10000),
    shipped BIGINT NOT NULL DEFAULT 0,
    cancelled BIGINT NOT NULL DEFAULT 0,
    returned BIGINT NOT NULL DEFAULT 0,
    UNIQUE (order_id, variant_id),
    FOREIGN KEY (variant_id, listing_id) REFERENCES variant (id, listing_id),
    CHECK (net_minor = price_minor * quantity - discount_minor),
    CHECK (commission_minor + royalty_minor <= net_minor),
    CHECK (licence_id IS NOT NULL OR royalty_minor = 0),
    CHECK (0 <= shipped AND 0 <= cancelled AND shipped + cancelled <= quantity),
    CHECK (cancelled <= returned AND returned <= cancelled + shipped)
);
CREATE INDEX goods_line_listing ON goods_line (listing_id, id);
CREATE INDEX goods_line_variant ON goods_line (variant_id);
CREATE INDEX goods_line_licence ON goods_line (licence_id, id) WHERE licence_id IS NOT NULL;
CREATE INDEX goods_line_title ON goods_line (title_id, id);

-- sqlite:
CREATE TRIGGER purchase_event_is_kept_u BEFORE UPDATE ON purchase_event BEGIN SELECT RAISE(ABORT, 'purchase_event is append-only'); END;
CREATE TRIGGER purchase_event_is_kept_d BEFORE DELETE ON purchase_event BEGIN SELECT RAISE(ABORT, 'purchase_event is append-only'); END;
CREATE TRIGGER goods_order_event_is_kept_u BEFORE UPDATE ON goods_order_event BEGIN SELECT RAISE(ABORT, 'goods_order_event is append-only'); END;
CREATE TRIGGER goods_order_event_is_kept_d BEFORE DELETE ON goods_order_event BEGIN SELECT RAISE(ABORT, 'goods_order_event is append-only'); END;
CREATE TRIGGER purchase_stays BEFORE UPDATE OF person_id, currency, total_minor, country, name, address, phone, key, fingerprint ON purchase
BEGIN SELECT RAISE(ABORT, 'what was sold stays as it was sold'); END;
CREATE TRIGGER purchase_is_kept BEFORE DELETE ON purchase BEGIN SELECT RAISE(ABORT, 'what was sold stays as it was sold'); END;
CREATE TRIGGER goods_order_stays BEFORE UPDATE OF purchase_id, run_id, organisation_id, person_id, currency, items_minor, shipping_minor,
    tax_minor, total_minor, commission_minor, royalty_minor, country ON goods_order
BEGIN SELECT RAISE(ABORT, 'what was sold stays as it was sold'); END;
CREATE TRIGGER goods_order_is_kept BEFORE DELETE ON goods_order BEGIN SELECT RAISE(ABORT, 'what was sold stays as it was sold'); END;
CREATE TRIGGER goods_order_fee_stays BEFORE UPDATE OF fee_minor ON goods_order WHEN OLD.fee_minor IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a share of the fee stays'); END;
CREATE TRIGGER goods_line_stays BEFORE UPDATE OF order_id, variant_id, listing_id, product_id, title_id, licence_id, appearance_id, moment_ms,
    name, variant_name, match, quantity, price_minor, discount_minor, net_minor, tax_minor, tax_bps, commission_minor, commission_bps,
    royalty_minor, royalty_bps ON goods_line
BEGIN SELECT RAISE(ABORT, 'what was sold stays as it was sold'); END;
CREATE TRIGGER goods_line_is_kept BEFORE DELETE ON goods_line BEGIN SELECT RAISE(ABORT, 'what was sold stays as it was sold'); END;
CREATE TRIGGER goods_line_grows BEFORE UPDATE OF shipped, cancelled, returned ON goods_line
WHEN NEW.shipped < OLD.shipped OR NEW.cancelled < OLD.cancelled OR NEW.returned < OLD.returned
BEGIN SELECT RAISE(ABORT, 'pieces that went out or came back stay counted'); END;
-- end
-- postgres:
CREATE TRIGGER purchase_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON purchase_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER goods_order_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON goods_order_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_other_sale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was sold stays as it was sold' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER purchase_stays BEFORE UPDATE OF person_id, currency, total_minor, country, name, address, phone, key, fingerprint ON purchase
FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_sale();
CREATE TRIGGER purchase_is_kept BEFORE DELETE OR TRUNCATE ON purchase FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_sale();
CREATE TRIGGER goods_order_stays BEFORE UPDATE OF purchase_id, run_id, organisation_id, person_id, currency, items_minor, shipping_minor,
    tax_minor, total_minor, commission_minor, royalty_minor, country ON goods_order
FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_sale();
CREATE TRIGGER goods_order_is_kept BEFORE DELETE OR TRUNCATE ON goods_order FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_sale();
CREATE TRIGGER goods_order_fee_stays BEFORE UPDATE OF fee_minor ON goods_order FOR EACH ROW WHEN (OLD.fee_minor IS NOT NULL)
EXECUTE FUNCTION refuse_other_sale();
CREATE TRIGGER goods_line_stays BEFORE UPDATE OF order_id, variant_id, listing_id, product_id, title_id, licence_id, appearance_id, moment_ms,
    name, variant_name, match, quantity, price_minor, discount_minor, net_minor, tax_minor, tax_bps, commission_minor, commission_bps,
    royalty_minor, royalty_bps ON goods_line
FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_sale();
CREATE TRIGGER goods_line_is_kept BEFORE DELETE OR TRUNCATE ON goods_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_other_sale();
CREATE TRIGGER goods_line_grows BEFORE UPDATE OF shipped, cancelled, returned ON goods_line FOR EACH ROW
WHEN (NEW.shipped < OLD.shipped OR NEW.cancelled < OLD.cancelled OR NEW.returned < OLD.returned)
EXECUTE FUNCTION refuse_other_sale();
-- end
