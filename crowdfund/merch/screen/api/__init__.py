"""What is on screen through the API: its makers' side, and what backers would buy."""

from crowdfund.merch.screen.api import lists, masters, products, publishing, scenes, seen, wishes

routes = [
    *masters.routes, *scenes.routes, *products.routes, *seen.routes, *lists.routes, *publishing.routes, *wishes.routes,
]  # fmt: skip
