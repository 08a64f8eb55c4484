"""Production runs: what is not there yet is made once enough of it is ordered, and whoever waits can read how it goes."""
