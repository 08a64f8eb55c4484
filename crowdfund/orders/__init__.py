"""Orders: what a fan buys at once, and how it is paid and given back."""
