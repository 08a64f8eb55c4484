"""The API of draws."""

from crowdfund.community.draws.api import making, reading, taking_part

routes = [*reading.routes, *taking_part.routes, *making.routes]
