"""The plan of a hall: read from files or made from a few numbers, drawn, and searched for the best seats. No database here."""
