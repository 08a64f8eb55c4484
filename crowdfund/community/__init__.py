"""What fans have to say: polls first of all."""
