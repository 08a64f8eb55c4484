"""Milestones through the API."""

from crowdfund.pledges.milestones.api import calls

routes = calls.routes
