-- The way into one screening for a helper without an account: a link, named after the gate. Its secret is made from its id by the
-- site's own, and kept nowhere.
CREATE TABLE door_pass (
    id BIGINT PRIMARY KEY,
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    gate TEXT NOT NULL CHECK (gate <> ''),
    hash TEXT NOT NULL UNIQUE,
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    UNIQUE (id, screening_id)
);
CREATE UNIQUE INDEX door_pass_one_gate ON door_pass (screening_id, gate) WHERE withdrawn_at IS NULL;

-- Every scan at a door, let in or not. nonce: of the device's own making, so that the same scan sent again is no other. scanned_at:
-- as the device says. verdict: what the site says; said: what the device said by itself while it was offline, else empty. entered:
-- somebody went in; counted: this is the one admission of the ticket; conflict: somebody went in whom the site would have stopped.
CREATE TABLE admission (
    id BIGINT PRIMARY KEY,
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    ticket_id BIGINT REFERENCES ticket (id),
    pass_id BIGINT,
    by_person_id BIGINT REFERENCES person (id),
    gate TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    nonce TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('code', 'typed')),
    verdict TEXT NOT NULL CHECK (verdict IN ('admitted', 'not_a_ticket', 'forged', 'unknown_key', 'wrong_screening', 'cancelled',
        'given_away', 'already_used', 'too_early', 'too_late')),
    said TEXT NOT NULL DEFAULT '',
    because TEXT NOT NULL DEFAULT '',
    entered BIGINT NOT NULL CHECK (entered IN (0, 1)),
    counted BIGINT NOT NULL CHECK (counted IN (0, 1)),
    conflict BIGINT NOT NULL CHECK (conflict IN (0, 1)),
    scanned_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    FOREIGN KEY (pass_id, screening_id) REFERENCES door_pass (id, screening_id),
    CHECK ((pass_id IS NULL) <> (by_person_id IS NULL)),
    CHECK (counted <= entered AND conflict <= entered AND counted + conflict <= 1),
    CHECK (entered = 0 OR verdict = 'admitted' OR because <> '' OR said = 'admitted'),
    CHECK (counted = 0 OR (ticket_id IS NOT NULL AND verdict IN ('admitted', 'too_early', 'too_late')))
);
-- A ticket lets in once, whoever scans it where.
CREATE UNIQUE INDEX admission_once ON admission (ticket_id) WHERE counted = 1;
CREATE INDEX admission_screening ON admission (screening_id, id);
CREATE INDEX admission_ticket ON admission (ticket_id);
CREATE INDEX admission_conflict ON admission (screening_id, id) WHERE conflict = 1;
CREATE INDEX screening_screened ON screening (ends_at) WHERE state = 'screened';

-- What devices at a door have to know of tickets beside the keys: which were let in, are worth nothing, or have a newer code. Every
-- such change gets the screening's next number, whichever verb makes it, so that a device asks for what is new since its last.
CREATE TABLE door_version (
    screening_id BIGINT PRIMARY KEY REFERENCES screening (id),
    version BIGINT NOT NULL CHECK (version > 0)
);

CREATE TABLE door_change (
    ticket_id BIGINT PRIMARY KEY REFERENCES ticket (id),
    screening_id BIGINT NOT NULL REFERENCES screening (id),
    version BIGINT NOT NULL
);
CREATE INDEX door_change_since ON door_change (screening_id, version);

-- sqlite:
CREATE TRIGGER admission_is_kept_u BEFORE UPDATE ON admission BEGIN SELECT RAISE(ABORT, 'admission is append-only'); END;
CREATE TRIGGER admission_is_kept_d BEFORE DELETE ON admission BEGIN SELECT RAISE(ABORT, 'admission is append-only'); END;
CREATE TRIGGER ticket_tells_the_door AFTER UPDATE OF state, issue ON ticket
WHEN NEW.issue <> OLD.issue OR (NEW.state <> OLD.state AND NEW.state <> 'no_show')
BEGIN
    INSERT INTO door_version (screening_id, version) VALUES (NEW.screening_id, 1)
    ON CONFLICT (screening_id) DO UPDATE SET version = door_version.version + 1;
    INSERT INTO door_change (ticket_id, screening_id, version)
    VALUES (NEW.id, NEW.screening_id, (SELECT version FROM door_version WHERE screening_id = NEW.screening_id))
    ON CONFLICT (ticket_id) DO UPDATE SET version = excluded.version;
END;
-- end
-- postgres:
CREATE TRIGGER admission_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON admission FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION tell_the_door() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE newest BIGINT;
BEGIN
    INSERT INTO door_version AS v (screening_id, version) VALUES (NEW.screening_id, 1)
    ON CONFLICT (screening_id) DO UPDATE SET version = v.version + 1 RETURNING v.version INTO newest;
    INSERT INTO door_change (ticket_id, screening_id, version) VALUES (NEW.id, NEW.screening_id, newest)
    ON CONFLICT (ticket_id) DO UPDATE SET version = excluded.version;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_tells_the_door AFTER UPDATE OF state, issue ON ticket FOR EACH ROW
WHEN (NEW.issue <> OLD.issue OR (NEW.state <> OLD.state AND NEW.state <> 'no_show')) EXECUTE FUNCTION tell_the_door();
-- end
