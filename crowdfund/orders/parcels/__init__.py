"""What sellers send: parcels of an order or of parts of it, and where they are."""
