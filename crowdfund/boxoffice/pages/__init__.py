"""The box office's pages: deals of bookings, settlements of screenings, and what was sold where."""

from crowdfund.boxoffice.pages import deals

routes = [*deals.routes]
