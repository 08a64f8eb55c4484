"""What the desks of cinemas and producers read."""
