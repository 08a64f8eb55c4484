"""What is on screen as pages: its makers' desk, and what backers would buy."""

from crowdfund.merch.screen.pages import appearances, lists, master, overview, products, scenes, wishes

routes = [
    *overview.routes, *master.routes, *scenes.routes, *products.routes, *appearances.routes, *lists.routes, *wishes.routes,
]  # fmt: skip
