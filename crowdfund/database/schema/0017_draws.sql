-- A draw among the backers of a fund: a set visit, an evening with the players. Announced, its terms and its commitment stay;
-- closed, its list stays; drawn, its winners stay. What is not possible in life is refused by the table.
CREATE TABLE draw (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'announced', 'closed', 'drawn', 'completed', 'cancelled')),
    title TEXT NOT NULL,
    about TEXT NOT NULL,
    place TEXT NOT NULL,
    included TEXT NOT NULL,
    not_included TEXT NOT NULL,
    travel TEXT NOT NULL,
    happens_at BIGINT NOT NULL,
    places BIGINT NOT NULL CHECK (places BETWEEN 1 AND 500),
    persons_each BIGINT NOT NULL CHECK (persons_each BETWEEN 1 AND 10),
    reserves BIGINT NOT NULL CHECK (reserves BETWEEN 0 AND 500),
    entries_min BIGINT NOT NULL CHECK (entries_min <= 1000000),
    capacity BIGINT CHECK (capacity > 0),
    capacity_by TEXT NOT NULL,
    closes_at BIGINT NOT NULL,
    public_what TEXT NOT NULL,
    public_at BIGINT,
    answer_by BIGINT NOT NULL,
    commitment TEXT,
    entries BIGINT NOT NULL DEFAULT 0 CHECK (entries >= 0),
    list_hash TEXT,
    public_value TEXT NOT NULL DEFAULT '',
    public_source TEXT NOT NULL DEFAULT '',
    seed TEXT,
    announced_at BIGINT,
    closed_at BIGINT,
    drawn_at BIGINT,
    made_at BIGINT NOT NULL,
    UNIQUE (id, campaign_id),
    -- never more winners than entries, never more people than the place holds
    CHECK (entries_min >= places),
    CHECK (state = 'draft' OR (announced_at IS NOT NULL AND commitment IS NOT NULL AND capacity IS NOT NULL AND capacity_by <> ''
        AND places * persons_each <= capacity)),
    CHECK (state NOT IN ('closed', 'drawn', 'completed') OR (closed_at IS NOT NULL AND list_hash IS NOT NULL AND entries >= entries_min)),
    -- the seed is here from the moment of the drawing on, and not before
    CHECK ((state IN ('drawn', 'completed')) = (seed IS NOT NULL)),
    CHECK ((state IN ('drawn', 'completed')) = (drawn_at IS NOT NULL)),
    CHECK ((public_what = '') = (public_at IS NULL)),
    CHECK (closes_at < answer_by AND answer_by < happens_at AND (public_at IS NULL OR (closes_at < public_at AND public_at < answer_by))),
    CHECK (public_value = '' OR (state IN ('drawn', 'completed') AND public_what <> '' AND public_source <> '')),
    CHECK (state NOT IN ('drawn', 'completed') OR public_what = '' OR public_value <> '')
);
CREATE INDEX draw_campaign ON draw (campaign_id, id);
CREATE INDEX draw_waiting ON draw (state, closes_at) WHERE state IN ('announced', 'closed', 'drawn');

-- Who may enter, where not every backer may: those of these tiers.
CREATE TABLE draw_tier (
    id BIGINT PRIMARY KEY,
    draw_id BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    tier_id BIGINT NOT NULL,
    UNIQUE (draw_id, tier_id),
    FOREIGN KEY (draw_id, campaign_id) REFERENCES draw (id, campaign_id),
    FOREIGN KEY (tier_id, campaign_id) REFERENCES tier (id, campaign_id)
);

-- What was committed to; no page and no program's answer reads this table.
CREATE TABLE draw_seed (
    draw_id BIGINT PRIMARY KEY REFERENCES draw (id),
    seed TEXT NOT NULL CHECK (LENGTH(seed) = 64),
    made_at BIGINT NOT NULL
);

