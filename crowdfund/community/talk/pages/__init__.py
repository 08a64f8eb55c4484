"""The pages of what is said under a fund."""

from crowdfund.community.talk.pages import desk, public, staff

routes = [*public.routes, *desk.routes, *staff.routes]
