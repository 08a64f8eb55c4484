"""A cinema's venues and halls. The plan of a hall is added to, never changed: what was sold on one stays on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from crowdfund import clock
from crowdfund.database import atomic, ids, new_id
from crowdfund.database.once import once
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation, OrganisationKind
from crowdfund.people.rules import slug_of
from crowdfund.refusal import Invalid, NotAllowed, NotFound, Refusal
from crowdfund.screenings.hours import zones
from crowdfund.screenings.models import TO_COME, Auditorium, Screening, SeatPlan, Venue
from crowdfund.screenings.seating.plan import Plan

HALLS_MAX, VENUES_MAX = 60, 200
_RESERVED = {"new"}  # a word that stands in a path where a venue's slug could


class NoSuchVenue(NotFound):
    pass


class NoSuchHall(NotFound):
    pass


class HallNameTaken(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class VenueContent:
    """country: two letters (ISO 3166). zone: of the IANA's list. access: how one gets in without stairs, and what else helps."""

    name: str
    address: str
    city: str
    country: str
    zone: str
    access: str = ""


@atomic
async def make_venue(organisation: Organisation, content: VenueContent, *, by: int, key: str) -> Venue:
    """A new venue of a cinema; the same key answers the same one. Raises Invalid for a zone that there is none of."""
    if organisation.kind != OrganisationKind.CINEMA:
        raise NotAllowed("Venues belong to cinemas.")
    _refuse_zone(content.zone)

    async def make() -> int:
        if await Venue.filter(organisation_id=organisation.id).count() >= VENUES_MAX:
            raise Refusal("At most {most} venues.", most=VENUES_MAX)
        number = new_id()
        venue = await Venue.create(
            id=number, organisation_id=organisation.id, made_at=clock.now(), **asdict(content),
            slug=await _free_slug(content, number),
        )  # fmt: skip
        await record("venue_made", f"venue:{venue.id}", by=by, after={"name": venue.name})
        return venue.id

    return await Venue.get(id=await once(by, key, {"venue": organisation.id, **asdict(content)}, make))


async def _free_slug(content: VenueContent, number: int) -> str:
    slug = slug_of(f"{content.name} {content.city}", "venue")
    return f"{slug}-{ids.public(number)[-4:]}" if slug in _RESERVED or await Venue.exists(slug=slug) else slug


def _refuse_zone(zone: str) -> None:
    if zone not in zones():
        raise Invalid("Please choose a time zone of the list, like Europe/Berlin.", field="zone")


@atomic
async def change_venue(venue: Venue, content: VenueContent, *, by: int) -> None:
    """Its words. Clocks of a place don't change while tickets are sold for it: the moments on them would be others."""
    _refuse_zone(content.zone)
    if content.zone != venue.zone and await _sells(venue.id):
        raise Refusal("The time zone stays while something is on sale here.", field="zone")
    await Venue.filter(id=venue.id).update(**asdict(content))
    await record("venue_changed", f"venue:{venue.id}", by=by, before={"name": venue.name}, after={"name": content.name})


async def _sells(venue_id: int) -> bool:
    halls = [hall.id for hall in await Auditorium.filter(venue_id=venue_id)]
    return bool(halls) and await Screening.exists(auditorium_id__in=halls, state__in=TO_COME)


@atomic
async def make_hall(venue: Venue, name: str, plan: Plan, *, by: int, key: str) -> Auditorium:
    """A hall with its seats; the same key answers the same one. Raises HallNameTaken."""

    async def make() -> int:
        if await Auditorium.filter(venue_id=venue.id).count() >= HALLS_MAX:
            raise Refusal("At most {most} halls in a venue.", most=HALLS_MAX)
        if await Auditorium.exists(venue_id=venue.id, name=name):
            raise HallNameTaken("There is a hall of this name already.", field="name")
        hall = await Auditorium.create(id=new_id(), venue_id=venue.id, name=name, made_at=clock.now())
        await _keep_plan(hall.id, plan, by)
        await record("hall_made", f"venue:{venue.id}", by=by, after={"hall": name, "places": plan.place_count})
        return hall.id

    wish = {"hall": venue.id, "name": name, "plan": plan.fingerprint}
    return await Auditorium.get(id=await once(by, key, wish, make))


@atomic
async def rename_hall(hall: Auditorium, name: str, *, by: int) -> None:
    """Another name, for screenings that exist too: it says which door to go to. Raises HallNameTaken."""
    if await Auditorium.filter(venue_id=hall.venue_id, name=name).exclude(id=hall.id).exists():
        raise HallNameTaken("There is a hall of this name already.", field="name")
    await Auditorium.filter(id=hall.id).update(name=name)
    await record("hall_renamed", f"hall:{hall.id}", by=by, before={"name": hall.name}, after={"name": name})


@atomic
async def replace_plan(hall: Auditorium, plan: Plan, *, by: int) -> SeatPlan:
    """Other seats from now on: screenings that exist keep theirs."""
    latest = await latest_plan(hall.id)
    if latest.plan == plan.text:
        return latest
    await record("plan_replaced", f"hall:{hall.id}", by=by, after={"places": plan.place_count})
    return await _keep_plan(hall.id, plan, by)


async def _keep_plan(hall_id: int, plan: Plan, by: int) -> SeatPlan:
    return await SeatPlan.create(
        id=new_id(), auditorium_id=hall_id, plan=plan.text, seats=plan.seat_count,
        standing=plan.place_count - plan.seat_count, by_person_id=by, made_at=clock.now(),
    )  # fmt: skip


async def latest_plan(hall_id: int) -> SeatPlan:
    found = await SeatPlan.filter(auditorium_id=hall_id).order_by("-id").first()
    assert found is not None  # a hall is made with one
    return found


async def own_venue(organisation_id: int, slug: str) -> Venue:
    """A venue of one's own. Raises NoSuchVenue for another's as for none."""
    venue = await Venue.get_or_none(slug=slug, organisation_id=organisation_id)
    if venue is None:
        raise NoSuchVenue("There is no such venue.")
    return venue


async def hall_of(venue: Venue, hall_id: int) -> Auditorium:
    hall = await Auditorium.get_or_none(id=hall_id, venue_id=venue.id)
    if hall is None:
        raise NoSuchHall("There is no such hall.")
    return hall
