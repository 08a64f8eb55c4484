-- sign: +1 for assets and expenses, whose balance is debits less credits; -1 for liabilities and income.
-- floor_minor: what the balance may not fall below; null where it may be anything, and then no balance is kept.
CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    sign BIGINT NOT NULL CHECK (sign IN (-1, 1)),
    currency TEXT NOT NULL,
    floor_minor BIGINT,
    UNIQUE (id, currency)
);

CREATE TABLE journal_entry (
    id BIGINT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    subject TEXT NOT NULL,
    reverses BIGINT UNIQUE REFERENCES journal_entry (id),
    at BIGINT NOT NULL
);
CREATE INDEX journal_entry_subject ON journal_entry (subject);

-- One debit, one credit, one amount: balanced by construction. The foreign keys make mixed currencies impossible.
CREATE TABLE posting (
    id BIGINT PRIMARY KEY,
    entry_id BIGINT NOT NULL REFERENCES journal_entry (id),
    debit_id BIGINT NOT NULL,
    credit_id BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0 AND amount_minor <= 1000000000000),
    currency TEXT NOT NULL,
    CHECK (debit_id <> credit_id),
    FOREIGN KEY (debit_id, currency) REFERENCES account (id, currency),
    FOREIGN KEY (credit_id, currency) REFERENCES account (id, currency)
);
CREATE INDEX posting_entry ON posting (entry_id);
CREATE INDEX posting_debit ON posting (debit_id);
CREATE INDEX posting_credit ON posting (credit_id);

-- Made with the account and only ever updated: an upsert's proposed row would break the CHECK on a legal debit.
CREATE TABLE balance (
    account_id BIGINT PRIMARY KEY REFERENCES account (id),
    sign BIGINT NOT NULL,
    floor_minor BIGINT NOT NULL,
    debits_minor BIGINT NOT NULL DEFAULT 0,
    credits_minor BIGINT NOT NULL DEFAULT 0,
    CHECK ((debits_minor - credits_minor) * sign >= floor_minor)
);

-- Every balance transaction of the processor has one entry, and the reverse.
CREATE TABLE processor_entry (
    balance_transaction_id TEXT PRIMARY KEY,
    entry_id BIGINT NOT NULL REFERENCES journal_entry (id)
);
CREATE INDEX processor_entry_entry ON processor_entry (entry_id);

-- sqlite:
CREATE TRIGGER journal_entry_is_kept_u BEFORE UPDATE ON journal_entry BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
CREATE TRIGGER journal_entry_is_kept_d BEFORE DELETE ON journal_entry BEGIN SELECT RAISE(ABORT, 'journal_entry is append-only'); END;
CREATE TRIGGER posting_is_kept_u BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END;
CREATE TRIGGER posting_is_kept_d BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'posting is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER journal_entry_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER posting_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
