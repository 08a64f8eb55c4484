"""Screenings as pages: what is on and choosing seats; the desks of cinemas and producers."""

from crowdfund.screenings.pages import (
    bookings,
    choosing,
    halls,
    making,
    on_sale,
    people,
    prices,
    running,
    screenings,
    seats,
    titles,
    venues,
)

routes = [
    *on_sale.routes, *choosing.routes, *venues.routes, *halls.routes, *titles.routes, *bookings.routes, *making.routes,
    *screenings.routes, *running.routes, *prices.routes, *seats.routes, *people.routes,
]  # fmt: skip
