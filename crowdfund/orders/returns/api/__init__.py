"""What comes after a purchase, for programs: of buyers and of sellers."""

from crowdfund.orders.returns.api import buyers, sellers

routes = [*buyers.routes, *sellers.routes]
