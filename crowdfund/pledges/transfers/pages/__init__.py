"""Pages of transfers: for backers, for the club, for staff."""
