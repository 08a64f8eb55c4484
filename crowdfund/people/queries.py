"""What doors and pages read of this room. Who asks is looked up in batches: one query for all that wait."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from crowdfund import clock
from crowdfund.database import Batch, Sql, as_rows
from crowdfund.people.models import Member, Organisation, OrganisationEvent, Person
from crowdfund.people.rules import SEEN_EVERY_US, sign_in_lives

_SEPARATOR = "\x1f"  # no form lets a control character in, so no name holds it


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as doors and pages know them."""

    id: int
    name: str
    email: str
    locale: str
    state: str
    staff_role: str | None
    email_confirmed: bool
    has_desk: bool
    in_basket: int = 0  # different things


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A device that is signed in. seen_long_ago: it is time to write down that it was here."""

    id: int
    hash: str
    csrf: str
    person: Someone
    seen_long_ago: bool


@dataclass(frozen=True, slots=True)
class TokenFound:
    id: int
    scopes: frozenset[str]
    person: Someone


# One text per row, so that each look-up is one probe of an index: a JOIN from the batch's rows would be planned by PostgreSQL
# on empty tables, and scan them ever after.
_PERSON = """CAST(p.id AS TEXT) || $2 || p.name || $2 || p.email || $2 || p.locale || $2 || p.state
    || $2 || COALESCE(p.staff_role, '')
    || $2 || CASE WHEN p.email_confirmed_at IS NULL THEN '' ELSE 'yes' END
    || $2 || CASE WHEN EXISTS (SELECT 1 FROM member m WHERE m.person_id = p.id) THEN 'yes' ELSE '' END
    || $2 || (SELECT CAST(COUNT(*) AS TEXT) FROM cart_line c WHERE c.person_id = p.id)"""
_SIGN_INS = Sql(f"""
    SELECT (SELECT {_PERSON} || $2 || CAST(s.id AS TEXT) || $2 || s.csrf
                || $2 || CAST(s.made_at AS TEXT) || $2 || CAST(s.seen_at AS TEXT)
            FROM sign_in s JOIN person p ON p.id = s.person_id WHERE s.hash = value->>'hash') AS found
    FROM {{rows}}""")  # noqa: S608
_TOKENS = Sql(f"""
    SELECT (SELECT {_PERSON} || $2 || CAST(t.id AS TEXT) || $2 || t.scopes
            FROM api_token t JOIN person p ON p.id = t.person_id WHERE t.hash = value->>'hash' AND t.revoked_at IS NULL) AS found
    FROM {{rows}}""")  # noqa: S608


async def _find_sign_ins(hashes: list[str]) -> list[SignedIn | None]:
    rows = await _SIGN_INS(as_rows({"hash": hash} for hash in hashes), _SEPARATOR)
    now = clock.wall_now_us()
    return [_sign_in(hash, row["found"], now) for hash, row in zip(hashes, rows, strict=True)]


def _sign_in(hash: str, found: str | None, now_us: int) -> SignedIn | None:
    if found is None:
        return None
    *person, number, csrf, made_at, seen_at = found.split(_SEPARATOR)
    someone = _someone(person)
    if not sign_in_lives(int(made_at), int(seen_at), now_us, is_staff=someone.staff_role is not None):
        return None
    return SignedIn(int(number), hash, csrf, someone, now_us - int(seen_at) > SEEN_EVERY_US)


async def _find_tokens(hashes: list[str]) -> list[TokenFound | None]:
    rows = await _TOKENS(as_rows({"hash": hash} for hash in hashes), _SEPARATOR)
    return [_token(row["found"]) for row in rows]


def _token(found: str | None) -> TokenFound | None:
    if found is None:
        return None
    *person, number, scopes = found.split(_SEPARATOR)
    return TokenFound(int(number), _scopes(scopes), _someone(person))


@lru_cache(maxsize=64)
def _scopes(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _someone(parts: list[str]) -> Someone:
    number, name, email, locale, state, staff_role, confirmed, has_desk, in_basket = parts
    return Someone(
        int(number), name, email, locale, state, staff_role or None, bool(confirmed), bool(has_desk), int(in_basket)
    )


_sign_ins = Batch[str, SignedIn | None](_find_sign_ins)
_tokens = Batch[str, TokenFound | None](_find_tokens)

sign_in_of = _sign_ins.ask  # by the hash of the cookie; none where it is over
token_of = _tokens.ask  # by the hash of the token; none where it is revoked


async def membership(person_id: int, slug: str) -> tuple[Organisation, str] | None:
    """The organisation of this address and the person's role in it; none where there is no such thing, or no such role."""
    organisation = await Organisation.get_or_none(slug=slug)
    member = await Member.get_or_none(organisation_id=organisation.id, person_id=person_id) if organisation else None
    return (organisation, member.role) if organisation and member else None


@dataclass(frozen=True, slots=True)
class Desk:
    organisation: Organisation
    role: str


async def desks_of(person_id: int) -> list[Desk]:
    """The organisations that a person belongs to, by name."""
    roles = {member.organisation_id: member.role for member in await Member.filter(person_id=person_id)}
    organisations = await Organisation.filter(id__in=list(roles)).order_by("name") if roles else []
    return [Desk(organisation, roles[organisation.id]) for organisation in organisations]


@dataclass(frozen=True, slots=True)
class MemberShown:
    person_id: int
    name: str
    email: str
    role: str


async def members_of(organisation_id: int) -> list[MemberShown]:
    """Owners first, then by when they joined."""
    members = await Member.filter(organisation_id=organisation_id).order_by("id")
    people = {person.id: person for person in await Person.filter(id__in=[member.person_id for member in members])}
    ranks = {"owner": 0, "manager": 1, "viewer": 2}
    shown = [MemberShown(m.person_id, people[m.person_id].name, people[m.person_id].email, m.role) for m in members]
    return sorted(shown, key=lambda member: ranks[member.role])


async def members_after(organisation_id: int, member_id: int, *, limit: int) -> list[tuple[int, MemberShown]]:
    """One page of the members, as they joined, each with the id to go on after."""
    members = await Member.filter(organisation_id=organisation_id, id__gt=member_id).order_by("id").limit(limit)
    people = {person.id: person for person in await Person.filter(id__in=[m.person_id for m in members])}
    return [
        (m.id, MemberShown(m.person_id, people[m.person_id].name, people[m.person_id].email, m.role)) for m in members
    ]


async def member_of(organisation_id: int, person_id: int) -> MemberShown | None:
    member = await Member.get_or_none(organisation_id=organisation_id, person_id=person_id)
    if member is None:
        return None
    person = await Person.get(id=person_id)
    return MemberShown(person_id, person.name, person.email, member.role)


async def history_of(organisation_id: int) -> list[dict[str, Any]]:
    """What became of an organisation, the newest first, with the names of who decided."""
    events = await OrganisationEvent.filter(organisation_id=organisation_id).order_by("-id").limit(50)
    deciders = [event.by_person_id for event in events if event.by_person_id]
    names = {person.id: person.name for person in await Person.filter(id__in=deciders)} if deciders else {}
    return [
        {"to_state": event.to_state, "because": event.because, "at": event.at, "by": names.get(event.by_person_id, "")}
        for event in events
    ]
