"""Orders as pages: what is kept, paying, tickets."""

from crowdfund.orders.pages import cart, orders, tickets

routes = [*cart.routes, *orders.routes, *tickets.routes]
