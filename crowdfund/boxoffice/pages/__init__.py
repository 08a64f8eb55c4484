"""The box office's pages: deals of bookings, settlements of screenings, and what was sold where."""

from crowdfund.boxoffice.pages import deals, public, reports, settlements

routes = [*deals.routes, *settlements.routes, *reports.routes, *public.routes]
