-- What the site draws for a title without a picture of its own; empty: by the dice, as before.
ALTER TABLE title ADD COLUMN scene TEXT NOT NULL DEFAULT '';
