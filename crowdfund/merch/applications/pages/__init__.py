"""Pages of applications: the shop's, the studio's, and the calculator."""

from crowdfund.merch.applications.pages import calculator, one, shop, studio

routes = [*calculator.routes, *shop.routes, *studio.routes, *one.routes]
