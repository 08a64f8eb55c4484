"""A shop asks a studio whether it may make a product: with samples, and an answer by a date."""