-- One a person, whatever she paid. entry: what is published of it. listed_at: it stood when the list was closed.
CREATE TABLE draw_entry (
    id BIGINT PRIMARY KEY,
    draw_id BIGINT NOT NULL REFERENCES draw (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    entry TEXT NOT NULL UNIQUE,
    made_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    listed_at BIGINT,
    UNIQUE (draw_id, person_id),
    UNIQUE (id, draw_id),
    CHECK (withdrawn_at IS NULL OR listed_at IS NULL)
);
CREATE INDEX draw_entry_person ON draw_entry (person_id, id);

CREATE TABLE draw_event (
    id BIGINT PRIMARY KEY,
    draw_id BIGINT NOT NULL REFERENCES draw (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX draw_event_draw ON draw_event (draw_id, id);

-- Winners and those who move up, by rank. place: which of the places she was offered; each is one person's at a time.
CREATE TABLE draw_winner (
    id BIGINT PRIMARY KEY,
    draw_id BIGINT NOT NULL REFERENCES draw (id),
    rank BIGINT NOT NULL CHECK (rank > 0),
    entry_id BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'asked', 'confirmed', 'declined', 'lapsed')),
    place BIGINT CHECK (place > 0),
    answer_by BIGINT,
    public_name TEXT NOT NULL DEFAULT '',
    contact_name TEXT NOT NULL DEFAULT '',
    contact TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    UNIQUE (draw_id, rank),
    UNIQUE (draw_id, entry_id),
    FOREIGN KEY (entry_id, draw_id) REFERENCES draw_entry (id, draw_id),
    CHECK ((state = 'waiting') = (place IS NULL)),
    CHECK ((state = 'waiting') = (answer_by IS NULL))
);
CREATE UNIQUE INDEX draw_winner_place ON draw_winner (draw_id, place) WHERE state IN ('asked', 'confirmed');
CREATE INDEX draw_winner_asked ON draw_winner (answer_by) WHERE state = 'asked';

CREATE TABLE draw_winner_event (
    id BIGINT PRIMARY KEY,
    draw_winner_id BIGINT NOT NULL REFERENCES draw_winner (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX draw_winner_event_winner ON draw_winner_event (draw_winner_id, id);

-- sqlite:
CREATE TRIGGER draw_event_is_kept_u BEFORE UPDATE ON draw_event BEGIN SELECT RAISE(ABORT, 'draw_event is append-only'); END;
CREATE TRIGGER draw_event_is_kept_d BEFORE DELETE ON draw_event BEGIN SELECT RAISE(ABORT, 'draw_event is append-only'); END;
CREATE TRIGGER draw_winner_event_is_kept_u BEFORE UPDATE ON draw_winner_event BEGIN SELECT RAISE(ABORT, 'draw_winner_event is append-only'); END;
CREATE TRIGGER draw_winner_event_is_kept_d BEFORE DELETE ON draw_winner_event BEGIN SELECT RAISE(ABORT, 'draw_winner_event is append-only'); END;
CREATE TRIGGER draw_seed_is_kept_u BEFORE UPDATE ON draw_seed BEGIN SELECT RAISE(ABORT, 'draw_seed is append-only'); END;
CREATE TRIGGER draw_seed_is_kept_d BEFORE DELETE ON draw_seed BEGIN SELECT RAISE(ABORT, 'draw_seed is append-only'); END;
CREATE TRIGGER draw_is_kept BEFORE DELETE ON draw WHEN OLD.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'an announced draw stays'); END;
CREATE TRIGGER draw_terms_are_kept BEFORE UPDATE ON draw
WHEN OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.id <> OLD.id OR NEW.campaign_id <> OLD.campaign_id OR NEW.title <> OLD.title
    OR NEW.about <> OLD.about OR NEW.place <> OLD.place OR NEW.included <> OLD.included OR NEW.not_included <> OLD.not_included
    OR NEW.travel <> OLD.travel OR NEW.happens_at <> OLD.happens_at OR NEW.places <> OLD.places
    OR NEW.persons_each <> OLD.persons_each OR NEW.reserves <> OLD.reserves OR NEW.entries_min <> OLD.entries_min
    OR COALESCE(NEW.capacity, 0) <> OLD.capacity OR NEW.capacity_by <> OLD.capacity_by OR NEW.closes_at <> OLD.closes_at
    OR NEW.public_what <> OLD.public_what OR COALESCE(NEW.public_at, 0) <> COALESCE(OLD.public_at, 0) OR NEW.answer_by <> OLD.answer_by
    OR COALESCE(NEW.commitment, '') <> OLD.commitment OR COALESCE(NEW.announced_at, 0) <> OLD.announced_at)
BEGIN SELECT RAISE(ABORT, 'an announced draw keeps its terms and its commitment'); END;
CREATE TRIGGER draw_list_is_kept BEFORE UPDATE ON draw
WHEN OLD.list_hash IS NOT NULL AND (COALESCE(NEW.list_hash, '') <> OLD.list_hash OR NEW.entries <> OLD.entries
    OR COALESCE(NEW.closed_at, 0) <> COALESCE(OLD.closed_at, 0))
BEGIN SELECT RAISE(ABORT, 'a closed draw keeps its list'); END;
CREATE TRIGGER draw_result_is_kept BEFORE UPDATE ON draw
WHEN OLD.seed IS NOT NULL AND (COALESCE(NEW.seed, '') <> OLD.seed OR NEW.public_value <> OLD.public_value
    OR NEW.public_source <> OLD.public_source OR COALESCE(NEW.drawn_at, 0) <> OLD.drawn_at)
BEGIN SELECT RAISE(ABORT, 'what was drawn stays'); END;
CREATE TRIGGER draw_tier_is_kept_i BEFORE INSERT ON draw_tier WHEN (SELECT state FROM draw WHERE id = NEW.draw_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'an announced draw keeps its terms and its commitment'); END;
CREATE TRIGGER draw_tier_is_kept_u BEFORE UPDATE ON draw_tier
BEGIN SELECT RAISE(ABORT, 'an announced draw keeps its terms and its commitment'); END;
CREATE TRIGGER draw_tier_is_kept_d BEFORE DELETE ON draw_tier WHEN (SELECT state FROM draw WHERE id = OLD.draw_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'an announced draw keeps its terms and its commitment'); END;
CREATE TRIGGER draw_entry_in_time_i BEFORE INSERT ON draw_entry WHEN (SELECT state FROM draw WHERE id = NEW.draw_id) <> 'announced'
BEGIN SELECT RAISE(ABORT, 'a closed draw keeps its list'); END;
CREATE TRIGGER draw_entry_in_time_u BEFORE UPDATE ON draw_entry
WHEN (SELECT state FROM draw WHERE id = OLD.draw_id) <> 'announced' OR NEW.id <> OLD.id OR NEW.draw_id <> OLD.draw_id
    OR NEW.person_id <> OLD.person_id OR NEW.entry <> OLD.entry OR NEW.made_at <> OLD.made_at
BEGIN SELECT RAISE(ABORT, 'a closed draw keeps its list'); END;
CREATE TRIGGER draw_entry_is_kept BEFORE DELETE ON draw_entry BEGIN SELECT RAISE(ABORT, 'a closed draw keeps its list'); END;
CREATE TRIGGER draw_winner_once BEFORE INSERT ON draw_winner WHEN (SELECT state FROM draw WHERE id = NEW.draw_id) <> 'closed'
BEGIN SELECT RAISE(ABORT, 'what was drawn stays'); END;
CREATE TRIGGER draw_winner_is_kept_u BEFORE UPDATE ON draw_winner
WHEN NEW.id <> OLD.id OR NEW.draw_id <> OLD.draw_id OR NEW.rank <> OLD.rank OR NEW.entry_id <> OLD.entry_id
BEGIN SELECT RAISE(ABORT, 'what was drawn stays'); END;
CREATE TRIGGER draw_winner_is_kept_d BEFORE DELETE ON draw_winner BEGIN SELECT RAISE(ABORT, 'what was drawn stays'); END;
-- end
-- postgres:
CREATE FUNCTION refuse_draw_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE FUNCTION keep_draw_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM draw WHERE id = (CASE TG_OP WHEN 'DELETE' THEN OLD.draw_id ELSE NEW.draw_id END)) <> TG_ARGV[0] THEN
        RAISE EXCEPTION '%', TG_ARGV[1] USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER draw_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON draw_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_winner_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON draw_winner_event FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_seed_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON draw_seed FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draw_is_kept BEFORE DELETE ON draw FOR EACH ROW WHEN (OLD.state <> 'draft')
