"""Orders in a production run: cards are saved, charged when enough are ordered, and what was paid goes back where it is not made."""
