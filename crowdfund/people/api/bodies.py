"""The bodies of the people room's API, in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Out, unchanged

OrganisationName = Annotated[
    str,
    StringConstraints(min_length=2, max_length=80, pattern=ONE_LINE, strip_whitespace=True),
    READABLE,
    STRAIGHT,
]
About = Annotated[str, StringConstraints(max_length=2000, pattern=LINES, strip_whitespace=True), READABLE]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Email = Annotated[
    str,
    StringConstraints(
        max_length=254,
        to_lower=True,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$",
    ),
]
Reason = Annotated[
    str, StringConstraints(min_length=10, max_length=1000, pattern=LINES, strip_whitespace=True), READABLE
]
RoleName = Literal["viewer", "manager", "owner"]


class OrganisationIn(In):
    """A new organisation, whose owner is the token's person. country: two letters (ISO 3166)."""

    kind: Literal["studio", "club", "shop", "cinema", "institution"]
    name: OrganisationName
    country: Country
    about: About = ""


class ProfileIn(In):
    """What is left out stays as it is."""

    name: OrganisationName = unchanged()
    about: About = unchanged()


class InvitationIn(In):
    email: Email
    role: RoleName


class RoleIn(In):
    role: RoleName


class ReasonIn(In):
    """reason: why, for those it concerns and for the audit."""

    reason: Reason


class OrganisationOut(Out):
    """payouts_state: what the processor says of its account. role: of the token's person, none where staff asks."""

    id: str
    slug: str
    name: str
    about: str
    kind: str
    country: str
    state: str
    payouts_state: str
    role: str | None


class MemberOut(Out):
    """person: the id to give another role to, or to remove."""

    person: str
    name: str
    email: str
    role: str


class InvitationOut(Out):
    """On its way by mail: it is good once, for two weeks, and for this address alone."""

    email: str
    role: str


class DecisionOut(Out):
    state: str
    because: str
    by: str
    at: str


class VerificationOut(Out):
    """Where an organisation stands, and what was decided about it, the newest first."""

    state: str
    payouts_state: str
    history: list[DecisionOut]


class StaffOrganisationOut(OrganisationOut):
    """An organisation as staff sees it: with its people and what was decided about it."""

    members: list[MemberOut]
    history: list[DecisionOut]


class PageOut(Out):
    """A page of the processor to send a person to."""

    url: str
