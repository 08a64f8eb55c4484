"""Showings of a title: venues and their halls, screenings, holds of seats, tickets, admissions."""
