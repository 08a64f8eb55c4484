"""What `crowdfund …` does, a file for each command: read only when it is asked for."""
