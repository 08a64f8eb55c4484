"""The pages of the campaigns room."""

from crowdfund.campaigns.pages import art, editor, feeds, live, public, running, sales, scenes, tiers
from crowdfund.campaigns.recipients import pages as recipients
from crowdfund.campaigns.transfers import pages as transfers

routes = [
    *art.routes,
    *feeds.routes,
    *live.routes,
    *public.routes,
    *editor.routes,
    *scenes.routes,
    *tiers.routes,
    *running.routes,
    *sales.routes,
    *transfers.routes,
    *recipients.routes,
]
