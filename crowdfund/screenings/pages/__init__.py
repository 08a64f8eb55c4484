"""Screenings as pages: what is on, choosing seats, tickets."""

from crowdfund.screenings.pages import choosing, on_sale

routes = [*on_sale.routes, *choosing.routes]