EXECUTE FUNCTION refuse_draw_change('an announced draw stays');
CREATE TRIGGER draw_terms_are_kept BEFORE UPDATE ON draw FOR EACH ROW
WHEN (OLD.state <> 'draft' AND (NEW.state = 'draft' OR NEW.id <> OLD.id OR NEW.campaign_id <> OLD.campaign_id OR NEW.title <> OLD.title
    OR NEW.about <> OLD.about OR NEW.place <> OLD.place OR NEW.included <> OLD.included OR NEW.not_included <> OLD.not_included
    OR NEW.travel <> OLD.travel OR NEW.happens_at <> OLD.happens_at OR NEW.places <> OLD.places
    OR NEW.persons_each <> OLD.persons_each OR NEW.reserves <> OLD.reserves OR NEW.entries_min <> OLD.entries_min
    OR COALESCE(NEW.capacity, 0) <> OLD.capacity OR NEW.capacity_by <> OLD.capacity_by OR NEW.closes_at <> OLD.closes_at
    OR NEW.public_what <> OLD.public_what OR COALESCE(NEW.public_at, 0) <> COALESCE(OLD.public_at, 0) OR NEW.answer_by <> OLD.answer_by
    OR COALESCE(NEW.commitment, '') <> OLD.commitment OR COALESCE(NEW.announced_at, 0) <> OLD.announced_at))
