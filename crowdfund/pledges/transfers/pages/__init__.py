"""Pages of transfers: for backers, for the club, for staff."""

from crowdfund.pledges.transfers.pages import backers, desk, staff

routes = [*backers.routes, *desk.routes, *staff.routes]
