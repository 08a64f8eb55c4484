"""The programme: a week by its days, and one screening with all that is known of it. A producer looks at those of its films."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import public
from crowdfund.people.models import OrganisationKind
from crowdfund.screenings.desk import queries
from crowdfund.screenings.models import PLANNED, Auditorium, ScreeningState, Venue
from crowdfund.screenings.pages.forms import ReasonForm
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, screening_seen
from crowdfund.screenings.pages.shown import Row, by_day, day_text, found_words, ladder_words, rows_of
from crowdfund.screenings.queries import Shown, free_in, holds_now, prices_of
from crowdfund.screenings.rules import read_ladder
from crowdfund.web.routes import get, member

DAYS = 7
_DAY = timedelta(days=1)


async def screenings(request: Request) -> Response:
    return await week_page(request, day_asked(request.query_params.get("from", "")))


def day_asked(text: str) -> date | None:
    """A day as a query has it; none where it is no day that anybody plans for."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 2199 else None


async def week_page(
    request: Request, first: date | None, status: int = 200, *, refused: str = "", chosen: tuple[str, ...] = ()
) -> Response:
    """A week from a day on. refused: why a week could not go on sale. chosen: the drafts that were ticked."""
    organisation, base = request.state.organisation, base_of(request)
    first = first or await _today(organisation.id)
    rows = await _week(organisation.id, first, base)
    is_cinema = organisation.kind == OrganisationKind.CINEMA
    here = f"{base}/screenings"
    drafts = [row for row in rows if row.is_draft]
    return desk_page(
        request, "desk_screenings.html", "screenings", status, days=by_day(rows), first=first, refused=refused,
        first_text=day_text(first), is_cinema=is_cinema,
        zones=sorted({row.zone for row in rows}), drafts=drafts, chosen=chosen or tuple(row.id for row in drafts),
        earlier=f"{here}?from={first - DAYS * _DAY}", later=f"{here}?from={first + DAYS * _DAY}",
        following=await _following(organisation.id, first, rows),
        has_hall=is_cinema and await _has_hall(organisation.id), has_film=bool(await queries.agreed_titles(organisation.id)),
    )  # fmt: skip


async def _today(organisation_id: int) -> date:
    venue = await Venue.filter(organisation_id=organisation_id).order_by("id").first()
    return clock.now().astimezone(ZoneInfo(venue.zone if venue else "UTC")).date()


async def _week(organisation_id: int, first: date, base: str) -> list[Row]:
    """By each venue's own calendar: what is read is a day more at both ends."""
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    found = await queries.programme_of(
        organisation_id, from_us=clock.to_us(begins - _DAY), until_us=clock.to_us(begins + (DAYS + 1) * _DAY)
    )
    return [row for row in rows_of(found, base) if first <= row.day < first + DAYS * _DAY]


async def _following(organisation_id: int, first: date, rows: list[Row]) -> str:
    """The day of the next one, where this week has none."""
    if rows:
        return ""
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    found = await queries.next_start(organisation_id, clock.to_us(begins + DAYS * _DAY))
    return f"{clock.from_us(found['starts_at']).astimezone(ZoneInfo(found['zone'])):%Y-%m-%d}" if found else ""


async def _has_hall(organisation_id: int) -> bool:
    venues = [venue.id for venue in await Venue.filter(organisation_id=organisation_id)]
    return bool(venues) and await Auditorium.exists(venue_id__in=venues)


async def show(request: Request) -> Response:
    shown, is_cinema = await screening_seen(request)
    return await screening_page(request, shown, is_cinema)


async def screening_page(
    request: Request, shown: Shown, is_cinema: bool, status: int = 200, *, reason: ReasonForm | None = None
) -> Response:
    screening = shown.screening
    free = await free_in(screening.id, shown.plan)
    return desk_page(
        request, "desk_screening.html", "screenings", status, shown=shown, screening=screening, is_cinema=is_cinema,
        path=f"{base_of(request)}/screenings/{public(screening.id)}", art_url=art_of(shown.title), free=free,
        prices=[(shown.plan.category(p.category_id), p) for p in await prices_of(screening.id)], says=found_words(shown.plan),
        ladder=ladder_words(read_ladder(screening.refund_steps)), history=await _history(screening.id),
        carts=(await holds_now([screening.id])).get(screening.id, 0), reason=reason or ReasonForm(),
        can_reopen=screening.state == ScreeningState.CLOSED and screening.sale_closes_at > clock.now(),
        is_ahead=screening.state in PLANNED,
    )  # fmt: skip


# What the site itself writes into the history says no more than the state beside it.
_SAYS_NOTHING = ("made", "put on sale", "it is over", "put away")


async def _history(screening_id: int) -> list[dict[str, Any]]:
    found = await queries.screening_history(screening_id)
    return [{**event, "because": "" if event["because"] in _SAYS_NOTHING else event["because"]} for event in found]


_ALL = f"{DESK}/screenings"
routes = [
    get(_ALL, screenings, may=member("viewer")),
    get(f"{_ALL}/{{screening}}", show, may=member("viewer")),
]
