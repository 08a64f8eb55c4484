"""Orders and tickets through the API."""

from crowdfund.orders.api import orders, refunds, tickets

routes = [*orders.routes, *tickets.routes, *refunds.routes]
