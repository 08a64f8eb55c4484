"""Goods as programs buy them."""

from crowdfund.orders.goods.api import buying

routes = buying.routes
