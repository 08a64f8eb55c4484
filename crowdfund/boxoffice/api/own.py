"""What every call about a booking's deals asks first: which, and for which side."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.boxoffice import versions
from crowdfund.boxoffice.models import Deal
from crowdfund.boxoffice.rules import NoSuchDeal
from crowdfund.people.api.own import role_in
from crowdfund.people.models import Member, Role
from crowdfund.screenings.models import Booking, Screening
from crowdfund.titles.models import Title
from crowdfund.web import api


def no_such_booking() -> NoSuchDeal:
    return NoSuchDeal("There is no such booking.")


def no_such_deal() -> NoSuchDeal:
    return NoSuchDeal("There is no such deal.")


async def side_of(
    request: Request, booking: Booking, needed: Role, otherwise: NoSuchDeal, wanted: str | None = None
) -> int:
    """The side for which the token's person speaks. wanted: an organisation's id, where she belongs to both.

    Raises `otherwise` for who belongs to neither, NotAllowed.
    """
    sides = await versions.sides_of(booking)
    if wanted is not None:
        sides = tuple(one for one in sides if one == api.known_id(wanted, otherwise))  # type: ignore[assignment]
    person_id = request.state.person.id
    own = (
        await Member.filter(organisation_id__in=list(sides), person_id=person_id).order_by("id").first()
        if sides
        else None
    )
    if own is None:
        raise otherwise
    await role_in(request, own.organisation_id, needed, otherwise)
    return int(own.organisation_id)


async def own_booking(request: Request, needed: Role, wanted: str | None = None) -> tuple[Booking, int]:
    """The booking in the path, and the side. Raises NoSuchDeal, NotAllowed."""
    booking = await api.row_in(request, "booking", Booking, no_such_booking())
    return booking, await side_of(request, booking, needed, no_such_booking(), wanted)


async def own_deal(request: Request, needed: Role, wanted: str | None = None) -> tuple[Deal, int]:
    """The version in the path, if the side may see it. Raises NoSuchDeal, NotAllowed."""
    deal = await api.row_in(request, "deal", Deal, no_such_deal())
    side = await side_of(request, await Booking.get(id=deal.booking_id), needed, no_such_deal(), wanted)
    if not versions.may_see(deal, side):
        raise no_such_deal()
    return deal, side


async def own_screening(request: Request, needed: Role, *, cinema_only: bool = False) -> tuple[Screening, int]:
    """The screening in the path, for its cinema or its producer. Raises NoSuchDeal, NotAllowed."""
    missing = NoSuchDeal("There is no such screening.")
    screening = await api.row_in(request, "screening", Screening, missing)
    producer = (await Title.get(id=screening.title_id)).organisation_id
    sides = [screening.organisation_id] if cinema_only else [screening.organisation_id, producer]
    own = await Member.filter(organisation_id__in=sides, person_id=request.state.person.id).order_by("id").first()
    if own is None:
        raise missing
    await role_in(request, own.organisation_id, needed, missing)
    return screening, int(own.organisation_id)
