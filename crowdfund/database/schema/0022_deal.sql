-- What the clubs agreed, as backers read it, and the paper that shows it.
ALTER TABLE transfer ADD COLUMN agreed_words TEXT NOT NULL DEFAULT '';
ALTER TABLE transfer ADD COLUMN agreed_document_id BIGINT REFERENCES document (id);
ALTER TABLE transfer ADD COLUMN agreed_at BIGINT;
