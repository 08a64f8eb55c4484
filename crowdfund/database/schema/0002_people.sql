CREATE TABLE person (
    id BIGINT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    locale TEXT NOT NULL DEFAULT 'en',
    state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    staff_role TEXT CHECK (staff_role IN ('reviewer', 'admin')),
    stripe_customer_id TEXT UNIQUE,
    made_at BIGINT NOT NULL,
    email_confirmed_at BIGINT
);

-- Signed in on one device. The cookie's value is never stored, only its SHA-256. Wall time.
CREATE TABLE sign_in (
    hash TEXT PRIMARY KEY,
    id BIGINT NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES person (id),
    csrf TEXT NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sign_in_person ON sign_in (person_id);

-- A link sent by mail: used once, for an hour (confirmation: three days). Wall time. browser: the hash of the cookie of
-- the browser that asked, so that the same one needs no password after it.
CREATE TABLE mail_link (
    hash TEXT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('confirm', 'reset')),
    email TEXT NOT NULL,
    browser TEXT NOT NULL DEFAULT '',
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX mail_link_person ON mail_link (person_id, purpose);

CREATE TABLE api_token (
    hash TEXT PRIMARY KEY,
    id BIGINT NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX api_token_person ON api_token (person_id);

CREATE TABLE organisation (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('studio', 'club', 'shop', 'cinema', 'institution')),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unverified', 'submitted', 'verified', 'declined', 'suspended')),
    stripe_account_id TEXT UNIQUE,
    payouts_state TEXT NOT NULL DEFAULT 'none' CHECK (payouts_state IN ('none', 'started', 'enabled', 'disabled')),
    made_at BIGINT NOT NULL
);

CREATE TABLE organisation_event (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX organisation_event_organisation ON organisation_event (organisation_id, id);

CREATE TABLE member (
    id BIGINT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'viewer')),
    made_at BIGINT NOT NULL,
    UNIQUE (organisation_id, person_id)
);
CREATE INDEX member_person ON member (person_id);

CREATE TABLE invitation (
    hash TEXT PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'viewer')),
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- Pictures that people sent, re-encoded; the file's name is the id.
CREATE TABLE image (
    id BIGINT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    alt TEXT NOT NULL DEFAULT '',
    made_at BIGINT NOT NULL
);

-- sqlite:
CREATE TRIGGER organisation_event_is_kept_u BEFORE UPDATE ON organisation_event BEGIN SELECT RAISE(ABORT, 'organisation_event is append-only'); END;
CREATE TRIGGER organisation_event_is_kept_d BEFORE DELETE ON organisation_event BEGIN SELECT RAISE(ABORT, 'organisation_event is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER organisation_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON organisation_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
