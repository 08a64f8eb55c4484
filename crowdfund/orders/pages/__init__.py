"""Orders as pages: what is kept, paying, tickets."""

from crowdfund.orders.pages import askings, cart, desk, gifts, orders, refunds, tickets

routes = [*cart.routes, *orders.routes, *tickets.routes, *gifts.routes, *askings.routes, *desk.routes, *refunds.routes]
