"""That a shop may make and sell a product: which, where, how long, how many, and what it owes for it."""
