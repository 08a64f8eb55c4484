"""Pages of orders in a run: ordering, and what becomes of the order."""

from crowdfund.orders.runs.pages import addresses, card, order, ordering

routes = [*ordering.routes, *order.routes, *card.routes, *addresses.routes]