EXECUTE FUNCTION refuse_draw_change('an announced draw keeps its terms and its commitment');
CREATE TRIGGER draw_list_is_kept BEFORE UPDATE ON draw FOR EACH ROW
WHEN (OLD.list_hash IS NOT NULL AND (COALESCE(NEW.list_hash, '') <> OLD.list_hash OR NEW.entries <> OLD.entries
    OR COALESCE(NEW.closed_at, 0) <> COALESCE(OLD.closed_at, 0)))
EXECUTE FUNCTION refuse_draw_change('a closed draw keeps its list');
CREATE TRIGGER draw_result_is_kept BEFORE UPDATE ON draw FOR EACH ROW
WHEN (OLD.seed IS NOT NULL AND (COALESCE(NEW.seed, '') <> OLD.seed OR NEW.public_value <> OLD.public_value
    OR NEW.public_source <> OLD.public_source OR COALESCE(NEW.drawn_at, 0) <> OLD.drawn_at))
EXECUTE FUNCTION refuse_draw_change('what was drawn stays');
CREATE TRIGGER draw_tier_is_kept BEFORE INSERT OR DELETE ON draw_tier FOR EACH ROW
EXECUTE FUNCTION keep_draw_parts('draft', 'an announced draw keeps its terms and its commitment');
CREATE TRIGGER draw_tier_is_kept_u BEFORE UPDATE ON draw_tier FOR EACH ROW
EXECUTE FUNCTION refuse_draw_change('an announced draw keeps its terms and its commitment');
CREATE TRIGGER draw_entry_in_time BEFORE INSERT OR UPDATE ON draw_entry FOR EACH ROW
EXECUTE FUNCTION keep_draw_parts('announced', 'a closed draw keeps its list');
CREATE TRIGGER draw_entry_is_hers BEFORE UPDATE ON draw_entry FOR EACH ROW
WHEN (NEW.id <> OLD.id OR NEW.draw_id <> OLD.draw_id OR NEW.person_id <> OLD.person_id OR NEW.entry <> OLD.entry
    OR NEW.made_at <> OLD.made_at)
EXECUTE FUNCTION refuse_draw_change('a closed draw keeps its list');
CREATE TRIGGER draw_entry_is_kept BEFORE DELETE ON draw_entry FOR EACH ROW
EXECUTE FUNCTION refuse_draw_change('a closed draw keeps its list');
CREATE TRIGGER draw_winner_once BEFORE INSERT ON draw_winner FOR EACH ROW
EXECUTE FUNCTION keep_draw_parts('closed', 'what was drawn stays');
CREATE TRIGGER draw_winner_is_kept_u BEFORE UPDATE ON draw_winner FOR EACH ROW
WHEN (NEW.id <> OLD.id OR NEW.draw_id <> OLD.draw_id OR NEW.rank <> OLD.rank OR NEW.entry_id <> OLD.entry_id)
EXECUTE FUNCTION refuse_draw_change('what was drawn stays');
CREATE TRIGGER draw_winner_is_kept_d BEFORE DELETE ON draw_winner FOR EACH ROW
EXECUTE FUNCTION refuse_draw_change('what was drawn stays');
-- end
