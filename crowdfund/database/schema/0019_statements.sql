-- What was moved because of one subject, day by day: counted with the postings, so that a page of a fund with a million of them
-- reads a few hundred rows. day: days since 1970, UTC.
CREATE TABLE daybook (
    subject TEXT NOT NULL,
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    debit_id BIGINT NOT NULL REFERENCES account (id),
    credit_id BIGINT NOT NULL REFERENCES account (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    postings BIGINT NOT NULL CHECK (postings > 0),
    PRIMARY KEY (subject, day, kind, debit_id, credit_id)
);
INSERT INTO daybook (subject, day, kind, debit_id, credit_id, amount_minor, postings)
SELECT e.subject, e.at / 86400000000, e.kind, p.debit_id, p.credit_id, SUM(p.amount_minor), COUNT(*)
FROM posting p JOIN journal_entry e ON e.id = p.entry_id
GROUP BY e.subject, e.at / 86400000000, e.kind, p.debit_id, p.credit_id;

-- A month of one subject is read in its order.
DROP INDEX journal_entry_subject;
CREATE INDEX journal_entry_subject ON journal_entry (subject, at, id);

-- What an organisation says that it paid out of what it was paid. A wrong one is taken back by another, and both stay.
-- line_id: what of the budget it was for; none where it is for something else.
CREATE TABLE expense (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    line_id BIGINT REFERENCES budget_line (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    payee TEXT NOT NULL,
    spent_on BIGINT NOT NULL,
    words TEXT NOT NULL,
    document_id BIGINT REFERENCES document (id),
    reverses BIGINT UNIQUE,
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    CHECK ((reverses IS NULL) = (document_id IS NOT NULL)),
    UNIQUE (id, campaign_id, amount_minor),
    FOREIGN KEY (reverses, campaign_id, amount_minor) REFERENCES expense (id, campaign_id, amount_minor)
);
CREATE INDEX expense_campaign ON expense (campaign_id, id);
CREATE INDEX expense_line ON expense (line_id) WHERE line_id IS NOT NULL;

-- The keys that statements were ever signed with: what was signed can be checked for as long as somebody keeps it.
CREATE TABLE statement_key (
    id TEXT PRIMARY KEY,
    public_key TEXT NOT NULL UNIQUE,
    made_at BIGINT NOT NULL
);

-- A month of a fund, signed. until_day: the first day after it. amount: all that was moved in it, once a posting. body: the very
-- text. previous: the hash of the one before, so that none can be left out or changed.
CREATE TABLE statement (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    period TEXT NOT NULL CHECK (LENGTH(period) = 7),
    until_day BIGINT NOT NULL,
    entries BIGINT NOT NULL CHECK (entries > 0),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    body TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    previous TEXT UNIQUE REFERENCES statement (sha256),
    key_id TEXT NOT NULL REFERENCES statement_key (id),
    made_at BIGINT NOT NULL,
    UNIQUE (campaign_id, period)
);
CREATE UNIQUE INDEX statement_first ON statement (campaign_id) WHERE previous IS NULL;

-- sqlite:
CREATE TRIGGER expense_is_kept_u BEFORE UPDATE ON expense BEGIN SELECT RAISE(ABORT, 'expense is append-only'); END;
CREATE TRIGGER expense_is_kept_d BEFORE DELETE ON expense BEGIN SELECT RAISE(ABORT, 'expense is append-only'); END;
CREATE TRIGGER statement_is_kept_u BEFORE UPDATE ON statement BEGIN SELECT RAISE(ABORT, 'statement is append-only'); END;
CREATE TRIGGER statement_is_kept_d BEFORE DELETE ON statement BEGIN SELECT RAISE(ABORT, 'statement is append-only'); END;
CREATE TRIGGER statement_key_is_kept_u BEFORE UPDATE ON statement_key BEGIN SELECT RAISE(ABORT, 'statement_key is append-only'); END;
CREATE TRIGGER statement_key_is_kept_d BEFORE DELETE ON statement_key BEGIN SELECT RAISE(ABORT, 'statement_key is append-only'); END;
CREATE TRIGGER expense_within_what_was_paid BEFORE INSERT ON expense
WHEN NEW.reverses IS NULL AND NEW.amount_minor
    + (SELECT COALESCE(SUM(CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END), 0) FROM expense
       WHERE campaign_id = NEW.campaign_id)
    > (SELECT COALESCE(SUM(amount_minor), 0) FROM payout WHERE campaign_id = NEW.campaign_id AND recipient_id IS NULL AND state = 'paid')
BEGIN SELECT RAISE(ABORT, 'more would be told of than was paid out'); END;
-- end
-- postgres:
CREATE TRIGGER expense_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON expense FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statement_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON statement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statement_key_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_expense_beyond() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.reverses IS NULL AND NEW.amount_minor
        + (SELECT COALESCE(SUM(CASE WHEN reverses IS NULL THEN amount_minor ELSE -amount_minor END), 0) FROM expense
           WHERE campaign_id = NEW.campaign_id)
        > (SELECT COALESCE(SUM(amount_minor), 0) FROM payout
           WHERE campaign_id = NEW.campaign_id AND recipient_id IS NULL AND state = 'paid') THEN
        RAISE EXCEPTION 'more would be told of than was paid out' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER expense_within_what_was_paid BEFORE INSERT ON expense FOR EACH ROW EXECUTE FUNCTION refuse_expense_beyond();
-- end
