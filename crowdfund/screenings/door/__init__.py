"""The door: who may scan, who is let in, what devices know while they are offline, and what came of it."""
