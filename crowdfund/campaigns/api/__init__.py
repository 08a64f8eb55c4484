"""The API of the campaigns room."""

from crowdfund.campaigns.api import reading, reviewing, running, writing

routes = [*reading.routes, *writing.routes, *running.routes, *reviewing.routes]
