"""What sellers see of their money, and what staff see of payouts and reversals that wait."""

from crowdfund.payouts.sellers.pages import earnings, staff

routes = [*earnings.routes, *staff.routes]
