"""The API of listings."""

from crowdfund.merch.listings.api import deciding, offers, own, shelf

routes = [*offers.routes, *own.routes, *shelf.routes, *deciding.routes]
