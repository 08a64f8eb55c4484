"""Transfer funds before any money moves: what they are for, what the club signs, and what fans are told of it."""
