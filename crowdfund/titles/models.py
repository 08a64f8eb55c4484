"""A film (or a game, a match, a season): the spine that fund, screening and on-screen product share."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class Title(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    kind = fields.TextField()
    name = fields.TextField()
    colour = fields.TextField()
    scene = fields.TextField(default="")
    image_id = fields.BigIntField(null=True)
    made_at = InstantField()

    class Meta:
        table = "title"
