"""The pages of watching."""

from crowdfund.merch.watching.pages import player, shop, tracks

routes = [*tracks.routes, *player.routes, *shop.routes]
