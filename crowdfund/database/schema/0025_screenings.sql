-- Where films are shown. zone: of the IANA's list, as its clocks say when the doors open.
CREATE TABLE venue (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    zone TEXT NOT NULL,
    access TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL
);
CREATE INDEX venue_organisation ON venue (organisation_id);

CREATE TABLE auditorium (
    id BIGINT PRIMARY KEY,
    venue_id BIGINT NOT NULL REFERENCES venue (id),
    name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (venue_id, name)
);

-- The seats of a hall. A change is a new row: what was sold on a plan stays on it.
CREATE TABLE seat_plan (
    id BIGINT PRIMARY KEY,
    auditorium_id BIGINT NOT NULL REFERENCES auditorium (id),
    plan TEXT NOT NULL,
    seats BIGINT NOT NULL CHECK (seats >= 0),
    standing BIGINT NOT NULL CHECK (standing >= 0),
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    CHECK (seats + standing > 0)
);
CREATE INDEX seat_plan_auditorium ON seat_plan (auditorium_id, id);

-- That a cinema may show a title: one of them asks, the other agrees.
CREATE TABLE booking (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES title (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'offered', 'agreed', 'declined', 'ended')),
    note TEXT NOT NULL DEFAULT '',
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX booking_one_live ON booking (title_id, organisation_id) WHERE state IN ('asked', 'offered', 'agreed');
CREATE INDEX booking_organisation ON booking (organisation_id, id);

CREATE TABLE booking_event (
    id BIGINT PRIMARY KEY,
    booking_id BIGINT NOT NULL REFERENCES booking (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX booking_event_booking ON booking_event (booking_id, id);

-- One showing. refund_steps: what a fan who cancels gets back, as JSON [[hours before the start, basis points], …], the longest
-- first. The counters are kept by whoever sells and gives back: tickets that may enter, and what was paid for them.
CREATE TABLE screening (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES title (id),
    booking_id BIGINT NOT NULL REFERENCES booking (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    auditorium_id BIGINT NOT NULL REFERENCES auditorium (id),
    plan_id BIGINT NOT NULL REFERENCES seat_plan (id),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'on_sale', 'closed', 'screened', 'settled', 'rescheduled', 'cancelled')),
    note TEXT NOT NULL DEFAULT '',
    doors_at BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    sale_opens_at BIGINT NOT NULL,
    sale_closes_at BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL CHECK (fee_minor >= 0),
    per_fan_max BIGINT NOT NULL CHECK (per_fan_max BETWEEN 1 AND 50),
    single_seats TEXT NOT NULL CHECK (single_seats IN ('warn', 'refuse')),
    refund_steps TEXT NOT NULL,
    sold BIGINT NOT NULL DEFAULT 0 CHECK (sold >= 0),
    gross_minor BIGINT NOT NULL DEFAULT 0 CHECK (gross_minor >= 0),
    fees_minor BIGINT NOT NULL DEFAULT 0 CHECK (fees_minor >= 0),
    admitted BIGINT NOT NULL DEFAULT 0 CHECK (admitted >= 0 AND admitted <= sold),
    made_at BIGINT NOT NULL,
    UNIQUE (id, currency),
    CHECK (doors_at <= starts_at AND starts_at < ends_at AND sale_opens_at < sale_closes_at AND sale_closes_at <= ends_at)
);
CREATE INDEX screening_title ON screening (title_id, starts_at);
CREATE INDEX screening_organisation ON screening (organisation_id, starts_at);
CREATE INDEX screening_hall ON screening (auditorium_id, starts_at);
CREATE INDEX screening_on_sale ON screening (starts_at) WHERE state = 'on_sale';
CREATE INDEX screening_to_end ON screening (ends_at) WHERE state IN ('on_sale', 'closed');

CREATE TABLE screening_event (
    id BIGINT PRIMARY KEY,
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX screening_event_screening ON screening_event (screening_id, id);

-- What a place of a category costs, by who sits on it: full, reduced, child. Another price is another row.
CREATE TABLE price (
    id BIGINT PRIMARY KEY,
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    category_id TEXT NOT NULL,
    name TEXT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0 AND price_minor <= 99999999),
    position BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('offered', 'withdrawn')),
    UNIQUE (id, screening_id)
);
CREATE UNIQUE INDEX price_one_offered ON price (screening_id, category_id, name) WHERE state = 'offered';

-- Places kept for a fan for minutes. Its end is a predicate (held_until <= now): nothing has to happen for a seat to be free again.
-- A fan has one hold in a screening: another choice takes its place.
CREATE TABLE hold (
    id BIGINT PRIMARY KEY,
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    places BIGINT NOT NULL CHECK (places > 0),
    held_until BIGINT NOT NULL,
    extended_at BIGINT,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (person_id, key),
    UNIQUE (id, screening_id)
);
CREATE INDEX hold_fan ON hold (person_id, screening_id, held_until);
CREATE INDEX hold_until ON hold (screening_id, held_until);

-- Who has a numbered seat: a hold while it lasts (the hold alone knows until when), a ticket once it is paid, the cinema where it is
-- blocked for good. One row a seat, so it can't be sold twice; a free seat has none, or one whose hold has ended.
CREATE TABLE seat_claim (
    screening_id BIGINT NOT NULL,
    seat_id TEXT NOT NULL,
    hold_id BIGINT,
    ticket_id BIGINT UNIQUE,
    blocked_because TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (screening_id, seat_id),
    FOREIGN KEY (hold_id, screening_id) REFERENCES hold (id, screening_id),
    CHECK (hold_id IS NOT NULL OR ticket_id IS NOT NULL OR blocked_because <> '')
);
CREATE INDEX seat_claim_hold ON seat_claim (hold_id) WHERE hold_id IS NOT NULL;

