"""The pages of listings."""

from crowdfund.merch.listings.pages import desk, doubts, drawn, making, public, shelf, shipping

routes = [
    *drawn.routes, *public.routes, *making.routes, *shelf.routes, *shipping.routes, *desk.routes, *doubts.routes,
]  # fmt: skip
