"""What is on screen: scenes, products and where they appear, published as revisions of cues."""
