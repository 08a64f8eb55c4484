-- A bank may take the payment of an order back, as it may a pledge's.
-- sqlite:
CREATE TABLE new_dispute (
    id BIGINT PRIMARY KEY,
    stripe_dispute_id TEXT NOT NULL UNIQUE,
    charge_id BIGINT NOT NULL REFERENCES charge (id),
    pledge_id BIGINT REFERENCES pledge (id),
    campaign_id BIGINT REFERENCES campaign (id),
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('needs_response', 'answering', 'under_review', 'won', 'lost')),
    evidence TEXT NOT NULL DEFAULT '',
    answered_by_id BIGINT REFERENCES person (id),
    due_by BIGINT,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    asked_minor BIGINT NOT NULL DEFAULT 0,
    order_id BIGINT REFERENCES "order" (id),
    CHECK ((pledge_id IS NULL) = (campaign_id IS NULL)),
    CHECK ((pledge_id IS NULL) <> (order_id IS NULL))
);
INSERT INTO new_dispute (id, stripe_dispute_id, charge_id, pledge_id, campaign_id, amount_minor, currency, reason, state, evidence,
    answered_by_id, due_by, made_at, ended_at, asked_minor)
SELECT id, stripe_dispute_id, charge_id, pledge_id, campaign_id, amount_minor, currency, reason, state, evidence,
    answered_by_id, due_by, made_at, ended_at, asked_minor FROM dispute;
DROP TABLE dispute;
ALTER TABLE new_dispute RENAME TO dispute;
CREATE INDEX dispute_campaign ON dispute (campaign_id, state);
CREATE INDEX dispute_charge ON dispute (charge_id);
-- end
-- postgres:
ALTER TABLE dispute ALTER COLUMN pledge_id DROP NOT NULL, ALTER COLUMN campaign_id DROP NOT NULL,
    ADD COLUMN order_id BIGINT REFERENCES "order" (id),
    ADD CONSTRAINT dispute_campaign_check CHECK ((pledge_id IS NULL) = (campaign_id IS NULL)),
    ADD CONSTRAINT dispute_about_check CHECK ((pledge_id IS NULL) <> (order_id IS NULL));
-- end
CREATE INDEX dispute_order ON dispute (order_id) WHERE order_id IS NOT NULL;

-- Tickets of a screening by the day on which they were sold, counted with them: a chart of a presale reads a few rows, however many
-- tickets there are. day: days since 1970, by the clock of the venue. refunded: of those sold on that day, also what banks took. admitted:
-- likewise. A ticket that has moved was sold where it is now.
CREATE TABLE ticket_day (
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    day BIGINT NOT NULL,
    sold BIGINT NOT NULL,
    gross_minor BIGINT NOT NULL,
    refunded BIGINT NOT NULL DEFAULT 0,
    refunded_minor BIGINT NOT NULL DEFAULT 0,
    admitted BIGINT NOT NULL DEFAULT 0,
    admitted_minor BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (screening_id, day)
);
INSERT INTO ticket_day (screening_id, day, sold, gross_minor, refunded, refunded_minor, admitted, admitted_minor)
SELECT screening_id, day, COUNT(*), SUM(price_minor),
       SUM(CASE WHEN state IN ('refunded', 'lost') THEN 1 ELSE 0 END), SUM(CASE WHEN state IN ('refunded', 'lost') THEN price_minor ELSE 0 END),
       SUM(CASE WHEN state = 'admitted' THEN 1 ELSE 0 END), SUM(CASE WHEN state = 'admitted' THEN price_minor ELSE 0 END)
FROM ticket WHERE state <> 'moved' GROUP BY screening_id, day;
-- sqlite:
CREATE TRIGGER ticket_is_counted AFTER INSERT ON ticket BEGIN
    INSERT INTO ticket_day (screening_id, day, sold, gross_minor) VALUES (NEW.screening_id, NEW.day, 1, NEW.price_minor)
    ON CONFLICT (screening_id, day) DO UPDATE SET sold = sold + 1, gross_minor = gross_minor + excluded.gross_minor;
END;
CREATE TRIGGER ticket_is_counted_out AFTER UPDATE OF state ON ticket
WHEN NEW.state IN ('refunded', 'lost') AND OLD.state NOT IN ('refunded', 'lost') BEGIN
    UPDATE ticket_day SET refunded = refunded + 1, refunded_minor = refunded_minor + NEW.price_minor
    WHERE screening_id = NEW.screening_id AND day = NEW.day;
END;
CREATE TRIGGER ticket_is_counted_away AFTER UPDATE OF state ON ticket
WHEN NEW.state = 'moved' AND OLD.state <> 'moved' BEGIN
    UPDATE ticket_day SET sold = sold - 1, gross_minor = gross_minor - NEW.price_minor
    WHERE screening_id = NEW.screening_id AND day = NEW.day;
