"""Goods as pages: the basket, where it goes, what was bought."""

from crowdfund.orders.goods.pages import basket, checkout, purchases

routes = [*basket.routes, *checkout.routes, *purchases.routes]
