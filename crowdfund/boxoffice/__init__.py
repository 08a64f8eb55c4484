"""The box office: who gets what of each ticket, what of it is locked, recognised and settled, and the reports on it."""
