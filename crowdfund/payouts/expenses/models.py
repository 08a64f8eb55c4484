"""The table of expenses."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class Expense(Model):
    """One payment of a fund's makers. It stays for good; a wrong one is taken back by another that names it."""

    id = fields.BigIntField(primary_key=True, generated=False)
    campaign_id = fields.BigIntField()
    line_id = fields.BigIntField(null=True)  # what of the budget it was for; none: something else
    amount_minor = fields.BigIntField()
    payee = fields.TextField()
    spent_on = InstantField()
    words = fields.TextField()
    document_id = fields.BigIntField(null=True)  # its receipt
    reverses = fields.BigIntField(null=True)
    by_person_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "expense"
