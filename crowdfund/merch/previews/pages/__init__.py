"""Pages of previews: the market for sellers, the files themselves, and the studio's desk."""

from crowdfund.merch.previews.pages import looking, market, studio

routes = [*market.routes, *looking.routes, *studio.routes]
