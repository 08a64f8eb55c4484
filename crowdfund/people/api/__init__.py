"""The API of the people room."""

from crowdfund.people.api import documents, me, organisations, staff

routes = [*me.routes, *documents.routes, *organisations.routes, *staff.routes]
