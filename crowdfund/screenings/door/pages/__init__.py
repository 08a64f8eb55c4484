"""The pages of the door: for who scans, for their devices, and for the cinema's desk."""

from crowdfund.screenings.door.pages import desk, devices, scanning

routes = [*scanning.routes, *devices.routes, *desk.routes]
