"""The table of the shops room: what a shop says of itself beyond what every organisation says."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class Shop(Model):
    organisation_id = fields.BigIntField(primary_key=True, generated=False)
    returns_to = fields.TextField(default="")
    about_making = fields.TextField(default="")
    away_from = InstantField(null=True)
    away_until = InstantField(null=True)
    made_at = InstantField()

    class Meta:
        table = "shop"