END;
CREATE TRIGGER ticket_is_counted_in AFTER UPDATE OF state ON ticket
WHEN (NEW.state = 'admitted') <> (OLD.state = 'admitted') BEGIN
    UPDATE ticket_day SET admitted = admitted + CASE WHEN NEW.state = 'admitted' THEN 1 ELSE -1 END,
        admitted_minor = admitted_minor + CASE WHEN NEW.state = 'admitted' THEN NEW.price_minor ELSE -NEW.price_minor END
    WHERE screening_id = NEW.screening_id AND day = NEW.day;
END;
-- end
-- postgres:
CREATE FUNCTION count_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ticket_day (screening_id, day, sold, gross_minor) VALUES (NEW.screening_id, NEW.day, 1, NEW.price_minor)
    ON CONFLICT (screening_id, day) DO UPDATE SET sold = ticket_day.sold + 1, gross_minor = ticket_day.gross_minor + excluded.gross_minor;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_is_counted AFTER INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION count_ticket();
CREATE FUNCTION count_ticket_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('refunded', 'lost') AND OLD.state NOT IN ('refunded', 'lost') THEN
        UPDATE ticket_day SET refunded = refunded + 1, refunded_minor = refunded_minor + NEW.price_minor
        WHERE screening_id = NEW.screening_id AND day = NEW.day;
    END IF;
    IF NEW.state = 'moved' AND OLD.state <> 'moved' THEN
        UPDATE ticket_day SET sold = sold - 1, gross_minor = gross_minor - NEW.price_minor
        WHERE screening_id = NEW.screening_id AND day = NEW.day;
    END IF;
    IF (NEW.state = 'admitted') <> (OLD.state = 'admitted') THEN
        UPDATE ticket_day SET admitted = admitted + CASE WHEN NEW.state = 'admitted' THEN 1 ELSE -1 END,
            admitted_minor = admitted_minor + CASE WHEN NEW.state = 'admitted' THEN NEW.price_minor ELSE -NEW.price_minor END
        WHERE screening_id = NEW.screening_id AND day = NEW.day;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_is_counted_again AFTER UPDATE OF state ON ticket FOR EACH ROW
WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION count_ticket_again();
-- end

-- What the screenings of a fund's title bring its own organisation, by what is certain of it: told by the box office, never collected.
CREATE TABLE box_office (
    campaign_id BIGINT PRIMARY KEY REFERENCES campaign (id),
    sold_minor BIGINT NOT NULL CHECK (sold_minor >= 0),
    locked_minor BIGINT NOT NULL CHECK (locked_minor >= 0),
    recognised_minor BIGINT NOT NULL CHECK (recognised_minor >= 0),
    settled_minor BIGINT NOT NULL,
    told_at BIGINT NOT NULL
);
-- Whether what is recognised at the box office counts towards a fund's goal: said before anybody could pledge.
ALTER TABLE campaign ADD COLUMN counts_box_office BIGINT NOT NULL DEFAULT 0 CHECK (counts_box_office IN (0, 1));
-- A cent of the box office counts towards one goal: of the funds of a title in a currency one may say so, until it has failed.
CREATE UNIQUE INDEX campaign_one_counts ON campaign (title_id, currency)
WHERE counts_box_office = 1 AND state NOT IN ('draft', 'changes_requested', 'rejected', 'failed', 'cancelled');
-- sqlite:
CREATE TRIGGER campaign_keeps_what_counts BEFORE UPDATE OF counts_box_office ON campaign
WHEN OLD.launched_at IS NOT NULL AND OLD.counts_box_office <> NEW.counts_box_office
BEGIN SELECT RAISE(ABORT, 'what counts towards the goal of a fund that was open stays'); END;
-- end
-- postgres:
CREATE FUNCTION refuse_other_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what counts towards the goal of a fund that was open stays' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER campaign_keeps_what_counts BEFORE UPDATE OF counts_box_office ON campaign FOR EACH ROW
WHEN (OLD.launched_at IS NOT NULL AND OLD.counts_box_office <> NEW.counts_box_office) EXECUTE FUNCTION refuse_other_count();
-- end

-- What a title has sold, locked, recognised and settled at a moment, signed. A chain of its own for each title and currency.
CREATE TABLE revenue_statement (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES title (id),
    currency TEXT NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    body TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    previous TEXT UNIQUE REFERENCES revenue_statement (sha256),
    key_id TEXT NOT NULL REFERENCES statement_key (id),
    by_person_id BIGINT REFERENCES person (id),
    made_at BIGINT NOT NULL,
    UNIQUE (title_id, currency, number),
    CHECK ((number = 1) = (previous IS NULL))
);
-- sqlite:
CREATE TRIGGER revenue_statement_is_kept_u BEFORE UPDATE ON revenue_statement
BEGIN SELECT RAISE(ABORT, 'revenue_statement is append-only'); END;
CREATE TRIGGER revenue_statement_is_kept_d BEFORE DELETE ON revenue_statement
BEGIN SELECT RAISE(ABORT, 'revenue_statement is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER revenue_statement_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON revenue_statement
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
