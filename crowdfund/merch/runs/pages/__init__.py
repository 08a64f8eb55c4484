"""Pages of production runs: what everybody sees, and the maker's desk."""

from crowdfund.merch.runs.pages import desk, public

routes = [*public.routes, *desk.routes]
