"""Sellers see a product before fans do: some seconds or a picture of it, never the film, and the studio reads who looked."""
