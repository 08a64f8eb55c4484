"""Previews through the API: looked at by shops, put up by studios."""

from crowdfund.merch.previews.api import market, studio

routes = [*market.routes, *studio.routes]
