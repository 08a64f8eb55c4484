"""Who gets money that a transfer could not use: academies and development squads of clubs, charities of the platform's list."""
