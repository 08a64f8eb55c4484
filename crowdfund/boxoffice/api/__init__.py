"""The box office for programs."""
