"""What sellers earn: paid out once a day, and taken back from transfers where a refund came later."""
