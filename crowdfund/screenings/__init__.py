"""One showing of a film: the hall, its seats, the fan's ticket and the door."""