-- Standing areas are counted: taken are the places of tickets, and of holds that were not found ended yet.
CREATE TABLE standing (
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    area_id TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    taken BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (screening_id, area_id),
    CHECK (taken >= 0 AND taken <= size)
);

CREATE TABLE standing_claim (
    hold_id BIGINT NOT NULL,
    screening_id BIGINT NOT NULL,
    area_id TEXT NOT NULL,
    places BIGINT NOT NULL CHECK (places > 0),
    PRIMARY KEY (hold_id, area_id),
    FOREIGN KEY (hold_id, screening_id) REFERENCES hold (id, screening_id),
    FOREIGN KEY (screening_id, area_id) REFERENCES standing (screening_id, area_id)
);
CREATE INDEX standing_claim_area ON standing_claim (screening_id, area_id);

-- The right to enter, once. issue: goes up when it is given to somebody else; the code of an earlier one is dead.
CREATE TABLE ticket (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL,
    screening_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    seat_id TEXT,
    area_id TEXT,
    price_id BIGINT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
    fee_minor BIGINT NOT NULL CHECK (fee_minor >= 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sold', 'admitted', 'no_show', 'refunded', 'moved', 'lost')),
    issue BIGINT NOT NULL DEFAULT 1 CHECK (issue BETWEEN 1 AND 256),
    typed_code TEXT NOT NULL UNIQUE,
    refund_id BIGINT REFERENCES refund (id),
    refunded_minor BIGINT NOT NULL DEFAULT 0,
    made_at BIGINT NOT NULL,
    day BIGINT NOT NULL, -- on which it was sold, by the clock of its venue: days since 1970
    CHECK ((seat_id IS NULL) <> (area_id IS NULL)),
    CHECK (refunded_minor >= 0 AND refunded_minor <= price_minor + fee_minor),
    FOREIGN KEY (screening_id, currency) REFERENCES screening (id, currency),
    FOREIGN KEY (price_id, screening_id) REFERENCES price (id, screening_id),
    FOREIGN KEY (screening_id, area_id) REFERENCES standing (screening_id, area_id)
);
-- A numbered seat can't be sold twice.
CREATE UNIQUE INDEX ticket_one_seat ON ticket (screening_id, seat_id) WHERE state IN ('sold', 'admitted', 'no_show');
CREATE INDEX ticket_screening ON ticket (screening_id, state, id);
CREATE INDEX ticket_person ON ticket (person_id, screening_id);
CREATE INDEX ticket_order ON ticket (order_id);

CREATE TABLE ticket_event (
    id BIGINT PRIMARY KEY,
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX ticket_event_ticket ON ticket_event (ticket_id, id);

-- sqlite:
CREATE TRIGGER booking_event_is_kept_u BEFORE UPDATE ON booking_event BEGIN SELECT RAISE(ABORT, 'booking_event is append-only'); END;
CREATE TRIGGER booking_event_is_kept_d BEFORE DELETE ON booking_event BEGIN SELECT RAISE(ABORT, 'booking_event is append-only'); END;
CREATE TRIGGER screening_event_is_kept_u BEFORE UPDATE ON screening_event BEGIN SELECT RAISE(ABORT, 'screening_event is append-only'); END;
CREATE TRIGGER screening_event_is_kept_d BEFORE DELETE ON screening_event BEGIN SELECT RAISE(ABORT, 'screening_event is append-only'); END;
CREATE TRIGGER ticket_event_is_kept_u BEFORE UPDATE ON ticket_event BEGIN SELECT RAISE(ABORT, 'ticket_event is append-only'); END;
CREATE TRIGGER ticket_event_is_kept_d BEFORE DELETE ON ticket_event BEGIN SELECT RAISE(ABORT, 'ticket_event is append-only'); END;
CREATE TRIGGER seat_plan_is_kept_u BEFORE UPDATE ON seat_plan BEGIN SELECT RAISE(ABORT, 'seat_plan is append-only'); END;
CREATE TRIGGER seat_plan_is_kept_d BEFORE DELETE ON seat_plan BEGIN SELECT RAISE(ABORT, 'seat_plan is append-only'); END;
-- A price that somebody may have seen stays what it was.
CREATE TRIGGER price_stays BEFORE UPDATE OF price_minor, name, category_id, screening_id ON price
BEGIN SELECT RAISE(ABORT, 'another price is another row'); END;
CREATE TRIGGER ticket_price_stays BEFORE UPDATE OF price_minor, fee_minor, currency, order_id, price_id ON ticket
BEGIN SELECT RAISE(ABORT, 'what was paid for a ticket stays'); END;
-- end
-- postgres:
CREATE TRIGGER booking_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON booking_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER screening_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON screening_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ticket_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ticket_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seat_plan_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON seat_plan FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_other_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was offered or paid stays' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER price_stays BEFORE UPDATE OF price_minor, name, category_id, screening_id ON price
FOR EACH ROW EXECUTE FUNCTION refuse_other_price();
CREATE TRIGGER ticket_price_stays BEFORE UPDATE OF price_minor, fee_minor, currency, order_id, price_id ON ticket
FOR EACH ROW EXECUTE FUNCTION refuse_other_price();
-- end
