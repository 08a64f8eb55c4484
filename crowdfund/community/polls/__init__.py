"""A poll: a question to fans, one verified person one vote whatever they paid, and a decision that answers it by a date."""
