"""A pledge: a fan's promise to pay if the fund succeeds; made, amended, charged when the fund settles, or let go."""
