-- What is said under a fund: comments and questions of its backers, replies, and the makers' own words. An answer is what the
-- makers say to a question. Replies stand one level deep: the level of what they reply to is part of the foreign key. number: the
-- place of a reply in its thread, so that a page of a list reads the first of each thread, however long it is.
CREATE TABLE comment (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL CHECK (kind IN ('comment', 'question', 'reply', 'answer')),
    level BIGINT NOT NULL CHECK (level IN (0, 1)),
    parent_id BIGINT,
    parent_level BIGINT CHECK (parent_level = 0),
    number BIGINT CHECK (number > 0),
    state TEXT NOT NULL CHECK (state IN ('shown', 'hidden', 'withdrawn')),
    shown_as TEXT NOT NULL CHECK (shown_as IN ('name', 'nobody', 'makers')),
    asked TEXT NOT NULL DEFAULT '' CHECK (asked IN ('', 'makers', 'cast', 'named')),
    asked_name TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    hidden_because TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    edited_at BIGINT,
    locked_at BIGINT,
    UNIQUE (id, campaign_id, level),
    UNIQUE (parent_id, number),
    FOREIGN KEY (parent_id, campaign_id, parent_level) REFERENCES comment (id, campaign_id, level),
    CHECK ((level = 1) = (kind IN ('reply', 'answer'))),
    CHECK ((level = 1) = (parent_id IS NOT NULL) AND (parent_id IS NULL) = (parent_level IS NULL)
        AND (parent_id IS NULL) = (number IS NULL)),
    CHECK (kind <> 'answer' OR shown_as = 'makers'),
    CHECK ((kind = 'question') = (asked <> '') AND (asked = 'named') = (asked_name <> '')),
    CHECK ((state = 'withdrawn') = (text = '')),
    CHECK ((state = 'hidden') = (hidden_because <> '')),
    CHECK (locked_at IS NULL OR level = 0)
);
CREATE INDEX comment_threads ON comment (campaign_id, id) WHERE level = 0;
CREATE INDEX comment_questions ON comment (campaign_id, id) WHERE kind = 'question';
CREATE INDEX comment_answers ON comment (parent_id, number) WHERE kind = 'answer';
CREATE INDEX comment_person ON comment (person_id, made_at);

-- Who hid, showed or withdrew what, and why; never changed, never deleted.
CREATE TABLE comment_event (
    id BIGINT PRIMARY KEY,
    comment_id BIGINT NOT NULL REFERENCES comment (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX comment_event_comment ON comment_event (comment_id, id);

-- What people say is wrong with a comment, each once. verdict: what staff made of it, nothing while it waits for them.
CREATE TABLE comment_report (
    id BIGINT PRIMARY KEY,
    comment_id BIGINT NOT NULL REFERENCES comment (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL CHECK (reason IN ('abuse', 'spam', 'private', 'false', 'other')),
    note TEXT NOT NULL DEFAULT '',
    verdict TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'upheld', 'dismissed', 'withdrawn')),
    made_at BIGINT NOT NULL,
    decided_at BIGINT,
    UNIQUE (comment_id, person_id),
    CHECK ((verdict = '') = (decided_at IS NULL)),
    CHECK (reason <> 'other' OR note <> '')
);
CREATE INDEX comment_report_open ON comment_report (comment_id, id) WHERE verdict = '';

-- Who may not write under a fund until when, and why. A new one takes the place of the last.
CREATE TABLE comment_bar (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    lifted_at BIGINT,
    CHECK (ends_at > made_at)
);
CREATE UNIQUE INDEX comment_bar_one ON comment_bar (campaign_id, person_id) WHERE lifted_at IS NULL;

-- Whom fans can ask by name besides the makers.
CREATE TABLE addressee (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    position BIGINT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    UNIQUE (campaign_id, name)
);

-- sqlite:
CREATE TRIGGER comment_event_is_kept_u BEFORE UPDATE ON comment_event BEGIN SELECT RAISE(ABORT, 'comment_event is append-only'); END;
CREATE TRIGGER comment_event_is_kept_d BEFORE DELETE ON comment_event BEGIN SELECT RAISE(ABORT, 'comment_event is append-only'); END;
CREATE TRIGGER comment_is_kept BEFORE DELETE ON comment BEGIN SELECT RAISE(ABORT, 'a comment is withdrawn, never deleted'); END;
CREATE TRIGGER comment_stays_gone BEFORE UPDATE ON comment WHEN OLD.state = 'withdrawn' AND (NEW.state <> 'withdrawn' OR NEW.text <> '')
BEGIN SELECT RAISE(ABORT, 'what was withdrawn stays withdrawn'); END;
-- end
-- postgres:
CREATE TRIGGER comment_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON comment_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_comment_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a comment is withdrawn, never deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER comment_is_kept BEFORE DELETE OR TRUNCATE ON comment FOR EACH STATEMENT EXECUTE FUNCTION refuse_comment_gone();
CREATE FUNCTION refuse_comment_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was withdrawn stays withdrawn' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER comment_stays_gone BEFORE UPDATE ON comment FOR EACH ROW
WHEN (OLD.state = 'withdrawn' AND (NEW.state <> 'withdrawn' OR NEW.text <> '')) EXECUTE FUNCTION refuse_comment_back();
-- end

-- Whom an update is for. next_due_at: until when its makers promised the next one with it.
ALTER TABLE campaign_update ADD COLUMN audience TEXT NOT NULL DEFAULT 'everyone' CHECK (audience IN ('everyone', 'backers', 'tier'));
ALTER TABLE campaign_update ADD COLUMN tier_id BIGINT REFERENCES tier (id) CHECK ((audience = 'tier') = (tier_id IS NOT NULL));
ALTER TABLE campaign_update ADD COLUMN next_due_at BIGINT;

-- Until when the next update is due, from the launch on. A fund that was open before gets its day from the worker.
ALTER TABLE campaign ADD COLUMN update_due_at BIGINT;
CREATE INDEX campaign_update_due ON campaign (update_due_at) WHERE update_due_at IS NOT NULL;
