"""The API of the campaigns room."""

from crowdfund.campaigns.api import pictures, reading, reviewing, running, sales, writing

routes = [
    *reading.routes,
    *writing.routes,
    *pictures.routes,
    *running.routes,
    *reviewing.routes,
    *sales.routes,
]
