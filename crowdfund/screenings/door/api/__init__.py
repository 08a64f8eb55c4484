"""The API of the door."""

from crowdfund.screenings.door.api import calls

routes = [*calls.routes]
