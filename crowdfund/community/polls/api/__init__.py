"""The API of polls."""

from crowdfund.community.polls.api import candidates, reading, running, voting

routes = [*reading.routes, *running.routes, *candidates.routes, *voting.routes]
