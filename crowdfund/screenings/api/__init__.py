"""Screenings through the API: what fans see and hold; the desks of cinemas and producers."""

from crowdfund.screenings.api import bookings, fans, halls, screenings, selling, titles, venues

routes = [
    *fans.routes, *venues.routes, *halls.routes, *titles.routes, *bookings.routes, *screenings.routes, *selling.routes,
]  # fmt: skip
