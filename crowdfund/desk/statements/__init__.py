"""A month of a fund in one text: signed, chained to the month before, and good without us or our database."""
