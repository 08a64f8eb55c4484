"""What a story about a cinema takes as given, and its desk's pages as they look in each state."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.demo import programme as cinemas
from crowdfund.people import organisations, verification
from crowdfund.people.models import Organisation, OrganisationKind
from crowdfund.screenings import blocking, bookings, programme, running, titles
from crowdfund.screenings.models import Booking, Screening, ScreeningState, Venue
from crowdfund.titles.models import Title
from tests.browser.stage import a_reviewer, a_studio
from tests.world import Fan

Looks = dict[str, list[tuple[str, str]]]


async def a_cinema(owner: Fan, name: str = "Grand Theatre") -> Organisation:
    """A verified cinema."""
    ada = await a_reviewer()
    cinema = await organisations.make_organisation(OrganisationKind.CINEMA, name, "CN", "Since 1928.", by=owner.id)
    await verification.submit(cinema.id, by=owner.id)
    await verification.verify(cinema.id, reason="The register agrees.", by=ada.id)
    return await Organisation.get(id=cinema.id)


async def a_film(producer: Fan, name: str) -> Title:
    """A film without a fund, of a verified studio of its own."""
    ada, studio = await a_reviewer(), await a_studio(producer)
    await verification.verify(studio.id, reason="The register agrees.", by=ada.id)
    return await titles.make_title(studio, name, "She rows at night.", by=producer.id, key=f"title {name}")


async def desks_of_cinemas(gu: Fan, lin: Fan, who: str, producer: str) -> Looks:
    """The desk of a cinema with a week on sale and one in drafts, bookings in each state, and its producer's. who: how looks name them."""
    cinema = await a_cinema(gu, "Kanal Theatre")
    halls = await cinemas.draw_halls(cinema, gu)  # type: ignore[arg-type]
    films = [await a_film(lin, f"Ferry {number}") for number in range(4)]
    await cinemas.book(cinema, gu, films, lin)  # type: ignore[arg-type]
    declined = await bookings.ask_booking(films[3], cinema, "", by=gu.id)
    await bookings.answer_booking(declined, False, "It is not ours to lend.", side=films[3].organisation_id, by=lin.id)
    on_sale = await cinemas.plan_weeks(cinema, gu, halls, films[0])  # type: ignore[arg-type]
    closed = on_sale[1]
    await programme.close_sale(closed.id, "The projector is broken.", by=gu.id)
    await blocking.block_seats(on_sale[0].id, ["A-1", "A-2"], "for guests", by=gu.id)
    drafts = await Screening.filter(organisation_id=cinema.id, state=ScreeningState.DRAFT).order_by("starts_at")
    await running.withdraw_draft(drafts[-1].id, by=gu.id)
    desk = cinema.desk_path
    venue = f"{desk}/venues/{(await Venue.get(organisation_id=cinema.id)).slug}"
    hall, draft = f"{venue}/halls/{public(halls[1].id)}", f"{desk}/screenings/{public(drafts[0].id)}"
    sold = f"{desk}/screenings/{public(on_sale[0].id)}"
    studio = (await Organisation.get(id=films[0].organisation_id)).desk_path
    others = (await Organisation.get(id=films[1].organisation_id)).desk_path
    all_bookings = [f"{desk}/bookings/{public(one.id)}" for one in await Booking.filter(organisation_id=cinema.id)]
    asked = await Booking.get(title_id=films[1].id)
    new = f"{desk}/screenings/new?title={public(films[0].id)}&hall={public(halls[0].id)}"
    root, one = "/desk/{organisation}", "/desk/{organisation}/screenings/{screening}"
    its_hall = f"{root}/venues/{{venue}}/halls/{{hall}}"
    next_week = f"{clock.now() + cinemas.WEEK:%Y-%m-%d}"
    return {
        root: [(who, desk)],
        f"{root}/venues": [(who, f"{desk}/venues")], f"{root}/venues/new": [(who, f"{desk}/venues/new")],
        f"{root}/venues/{{venue}}": [(who, venue)], f"{root}/venues/{{venue}}/content": [(who, f"{venue}/content")],
        f"{root}/venues/{{venue}}/halls/new": [(who, f"{venue}/halls/new")], its_hall: [(who, hall)],
        f"{its_hall}/plan/new": [(who, f"{hall}/plan/new")],
        f"{root}/titles": [(producer, f"{studio}/titles"), (who, f"{desk}/titles")],
        f"{root}/titles/new": [(producer, f"{studio}/titles/new"), (who, f"{desk}/titles/new")],
        f"{root}/titles/{{title}}": [(producer, f"{studio}/titles/{public(films[0].id)}")],
        f"{root}/bookings": [(who, f"{desk}/bookings"), (producer, f"{others}/bookings")],
        f"{root}/bookings/new": [(who, f"{desk}/bookings/new"), (who, f"{desk}/bookings/new?q=nothing"),
            (producer, f"{studio}/bookings/new?title={public(films[0].id)}")],
        f"{root}/bookings/new/{{title}}": [(who, f"{desk}/bookings/new/{public(films[3].id)}")],
        f"{root}/bookings/new/{{title}}/{{cinema}}": [
            (producer, f"{studio}/bookings/new/{public(films[0].id)}/{public(cinema.id)}")],
        f"{root}/bookings/{{booking}}": [*[(who, path) for path in all_bookings], (producer, f"{others}/bookings/{public(asked.id)}")],
        f"{root}/screenings": [(who, f"{desk}/screenings"), (who, f"{desk}/screenings?from={next_week}"),
            (who, f"{desk}/screenings?from=2040-01-01"), (producer, f"{studio}/screenings")],
        f"{root}/screenings/new": [(who, f"{desk}/screenings/new"), (who, new)],
        one: [(who, sold), (who, draft), (who, f"{desk}/screenings/{public(closed.id)}"),
            (producer, f"{studio}/screenings/{public(on_sale[0].id)}")],
        f"{one}/content": [(who, f"{draft}/content")], f"{one}/preview": [(who, f"{draft}/preview")],
        f"{one}/prices": [(who, f"{sold}/prices")], f"{one}/seats": [(who, f"{sold}/seats")],
        f"{one}/people": [(who, f"{sold}/people"), (who, f"{sold}/people?q=nobody")],
        f"{one}/withdrawal": [(who, f"{draft}/withdrawal")],
    }  # fmt: skip
