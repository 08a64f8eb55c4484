"""Tables of the door: passes for helpers, and every scan."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField


class Way(StrEnum):
    """How a ticket was shown."""

    CODE = "code"
    TYPED = "typed"


class DoorPass(Model):
    """A link for one screening, for a helper without an account."""

    id = fields.BigIntField(primary_key=True, generated=False)
    screening_id = fields.BigIntField()
    gate = fields.TextField()
    hash = fields.CharField(max_length=64, unique=True)
    by_person_id = fields.BigIntField()
    made_at = InstantField()
    withdrawn_at = InstantField(null=True)

    class Meta:
        table = "door_pass"


class Admission(Model):
    """A scan, whatever came of it. It stays as it was."""

    id = fields.BigIntField(primary_key=True, generated=False)
    screening_id = fields.BigIntField()
    ticket_id = fields.BigIntField(null=True)
    pass_id = fields.BigIntField(null=True)
    by_person_id = fields.BigIntField(null=True)
    gate = fields.TextField(default="")
    device = fields.TextField(default="")
    nonce = fields.CharField(max_length=64, unique=True)
    fingerprint = fields.TextField()
    way = fields.TextField()
    verdict = fields.TextField()
    said = fields.TextField(default="")
    because = fields.TextField(default="")
    entered = fields.BigIntField()
    counted = fields.BigIntField()
    conflict = fields.BigIntField()
    scanned_at = InstantField()
    received_at = InstantField()

    class Meta:
        table = "admission"
