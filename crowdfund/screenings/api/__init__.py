"""The API of the screenings room: the desks of cinemas and producers."""

from crowdfund.screenings.api import bookings, halls, screenings, selling, titles, venues

desk_routes = [
    *venues.routes, *halls.routes, *titles.routes, *bookings.routes, *screenings.routes, *selling.routes,
]  # fmt: skip

routes = [*desk_routes]
