-- What can be seen in a film, and when. Times are whole milliseconds on one master; every other cut tells how far it is off.
-- video: a file among the uploads, empty for none. captions: the text of a WebVTT file. shown_without_shop: 1 for a film for
-- children, over which nothing is ever laid. cue_delay_ms: of a live premiere, by which every cue waits for its moment to have aired.
CREATE TABLE master (
    title_id BIGINT PRIMARY KEY REFERENCES title (id),
    fps_num BIGINT NOT NULL CHECK (fps_num > 0),
    fps_den BIGINT NOT NULL CHECK (fps_den > 0),
    duration_ms BIGINT NOT NULL CHECK (duration_ms > 0 AND duration_ms <= 86400000),
    video TEXT NOT NULL DEFAULT '',
    video_type TEXT NOT NULL DEFAULT '',
    poster_image_id BIGINT REFERENCES image (id),
    captions TEXT NOT NULL DEFAULT '',
    airs_at BIGINT,
    shown_without_shop BIGINT NOT NULL DEFAULT 0 CHECK (shown_without_shop IN (0, 1)),
    cue_delay_ms BIGINT NOT NULL DEFAULT 0 CHECK (cue_delay_ms >= 0),
    made_at BIGINT NOT NULL
);

-- Another cut of the film. Of the master, from from_ms up to to_ms is in it, delta_ms later (or earlier, below zero); the rest is not.
CREATE TABLE cut (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES master (title_id),
    name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (title_id, name)
);
CREATE TABLE cut_offset (
    id BIGINT PRIMARY KEY,
    cut_id BIGINT NOT NULL REFERENCES cut (id),
    from_ms BIGINT NOT NULL,
    to_ms BIGINT NOT NULL,
    delta_ms BIGINT NOT NULL,
    CHECK (0 <= from_ms AND from_ms < to_ms AND from_ms + delta_ms >= 0)
);
CREATE INDEX cut_offset_cut ON cut_offset (cut_id, from_ms);

-- spoiler: 0 none, 1 better not seen before its moment has passed, 2 hidden until the end.
CREATE TABLE scene (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES master (title_id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    spoiler BIGINT NOT NULL DEFAULT 0 CHECK (spoiler BETWEEN 0 AND 2),
    UNIQUE (title_id, code),
    UNIQUE (id, title_id),
    CHECK (0 <= start_ms AND start_ms < end_ms)
);

-- Who wears or uses something: the character, and who plays it.
CREATE TABLE wearer (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES title (id),
    name TEXT NOT NULL,
    actor TEXT NOT NULL DEFAULT '',
    UNIQUE (title_id, name),
    UNIQUE (id, title_id)
);

-- Something that is seen in a film and could be made. design, likeness: who agreed that it may be, and when it was written down;
-- likeness only where somebody wears or uses it. asked_at: from when on backers are asked whether they would buy it; wanted: how many
-- would, counted in the transaction of each.
CREATE TABLE onscreen_product (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES title (id),
    wearer_id BIGINT,
    kind TEXT NOT NULL CHECK (kind IN ('costume', 'prop', 'jewellery', 'set')),
    name TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    designer TEXT NOT NULL DEFAULT '',
    image_id BIGINT REFERENCES image (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'cleared', 'open_for_applications', 'licensed', 'retired')),
    design_cleared_at BIGINT,
    design_clearance TEXT NOT NULL DEFAULT '',
    likeness_cleared_at BIGINT,
    likeness_clearance TEXT NOT NULL DEFAULT '',
    embargo_until BIGINT,
    spoiler BIGINT NOT NULL DEFAULT 0 CHECK (spoiler BETWEEN 0 AND 2),
    asked_at BIGINT,
    wanted BIGINT NOT NULL DEFAULT 0 CHECK (wanted >= 0),
    made_at BIGINT NOT NULL,
    UNIQUE (id, title_id),
    UNIQUE (title_id, name),
    FOREIGN KEY (wearer_id, title_id) REFERENCES wearer (id, title_id),
    CHECK ((design_cleared_at IS NULL) = (design_clearance = '')),
    CHECK ((likeness_cleared_at IS NULL) = (likeness_clearance = '')),
    CHECK (state IN ('draft', 'retired') OR (design_cleared_at IS NOT NULL AND (wearer_id IS NULL OR likeness_cleared_at IS NOT NULL)))
);
CREATE INDEX onscreen_product_title ON onscreen_product (title_id, id);
CREATE INDEX onscreen_product_open ON onscreen_product (id) WHERE state = 'open_for_applications';

CREATE TABLE onscreen_product_event (
    id BIGINT PRIMARY KEY,
    onscreen_product_id BIGINT NOT NULL REFERENCES onscreen_product (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX onscreen_product_event_product ON onscreen_product_event (onscreen_product_id, id);

-- A product is seen from start_ms to end_ms. boxes: where in the frame, JSON [[seconds after start_ms, x, y, width, height], …] as
-- parts of the frame, moving in a straight line from one to the next; [] for somewhere.
CREATE TABLE appearance (
    id BIGINT PRIMARY KEY,
    product_id BIGINT NOT NULL,
    title_id BIGINT NOT NULL REFERENCES master (title_id),
    scene_id BIGINT,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    prominence BIGINT NOT NULL DEFAULT 2 CHECK (prominence BETWEEN 1 AND 3),
    boxes TEXT NOT NULL DEFAULT '[]',
    alt TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL,
    FOREIGN KEY (product_id, title_id) REFERENCES onscreen_product (id, title_id),
    FOREIGN KEY (scene_id, title_id) REFERENCES scene (id, title_id),
    UNIQUE (product_id, start_ms, end_ms),
    CHECK (0 <= start_ms AND start_ms < end_ms)
);
CREATE INDEX appearance_title ON appearance (title_id, start_ms, id);
CREATE INDEX appearance_scene ON appearance (scene_id);

-- What was published, word for word. The newest is what people see; the others stay, as sales and proofs refer to them.
CREATE TABLE cue_revision (
    id BIGINT PRIMARY KEY,
    title_id BIGINT NOT NULL REFERENCES master (title_id),
    number BIGINT NOT NULL CHECK (number > 0),
    sha256 TEXT NOT NULL,
    document TEXT NOT NULL,
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    published_at BIGINT NOT NULL,
    UNIQUE (title_id, number)
);

-- That a backer would buy something: once each.
CREATE TABLE want_it (
    person_id BIGINT NOT NULL REFERENCES person (id),
    product_id BIGINT NOT NULL REFERENCES onscreen_product (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (person_id, product_id)
);
CREATE INDEX want_it_product ON want_it (product_id);

-- sqlite:
CREATE TRIGGER onscreen_product_event_is_kept_u BEFORE UPDATE ON onscreen_product_event BEGIN SELECT RAISE(ABORT, 'onscreen_product_event is append-only'); END;
CREATE TRIGGER onscreen_product_event_is_kept_d BEFORE DELETE ON onscreen_product_event BEGIN SELECT RAISE(ABORT, 'onscreen_product_event is append-only'); END;
CREATE TRIGGER cue_revision_is_kept_u BEFORE UPDATE ON cue_revision BEGIN SELECT RAISE(ABORT, 'cue_revision is append-only'); END;
CREATE TRIGGER cue_revision_is_kept_d BEFORE DELETE ON cue_revision BEGIN SELECT RAISE(ABORT, 'cue_revision is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER onscreen_product_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON onscreen_product_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cue_revision_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON cue_revision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
