"""What a production has of licences, and how those do who hold them."""
