"""Things bought from sellers: the cart, the purchase with its one payment, and each seller's order."""
