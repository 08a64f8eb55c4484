-- What people agree to, word for word, in each language in which it was shown; found by the hash of its words.
CREATE TABLE terms (
    hash TEXT PRIMARY KEY,
    locale TEXT NOT NULL,
    text TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

-- What its fan agreed to with this step. No foreign key, as a rush writes thousands of these a second and all name the same
-- one or two: `crowdfund check` proves that each has its words.
ALTER TABLE pledge_event ADD COLUMN terms TEXT;

-- How far regular work has read rows that are only ever added, so that it takes none of them twice.
CREATE TABLE read_up_to (
    what TEXT PRIMARY KEY,
    id BIGINT NOT NULL
);
-- Who pledged before there were these letters is not told of it now.
INSERT INTO read_up_to (what, id) SELECT 'letters about pledges', COALESCE(MAX(id), 0) FROM pledge_event;
INSERT INTO read_up_to (what, id) SELECT 'letters about pledges, a second look', COALESCE(MAX(id), 0) FROM pledge_event;

-- sqlite:
CREATE TRIGGER terms_are_kept_u BEFORE UPDATE ON terms BEGIN SELECT RAISE(ABORT, 'terms is append-only'); END;
CREATE TRIGGER terms_are_kept_d BEFORE DELETE ON terms BEGIN SELECT RAISE(ABORT, 'terms is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER terms_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON terms FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
