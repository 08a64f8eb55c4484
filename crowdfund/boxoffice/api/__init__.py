"""The box office for programs."""

from crowdfund.boxoffice.api import deals, money

routes = [*deals.routes, *money.routes]
