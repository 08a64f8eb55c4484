"""Paying a fund milestone by milestone: asked for with evidence, objected to, released, or given back to all who gave."""
