"""The pages of draws."""

from crowdfund.community.draws.pages import desk, hers, proof, public

routes = [*proof.routes, *public.routes, *hers.routes, *desk.routes]
