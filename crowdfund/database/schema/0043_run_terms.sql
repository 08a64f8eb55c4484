-- What a fan agreed to when she ordered in a production run, or gave her order a card that was saved already: word for word, in `terms`.
-- With a card that she saves for it the words are kept as well.
CREATE TABLE run_consent (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES run_order (order_id),
    terms TEXT NOT NULL REFERENCES terms (hash),
    card_id BIGINT REFERENCES saved_card (id),
    at BIGINT NOT NULL
);
CREATE INDEX run_consent_order ON run_consent (order_id, id);
-- sqlite:
CREATE TRIGGER run_consent_is_kept_u BEFORE UPDATE ON run_consent BEGIN SELECT RAISE(ABORT, 'run_consent is append-only'); END;
CREATE TRIGGER run_consent_is_kept_d BEFORE DELETE ON run_consent BEGIN SELECT RAISE(ABORT, 'run_consent is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER run_consent_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON run_consent FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
