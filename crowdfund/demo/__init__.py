"""`crowdfund demo`: a seeded world that looks alive, made by the same verbs that people use, on a clock that can be moved."""
