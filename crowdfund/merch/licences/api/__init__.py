"""Licences through the API: of both sides, and of those who run the site."""

from crowdfund.merch.licences.api import sides, staff

routes = [*sides.routes, *staff.routes]
