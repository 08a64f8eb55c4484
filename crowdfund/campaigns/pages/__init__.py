"""The pages of the campaigns room."""

from crowdfund.campaigns.pages import art, editor, feeds, live, public, running, sales, scenes, tiers

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
]
