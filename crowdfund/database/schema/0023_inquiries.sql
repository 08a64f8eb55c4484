-- A bank may ask about a payment before it takes anything back: what it asks about, beside what it has taken (amount_minor).
ALTER TABLE dispute ADD COLUMN asked_minor BIGINT NOT NULL DEFAULT 0;
UPDATE dispute SET asked_minor = amount_minor;
