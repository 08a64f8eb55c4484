"""The money of a fund, for everybody: where each cent of it is, day by day, and for a backer where hers went."""
