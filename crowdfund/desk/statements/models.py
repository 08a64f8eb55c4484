"""Tables of statements, and of the keys that they were ever signed with."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class StatementKey(Model):
    id = fields.CharField(max_length=32, primary_key=True)
    public_key = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "statement_key"


class Statement(Model):
    """A month of a fund. until_day: the first day after it. amount_minor: all that was moved in it, once a posting.

    body: the text that was signed, to the letter. previous: the hash of the fund's statement before; none of its first.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    period = fields.TextField()
    until_day = fields.BigIntField()
    entries = fields.BigIntField()
    amount_minor = fields.BigIntField()
    body = fields.TextField()
    sha256 = fields.TextField()
    previous = fields.TextField(null=True)
    key_id = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "statement"


class RevenueStatement(Model):
    """Where a title's box office stood at a moment. number: in its chain, from 1. body: the text that was signed, to the letter."""

    id = fields.BigIntField(primary_key=True, generated=False)
    title_id = fields.BigIntField()
    currency = fields.TextField()
    number = fields.BigIntField()
    body = fields.TextField()
    sha256 = fields.TextField()
    previous = fields.TextField(null=True)
    key_id = fields.TextField()
    by_person_id = fields.BigIntField(null=True)
    made_at = InstantField()

    class Meta:
        table = "revenue_statement"
