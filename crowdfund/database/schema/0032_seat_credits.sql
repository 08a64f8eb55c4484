-- Cinema seats that come with a tier: how many, and what one may cost at most, with its booking fee. Their producer pays for them.
ALTER TABLE tier ADD COLUMN seats BIGINT NOT NULL DEFAULT 0 CHECK (seats BETWEEN 0 AND 20);
ALTER TABLE tier ADD COLUMN seat_worth_minor BIGINT NOT NULL DEFAULT 0 CHECK (seat_worth_minor >= 0);
-- sqlite:
CREATE TRIGGER tier_keeps_its_seats BEFORE UPDATE OF seats, seat_worth_minor ON tier
WHEN OLD.first_taken_at IS NOT NULL AND (NEW.seats <> OLD.seats OR NEW.seat_worth_minor <> OLD.seat_worth_minor)
BEGIN SELECT RAISE(ABORT, 'the seats of a tier that was taken stay'); END;
-- end
-- postgres:
CREATE FUNCTION refuse_other_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the seats of a tier that was taken stay' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER tier_keeps_its_seats BEFORE UPDATE OF seats, seat_worth_minor ON tier FOR EACH ROW
WHEN (OLD.first_taken_at IS NOT NULL AND (NEW.seats <> OLD.seats OR NEW.seat_worth_minor <> OLD.seat_worth_minor))
EXECUTE FUNCTION refuse_other_seats();
-- end

-- A backer's seat that became a ticket. number: which of her seats; once each, and again after a ticket went back.
CREATE TABLE seat_credit (
    id BIGINT PRIMARY KEY,
    pledge_id BIGINT NOT NULL REFERENCES pledge (id),
    number BIGINT NOT NULL CHECK (number > 0),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    ticket_id BIGINT NOT NULL UNIQUE REFERENCES ticket (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('used', 'returned')),
    made_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX seat_credit_once ON seat_credit (pledge_id, number) WHERE state = 'used';
