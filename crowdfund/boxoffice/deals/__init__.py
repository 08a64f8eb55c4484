"""Split deals: what parties agreed on the gross of a run, read, checked, computed to the cent and explained. Pure: no I/O."""
