"""Screenings through the API."""

from crowdfund.screenings.api import fans

routes = [*fans.routes]
