"""What a ticket is on paper and at the door: its signed code, who is let in, picture, page and calendar. Pure, no database."""
