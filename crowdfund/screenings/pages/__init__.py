"""The pages of the screenings room: the desks of cinemas and producers."""

from crowdfund.screenings.pages import (
    bookings,
    halls,
    making,
    people,
    prices,
    running,
    screenings,
    seats,
    titles,
    venues,
)

desk_routes = [
    *venues.routes, *halls.routes, *titles.routes, *bookings.routes, *making.routes, *screenings.routes, *running.routes,
    *prices.routes, *seats.routes, *people.routes,
]  # fmt: skip

routes = [*desk_routes]
