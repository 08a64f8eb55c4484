-- How often a process has started: each takes the next number for its ids.
CREATE TABLE process_start (started BIGINT NOT NULL);
INSERT INTO process_start (started) VALUES (0);

-- Work to be done after a commit.
CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    key TEXT UNIQUE,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'parked')),
    tries BIGINT NOT NULL CHECK (tries >= 0),
    lease_until BIGINT NOT NULL,
    error TEXT
);
CREATE INDEX job_due ON job (due_at) WHERE state <> 'parked';

-- When each piece of regular work was last done, so that several workers do it once.
CREATE TABLE sweep (
    name TEXT PRIMARY KEY,
    lease_until BIGINT NOT NULL,
    done_at BIGINT NOT NULL,
    note TEXT NOT NULL DEFAULT ''
);

-- What people and the site did that matters; never changed, never deleted.
CREATE TABLE audit_entry (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    by_person_id BIGINT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    before TEXT NOT NULL DEFAULT '{}',
    after TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entry_subject ON audit_entry (subject, id);

-- Attempts by key, shared by processes: the theoretical arrival time of the generic cell rate algorithm, wall time.
CREATE TABLE rate_limit (
    key TEXT PRIMARY KEY,
    arrives_at BIGINT NOT NULL
);

-- What a request made, by who asked and the key it came with: sent again, it is answered with the same thing.
CREATE TABLE made_once (
    person_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    made_id BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, key)
);

-- Mail is kept as it was written; a worker hands it to SMTP, or the sandbox shows it.
CREATE TABLE mail (
    id BIGINT PRIMARY KEY,
    to_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    text_body TEXT NOT NULL,
    html_body TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX mail_unsent ON mail (id) WHERE sent_at IS NULL;

-- sqlite:
CREATE TRIGGER audit_entry_is_kept_u BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_entry_is_kept_d BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
-- end
-- postgres:
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER audit_entry_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
