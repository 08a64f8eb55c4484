-- A ticket given to somebody else: the link in the letter makes it hers, and the code of before is dead. hash: of the link.
CREATE TABLE ticket_gift (
    id BIGINT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    ticket_id BIGINT NOT NULL REFERENCES ticket (id),
    from_person_id BIGINT NOT NULL REFERENCES person (id),
    to_email TEXT NOT NULL,
    to_person_id BIGINT REFERENCES person (id),
    state TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'withdrawn', 'declined')),
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    CHECK ((state = 'accepted') = (to_person_id IS NOT NULL))
);
CREATE UNIQUE INDEX ticket_gift_one_offered ON ticket_gift (ticket_id) WHERE state = 'offered';
CREATE INDEX ticket_gift_ticket ON ticket_gift (ticket_id, id);

-- A screening that does not take place as it was sold: every holder is asked, and who says nothing has all her money back at
-- answer_by. to_screening: where it takes place instead, at another hour.
CREATE TABLE asking (
    id BIGINT PRIMARY KEY,
    screening_id BIGINT NOT NULL UNIQUE REFERENCES screening (id),
    to_screening_id BIGINT REFERENCES screening (id),
    reason TEXT NOT NULL,
    answer_by BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL
);
CREATE INDEX asking_open ON asking (answer_by) WHERE state = 'open';

-- What becomes of one ticket: its holder says, once.
CREATE TABLE asking_answer (
    ticket_id BIGINT PRIMARY KEY REFERENCES ticket (id),
    asking_id BIGINT NOT NULL REFERENCES asking (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    answer TEXT NOT NULL CHECK (answer IN ('waiting', 'keep', 'move', 'money_back')),
    by_default BIGINT NOT NULL DEFAULT 0 CHECK (by_default IN (0, 1)),
    hold_id BIGINT REFERENCES hold (id),
    answered_at BIGINT
);
CREATE INDEX asking_answer_asking ON asking_answer (asking_id, answer);
CREATE INDEX asking_answer_person ON asking_answer (person_id, asking_id);

-- A ticket that took the place of another one: its money went along, from one escrow to the other.
CREATE TABLE ticket_move (
    from_ticket_id BIGINT PRIMARY KEY REFERENCES ticket (id),
    to_ticket_id BIGINT NOT NULL UNIQUE REFERENCES ticket (id),
    from_screening_id BIGINT NOT NULL REFERENCES screening (id),
    to_screening_id BIGINT NOT NULL REFERENCES screening (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX ticket_move_from ON ticket_move (from_screening_id);
CREATE INDEX ticket_move_to ON ticket_move (to_screening_id);

-- sqlite:
CREATE TRIGGER ticket_move_is_kept_u BEFORE UPDATE ON ticket_move BEGIN SELECT RAISE(ABORT, 'ticket_move is append-only'); END;
CREATE TRIGGER ticket_move_is_kept_d BEFORE DELETE ON ticket_move BEGIN SELECT RAISE(ABORT, 'ticket_move is append-only'); END;
CREATE TRIGGER asking_answer_stays BEFORE UPDATE ON asking_answer WHEN OLD.answer <> 'waiting'
BEGIN SELECT RAISE(ABORT, 'an answer stays'); END;
-- end
-- postgres:
CREATE TRIGGER ticket_move_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON ticket_move FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_other_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'an answer stays' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER asking_answer_stays BEFORE UPDATE ON asking_answer FOR EACH ROW WHEN (OLD.answer <> 'waiting')
EXECUTE FUNCTION refuse_other_answer();
-- end
