-- What a fan buys at once: places of one screening, one payment. It stands on a hold; refund_steps are the screening's of that moment.
-- paid_by: the fan's card, or the seats that came with her pledge. An order whose hold has ended may still be paid: then it gets its seats again, or came too late and is given back.
CREATE TABLE "order" (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    screening_id BIGINT NOT NULL,
    hold_id BIGINT NOT NULL REFERENCES hold (id),
    currency TEXT NOT NULL,
    prices_minor BIGINT NOT NULL CHECK (prices_minor >= 0),
    fees_minor BIGINT NOT NULL CHECK (fees_minor >= 0),
    paid_by TEXT NOT NULL DEFAULT 'card' CHECK (paid_by IN ('card', 'credit')),
    state TEXT NOT NULL CHECK (state IN ('placed', 'paid', 'expired', 'came_too_late', 'refunded', 'lost')),
    refund_steps TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    paid_at BIGINT,
    UNIQUE (person_id, key),
    FOREIGN KEY (screening_id, currency) REFERENCES screening (id, currency)
);
-- Places are being paid once: who begins again gives the earlier order up.
CREATE UNIQUE INDEX order_one_live ON "order" (hold_id) WHERE state IN ('placed', 'paid');
CREATE INDEX order_screening ON "order" (screening_id, state, id);
CREATE INDEX order_placed ON "order" (made_at) WHERE state = 'placed';

CREATE TABLE order_line (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES "order" (id),
    screening_id BIGINT NOT NULL,
    seat_id TEXT,
    area_id TEXT,
    price_id BIGINT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
    fee_minor BIGINT NOT NULL CHECK (fee_minor >= 0),
    CHECK ((seat_id IS NULL) <> (area_id IS NULL)),
    FOREIGN KEY (price_id, screening_id) REFERENCES price (id, screening_id)
);
CREATE INDEX order_line_order ON order_line (order_id);

CREATE TABLE order_event (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES "order" (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX order_event_order ON order_event (order_id, id);

-- sqlite:
CREATE TRIGGER order_event_is_kept_u BEFORE UPDATE ON order_event BEGIN SELECT RAISE(ABORT, 'order_event is append-only'); END;
CREATE TRIGGER order_event_is_kept_d BEFORE DELETE ON order_event BEGIN SELECT RAISE(ABORT, 'order_event is append-only'); END;
CREATE TRIGGER order_line_is_kept_u BEFORE UPDATE ON order_line BEGIN SELECT RAISE(ABORT, 'order_line is append-only'); END;
CREATE TRIGGER order_line_is_kept_d BEFORE DELETE ON order_line BEGIN SELECT RAISE(ABORT, 'order_line is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER order_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON order_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_line_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON order_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
