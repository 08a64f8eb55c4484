"""The API of the campaigns room."""

from crowdfund.campaigns.api import pictures, reading, reviewing, running, sales, writing
from crowdfund.campaigns.recipients import api as recipients
from crowdfund.campaigns.transfers import api as transfers

routes = [
    *reading.routes,
    *writing.routes,
    *pictures.routes,
    *running.routes,
    *reviewing.routes,
    *sales.routes,
    *transfers.routes,
    *recipients.routes,
]
