"""What comes of a transfer fund after it has collected: the deal, or each backer's own choice where there is none."""
