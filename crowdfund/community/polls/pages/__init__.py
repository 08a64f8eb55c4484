"""The pages of polls."""

from crowdfund.community.polls.pages import candidates, desk, public

routes = [*public.routes, *desk.routes, *candidates.routes]
