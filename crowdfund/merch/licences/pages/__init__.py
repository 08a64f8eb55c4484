"""Pages of licences: both desks, staff, and the badge that anybody may check."""

from crowdfund.merch.licences.pages import badge, desk, staff

routes = [*desk.routes, *staff.routes, *badge.routes]
