"""What the makers of a fund paid out of what they were paid, each with its receipt, for everybody to read."""
