"""The API of what is made of several rooms."""

from crowdfund.desk.api import figures, staff, updates

routes = [*figures.routes, *staff.routes, *updates.routes]
