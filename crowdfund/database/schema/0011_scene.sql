-- What the site draws for a title without a picture of its own; empty: by the dice, as before.
ALTER TABLE title ADD COLUMN scene TEXT NOT NULL DEFAULT '';

-- What somebody follows, looked up from her side.
CREATE INDEX follower_person ON follower (person_id, id);
