"""What productions have of what is sold under their licences: told period by period, and paid to their earnings."""
