"""Pages of shops: their desk, and what everybody sees."""

from crowdfund.merch.shops.pages import desk, front

routes = [*desk.routes, *front.routes]
