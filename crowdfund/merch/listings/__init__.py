"""A listing: what a seller offers of a product on screen, with its pieces, its pictures, and where it is sent."""
