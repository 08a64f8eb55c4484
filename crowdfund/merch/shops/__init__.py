"""A shop: who makes what is seen in films. What it still lacks before it can sell, and when it is away."""
