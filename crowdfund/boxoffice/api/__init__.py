"""The box office for programs."""

from crowdfund.boxoffice.api import deals, money, shares

routes = [*deals.routes, *money.routes, *shares.routes]
