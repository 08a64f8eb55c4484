"""The demo's own film: drawn, not shot, so that what is sold from the screen is really on it."""
