"""The API of what is said under a fund."""

from crowdfund.community.talk.api import moderating, talking

routes = [*talking.routes, *moderating.routes]
