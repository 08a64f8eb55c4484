"""Watching a film and buying what is in it: which cues may be shown to whom now, whose offer stands first, and the pages of it."""
