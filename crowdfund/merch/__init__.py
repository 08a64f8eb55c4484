"""From the screen to the small seller: what is seen in a film, who may make it, and where it is sold."""
