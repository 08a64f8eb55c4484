"""Tables of the people room: who somebody is, where they are signed in, what they belong to."""

from __future__ import annotations

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from crowdfund.database import InstantField
from crowdfund.database.moves import Event


class PersonState(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"  # may look, may not change anything


class StaffRole(StrEnum):
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Role(StrEnum):
    """In an organisation: look; run it; and the owner's own, people and payouts."""

    VIEWER = "viewer"
    MANAGER = "manager"
    OWNER = "owner"


class LinkPurpose(StrEnum):
    CONFIRM = "confirm"
    RESET = "reset"


class OrganisationKind(StrEnum):
    STUDIO = "studio"
    CLUB = "club"
    SHOP = "shop"
    CINEMA = "cinema"
    INSTITUTION = "institution"


class OrganisationState(StrEnum):
    UNVERIFIED = "unverified"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    DECLINED = "declined"
    SUSPENDED = "suspended"


ORGANISATION_MOVES: dict[OrganisationState, set[OrganisationState]] = {
    OrganisationState.UNVERIFIED: {OrganisationState.SUBMITTED},
    OrganisationState.SUBMITTED: {OrganisationState.VERIFIED, OrganisationState.DECLINED},
    OrganisationState.DECLINED: {OrganisationState.SUBMITTED},
    OrganisationState.VERIFIED: {OrganisationState.SUSPENDED},
    OrganisationState.SUSPENDED: {OrganisationState.VERIFIED},
}


class PayoutsState(StrEnum):
    """What the processor says of an organisation's account."""

    NONE = "none"
    STARTED = "started"
    ENABLED = "enabled"
    DISABLED = "disabled"


class Person(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    email = fields.TextField()
    name = fields.TextField()
    password_hash = fields.TextField()
    locale = fields.TextField(default="en")
    state = fields.TextField(default=PersonState.ACTIVE.value)
    staff_role = fields.TextField(null=True)
    stripe_customer_id = fields.TextField(null=True)
    made_at = InstantField()
    email_confirmed_at = InstantField(null=True)

    class Meta:
        table = "person"


class SignIn(Model):
    hash = fields.CharField(max_length=64, primary_key=True)
    id = fields.BigIntField()
    person_id = fields.BigIntField()
    csrf = fields.TextField()
    device = fields.TextField()
    address = fields.TextField()
    made_at = InstantField()
    seen_at = InstantField()

    class Meta:
        table = "sign_in"


class MailLink(Model):
    hash = fields.CharField(max_length=64, primary_key=True)
    person_id = fields.BigIntField()
    purpose = fields.TextField()
    email = fields.TextField()
    browser = fields.TextField(default="")
    expires_at = InstantField()
    used_at = InstantField(null=True)

    class Meta:
        table = "mail_link"


class ApiToken(Model):
    hash = fields.CharField(max_length=64, primary_key=True)
    id = fields.BigIntField()
    person_id = fields.BigIntField()
    name = fields.TextField()
    scopes = fields.TextField()
    made_at = InstantField()
    revoked_at = InstantField(null=True)

    class Meta:
        table = "api_token"


class OrganisationEvent(Event):
    organisation_id = fields.BigIntField()

    class Meta:
        table = "organisation_event"


class Organisation(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    kind = fields.TextField()
    slug = fields.TextField()
    name = fields.TextField()
    about = fields.TextField(default="")
    country = fields.TextField()
    state = fields.TextField(default=OrganisationState.UNVERIFIED.value)
    stripe_account_id = fields.TextField(null=True)
    payouts_state = fields.TextField(default=PayoutsState.NONE.value)
    made_at = InstantField()

    class Meta:
        table = "organisation"

    @property
    def desk_path(self) -> str:
        return f"/desk/{self.slug}"

    @property
    def path(self) -> str:
        return f"/studios/{self.slug}"

    @property
    def staff_path(self) -> str:
        return f"/staff/organisations/{self.slug}"

    @property
    def is_verified(self) -> bool:
        return self.state == OrganisationState.VERIFIED


class Member(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    organisation_id = fields.BigIntField()
    person_id = fields.BigIntField()
    role = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "member"


class Invitation(Model):
    hash = fields.CharField(max_length=64, primary_key=True)
    organisation_id = fields.BigIntField()
    email = fields.TextField()
    role = fields.TextField()
    by_person_id = fields.BigIntField()
    expires_at = InstantField()
    used_at = InstantField(null=True)

    class Meta:
        table = "invitation"


class Image(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    width = fields.BigIntField()
    height = fields.BigIntField()
    alt = fields.TextField(default="")
    made_at = InstantField()

    class Meta:
        table = "image"


class Document(Model):
    """A file that proves something, kept as it came: a signature, a registration, a receipt."""

    id = fields.BigIntField(primary_key=True, generated=False)
    person_id = fields.BigIntField()
    name = fields.TextField()
    media_type = fields.TextField()
    bytes = fields.BigIntField()
    sha256 = fields.TextField()
    made_at = InstantField()

    class Meta:
        table = "document"


class AuditEntry(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    at = InstantField()
    by_person_id = fields.BigIntField(null=True)
    action = fields.TextField()
    subject = fields.TextField()
    reason = fields.TextField(default="")
    before = fields.TextField(default="{}")
    after = fields.TextField(default="{}")

    class Meta:
        table = "audit_entry"


class Mail(Model):
    """A mail as it was written. Where it went out by SMTP the bodies are not kept: they hold links that open doors."""

    id = fields.BigIntField(primary_key=True, generated=False)
    to_address = fields.TextField()
    subject = fields.TextField()
    text_body = fields.TextField()
    html_body = fields.TextField()
    made_at = InstantField()
    sent_at = InstantField(null=True)

    class Meta:
        table = "mail"
