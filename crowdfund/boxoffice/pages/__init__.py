"""The box office's pages: deals of bookings, settlements of screenings, and what was sold where."""

from crowdfund.boxoffice.pages import deal_writing, deals, public, reports, settlements, shares

routes = [
    *deals.routes, *deal_writing.routes, *settlements.routes, *reports.routes, *public.routes, *shares.routes,
]  # fmt: skip
