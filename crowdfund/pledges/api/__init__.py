"""The API of the pledges room."""

from crowdfund.pledges.api import cards, making, own, sending, staff

routes = [*making.routes, *own.routes, *cards.routes, *sending.routes, *staff.routes]
