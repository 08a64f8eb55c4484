"""The API of the campaigns room."""

from crowdfund.campaigns.api import reading, writing

routes = [*reading.routes, *writing.routes]
