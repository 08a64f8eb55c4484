"""Tables of the previews room: what sellers may see early, the words they agree to, and who looked."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.ids import public


class PreviewKind(StrEnum):
    CLIP = "clip"  # some seconds of the film
    CROP = "crop"  # a picture of the product alone


class Preview(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    product_id = fields.BigIntField()
    kind = fields.TextField()
    start_ms = fields.BigIntField()
    end_ms = fields.BigIntField()
    file = fields.TextField()
    media_type = fields.TextField()
    poster = fields.TextField(default="")
    words = fields.TextField(default="")
    by_person_id = fields.BigIntField()
    made_at = InstantField()
    withdrawn_at = InstantField(null=True)

    class Meta:
        table = "preview"

    @property
    def public_id(self) -> str:
        return public(self.id)


class PreviewTerms(Model):
    version = fields.BigIntField(primary_key=True, generated=False)
    text = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "preview_terms"


class PreviewConsent(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    version = fields.BigIntField()
    at = InstantField()

    class Meta:
        table = "preview_consent"


class PreviewView(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    preview_id = fields.BigIntField()
    person_id = fields.BigIntField()
    organisation_id = fields.BigIntField()
    at = InstantField()

    class Meta:
        table = "preview_view"
