"""Orders and tickets through the API."""

from crowdfund.orders.api import orders, tickets

routes = [*orders.routes, *tickets.routes]
