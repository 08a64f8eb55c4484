"""What goes back: called off before it was sent, returned, claimed, and the money of it to the cent."""
