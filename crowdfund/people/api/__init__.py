"""The API of the people room."""

from crowdfund.people.api import me, organisations, staff

routes = [*me.routes, *organisations.routes, *staff.routes]
