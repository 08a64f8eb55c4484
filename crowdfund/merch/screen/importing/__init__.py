"""From lists that others keep: the table of a script supervisor (CSV), the list of an edit (EDL)."""
