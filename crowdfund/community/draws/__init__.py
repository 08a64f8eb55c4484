"""Draws among backers, for set visits and meetings with the stars or players: drawn so that anyone can recompute the winners."""
