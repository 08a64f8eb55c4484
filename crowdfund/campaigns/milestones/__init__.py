"""A film fund cut into milestones: its money is paid to its makers piece by piece, each with evidence."""
