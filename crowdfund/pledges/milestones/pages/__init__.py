"""Pages of milestones: for backers, for the makers, for staff."""

from crowdfund.pledges.milestones.pages import backers, desk, staff

routes = [*backers.routes, *desk.routes, *staff.routes]
