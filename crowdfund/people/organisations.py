"""Organisations and who belongs to them: studios, clubs, shops, cinemas. There is always an owner."""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.database import atomic, ids, new_id
from crowdfund.people import links
from crowdfund.people.audit import record
from crowdfund.people.mails import mail
from crowdfund.people.models import Invitation, Member, Organisation, OrganisationKind, Person, Role
from crowdfund.people.rules import slug_of
from crowdfund.refusal import NotAllowed, NotFound, Refusal
from crowdfund.signing import fingerprint


class LastOwner(Refusal):
    pass


class NoSuchMember(NotFound):
    pass


class NotForYou(NotAllowed):
    pass


async def make_organisation(
    kind: OrganisationKind, name: str, country: str, about: str, *, by: int, number: int | None = None
) -> Organisation:
    """A new organisation, unverified, with this person as its owner. country: two letters (ISO 3166).

    number: its id, where it was taken before; asked for twice, it is made once.
    """
    number = number or ids.new_id()
    fallback = f"{kind}-{ids.public(number)[-6:]}"
    slug = slug_of(name, fallback)
    for attempt in (slug, f"{slug}-{ids.public(number)[-4:]}", fallback):
        try:
            return await _make(number, attempt, kind, name, country, about, by=by)
        except IntegrityError:  # the slug is taken, or this very one was made meanwhile
            if (made := await Organisation.get_or_none(id=number)) is not None:
                return made
    raise RuntimeError(f"no slug for {name!r}")


@atomic
async def _make(
    number: int, slug: str, kind: OrganisationKind, name: str, country: str, about: str, *, by: int
) -> Organisation:
    now = clock.now()
    made = await Organisation.create(
        id=number, kind=kind.value, slug=slug, name=name, about=about, country=country, made_at=now
    )
    await Member.create(id=new_id(), organisation_id=number, person_id=by, role=Role.OWNER.value, made_at=now)
    await record("organisation_made", f"organisation:{number}", by=by, after={"name": name, "kind": kind})
    return made


@atomic
async def change_profile(organisation_id: int, name: str, about: str, *, by: int) -> None:
    """Another name or another text; the address stays."""
    was = await Organisation.get(id=organisation_id)
    await Organisation.filter(id=organisation_id).update(name=name, about=about)
    await record(
        "organisation_changed", f"organisation:{was.id}", by=by, before={"name": was.name}, after={"name": name}
    )


@atomic
async def invite(organisation_id: int, email: str, role: Role, *, by: int) -> None:
    """Mail an invitation; it is good once, for two weeks, and for this address only. It replaces one that was sent before."""
    organisation, inviter = await Organisation.get(id=organisation_id), await Person.get(id=by)
    known = await Person.get_or_none(email=email)
    if known is not None and await Member.exists(organisation_id=organisation_id, person_id=known.id):
        raise Refusal("{name} is a member already: change the role instead.", field="email", name=known.name)
    await Invitation.filter(organisation_id=organisation_id, email=email, used_at=None).delete()
    number = new_id()
    await Invitation.create(
        hash=fingerprint(links.secret_of("invitation", number)),
        organisation_id=organisation_id,
        email=email,
        role=role.value,
        by_person_id=by,
        expires_at=clock.from_us(links.expires_at_us("invitation")),
    )
    await record("member_invited", f"organisation:{organisation_id}", by=by, after={"email": email, "role": role})
    locale = known.locale if known else inviter.locale
    words = {"organisation": organisation.name, "inviter": inviter.name, "role": role.value}
    await mail("invitation", email, locale, link_of=["invitation", number], **words)


async def open_invitations(organisation_id: int) -> list[Invitation]:
    """Those that can still be used, the soonest to end first."""
    now = clock.wall_now_us()
    unused = Invitation.filter(organisation_id=organisation_id, used_at=None, expires_at__gt=now)
    return await unused.order_by("expires_at", "email")


@atomic
async def withdraw_invitation(organisation_id: int, hash: str, *, by: int) -> None:
    """Take an invitation back: its link is good no more. hash: as its row has it. Raises LinkUsedUp once it was used."""
    known = hash.isascii() and hash.isalnum()
    found = await Invitation.get_or_none(hash=hash, organisation_id=organisation_id, used_at=None) if known else None
    if found is None:
        raise links.LinkUsedUp("This invitation was used already, or taken back.")
    await Invitation.filter(hash=hash, used_at=None).delete()
    before = {"email": found.email, "role": found.role}
    await record("invitation_withdrawn", f"organisation:{organisation_id}", by=by, before=before)


async def live_invitation(secret: str) -> Invitation:
    """The invitation behind a link. Raises LinkUsedUp."""
    found = await Invitation.get_or_none(hash=fingerprint(secret), used_at=None)
    if found is None or found.expires_at <= clock.from_us(clock.wall_now_us()):
        raise links.LinkUsedUp("This invitation was used already, or its time is over. Please ask for a new one.")
    return found


@atomic
async def accept_invitation(secret: str, person_id: int) -> Organisation:
    """Become a member. Raises LinkUsedUp; NotForYou where it was sent to another address."""
    invitation, person = await live_invitation(secret), await Person.get(id=person_id)
    if invitation.email != person.email:
        raise NotForYou("This invitation was sent to another address. Please sign in with that one.")
    if not await Invitation.filter(hash=invitation.hash, used_at=None).update(used_at=clock.wall_now_us()):
        raise links.LinkUsedUp("This invitation was used already.")
    organisation_id = invitation.organisation_id
    if not await Member.exists(organisation_id=organisation_id, person_id=person_id):
        await Member.create(
            id=new_id(), organisation_id=organisation_id, person_id=person_id, role=invitation.role, made_at=clock.now()
        )
        await record("member_joined", f"organisation:{organisation_id}", by=person_id, after={"role": invitation.role})
    return await Organisation.get(id=organisation_id)


@atomic
async def change_role(organisation_id: int, person_id: int, role: Role, *, by: int) -> None:
    """Give a member another role. Raises NoSuchMember; LastOwner where nobody else owns it."""
    member = await _locked_member(organisation_id, person_id, stays_owner=role is Role.OWNER)
    await Member.filter(id=member.id).update(role=role.value)
    await _tell("member_role_changed", member, by, after={"role": role})


@atomic
async def remove_member(organisation_id: int, person_id: int, *, by: int) -> None:
    """End a membership. Raises NoSuchMember; LastOwner where nobody else owns it."""
    member = await _locked_member(organisation_id, person_id, stays_owner=False)
    await Member.filter(id=member.id).delete()
    await _tell("member_removed", member, by, after={})


async def _locked_member(organisation_id: int, person_id: int, *, stays_owner: bool) -> Member:
    """Lock the organisation first: two owners who remove each other at once must not both succeed."""
    await Organisation.filter(id=organisation_id).select_for_update().get()
    member = await Member.get_or_none(organisation_id=organisation_id, person_id=person_id)
    if member is None:
        raise NoSuchMember("There is no such member.")
    owners = await Member.filter(organisation_id=organisation_id, role=Role.OWNER.value).count()
    if member.role == Role.OWNER and owners == 1 and not stays_owner:
        raise LastOwner("Somebody has to own it: make another member an owner first.")
    return member


async def _tell(action: str, member: Member, by: int, *, after: dict[str, object]) -> None:
    before = {"person": member.person_id, "role": member.role}
    await record(action, f"organisation:{member.organisation_id}", by=by, before=before, after=after)
