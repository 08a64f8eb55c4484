"""The pages of the campaigns room."""

from crowdfund.campaigns.pages import art, editor, feeds, live, public, running, sales, tiers

routes = [
    *art.routes,
    *feeds.routes,
    *live.routes,
    *public.routes,
    *editor.routes,
    *tiers.routes,
    *running.routes,
    *sales.routes,
]
