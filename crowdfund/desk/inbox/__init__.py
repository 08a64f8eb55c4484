"""Staff's inbox: everything that needs a person."""
