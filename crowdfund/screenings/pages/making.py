"""Planning screenings: one or a week of them as drafts, looked at as fans will see them, changed until they go on sale."""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import money
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private_or_none, public
from crowdfund.refusal import Refusal
from crowdfund.screenings import programme
from crowdfund.screenings.desk import queries
from crowdfund.screenings.hours import moment_at, starts_of
from crowdfund.screenings.models import Auditorium, Screening, ScreeningState, Venue
from crowdfund.screenings.pages.forms import (
    CLOSES,
    SINGLES,
    WEEKDAYS,
    DraftForm,
    SeriesForm,
    TermsForm,
    draft_typed,
    new_typed,
)
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, screening_in, screening_seen
from crowdfund.screenings.pages.rows import LADDER_ROWS, PRICE_ROWS
from crowdfund.screenings.pages.shown import found_words, ladder_words
from crowdfund.screenings.plans import plan_of
from crowdfund.screenings.programme import ChangedMeanwhile, stamp_of
from crowdfund.screenings.queries import Shown, prices_of
from crowdfund.screenings.rules import read_ladder
from crowdfund.screenings.seating.drawing import drawing_of
from crowdfund.screenings.seating.plan import Plan
from crowdfund.screenings.series import make_series
from crowdfund.screenings.venues import NoSuchHall, latest_plan
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web import formats
from crowdfund.web.csrf import read_form
from crowdfund.web.i18n import _, ngettext
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post

Wish = tuple[Title, Auditorium, Venue, Plan]


async def _halls(organisation_id: int) -> list[tuple[Auditorium, Venue]]:
    venues = {venue.id: venue for venue in await Venue.filter(organisation_id=organisation_id).order_by("name", "id")}
    halls = await Auditorium.filter(venue_id__in=list(venues)).order_by("name") if venues else []
    return sorted(((hall, venues[hall.venue_id]) for hall in halls), key=lambda one: (one[1].name, one[0].name))


async def _wish(request: Request, title: str, hall: str) -> Wish | None:
    """The film and the hall that were chosen; none where one of them is missing yet. Raises NotFound for what isn't theirs."""
    if not title or not hall:
        return None
    organisation_id = request.state.organisation.id
    titles = {one.id: one for one in await queries.agreed_titles(organisation_id)}
    halls = {one.id: (one, venue) for one, venue in await _halls(organisation_id)}
    title_id, hall_id = private_or_none(title), private_or_none(hall)
    if title_id not in titles or hall_id not in halls:
        raise NoSuchHall("That film is not booked, or that hall is not yours.")
    found, venue = halls[hall_id]
    return titles[title_id], found, venue, await plan_of((await latest_plan(found.id)).id)


async def new_screening(request: Request) -> Response:
    asked = request.query_params
    wish = await _wish(request, asked.get("title", ""), asked.get("hall", ""))
    if wish is None:
        return await _choose(request)
    _title, _hall, venue, plan = wish
    typed = new_typed(plan, venue.zone, current().currencies[0])
    return _new(
        request, wish, SeriesForm({**typed, "key": token_urlsafe(16)}, **_given(plan, venue, typed["currency"]))
    )


async def _choose(request: Request) -> Response:
    organisation_id, asked = request.state.organisation.id, request.query_params
    titles = [(public(one.id), one.name) for one in await queries.agreed_titles(organisation_id)]
    halls = [(public(hall.id), f"{venue.name}, {hall.name}") for hall, venue in await _halls(organisation_id)]
    return desk_page(
        request, "desk_screening_choose.html", "screenings", titles=titles, halls=halls, chosen=asked.get("title", ""),
    )  # fmt: skip


def _given(plan: Plan, venue: Venue, currency: str) -> dict[str, Any]:
    return {"currency": currency, "categories": plan.categories, "zone": venue.zone}


async def _currency_in(request: Request) -> str:
    """The currency that was chosen, for amounts beside it; what is none is told at its own field."""
    typed = (await read_form(request)).get("currency")
    return typed if isinstance(typed, str) and typed in current().currencies else current().currencies[0]


def _new(request: Request, wish: Wish, form: SeriesForm) -> Response:
    title, hall, venue, plan = wish
    return desk_page(
        request, "desk_screening_new.html", "screenings", form.status, form=form, title=title, hall=hall, venue=venue,
        title_id=public(title.id), hall_id=public(hall.id), art_url=art_of(title), **_offered(plan, form),
    )  # fmt: skip


def _offered(plan: Plan, form: TermsForm) -> dict[str, Any]:
    """What the form of a screening offers."""
    more = form.given.get("closes_more", {})
    currencies = [(code, f"{code} · {formats.currency_name(code)}") for code in current().currencies]
    return {
        "plan": plan, "says": found_words(plan), "categories": list(enumerate(plan.categories)), "price_rows": PRICE_ROWS,
        "ladder_rows": LADDER_ROWS, "closes": list((CLOSES | more).items()), "singles": SINGLES, "weekdays": WEEKDAYS.items(),
        "currencies": currencies, "currency": form.given["currency"],
    }  # fmt: skip


async def make(request: Request) -> Response:
    sent = await read_form(request)
    wish = await _wish(request, str(sent.get("title") or "?"), str(sent.get("hall") or "?"))
    assert wish is not None
    title, hall, venue, plan = wish
    form = await SeriesForm.read(request, **_given(plan, venue, await _currency_in(request)))
    if not form.errors:
        with form.showing_refusals():
            last, weekdays = form.last_day or form.first_day, {int(day) for day in form.weekdays} or set(range(7))
            starts = starts_of(form.first_day.date(), last.date(), form.times, venue.zone, weekdays=weekdays)
            made = await make_series(
                title, request.state.organisation, hall, starts, form.terms, form.prices, by=request.state.person.id,
                key=f"form:{form.key or token_urlsafe(16)}",
            )  # fmt: skip
            return _made(request, made, form.first_day)
    return _new(request, wish, form)


def _made(request: Request, made: list[Screening], first_day: datetime) -> Response:
    """On to the draft, or to the first week of several."""
    said = ngettext(
        "A draft. Look at it, then put it on sale.", "%(num)s drafts. Look at them, then put them on sale.", len(made)
    ) % {"num": formats.number(len(made))}
    where = f"/{public(made[0].id)}" if len(made) == 1 else f"?from={first_day:%Y-%m-%d}"
    return redirect(request, f"{base_of(request)}/screenings{where}", ("good", said))


# --- a draft ---


async def draft_form(request: Request) -> Response:
    shown = await screening_in(request)
    if shown.screening.state != ScreeningState.DRAFT:
        return redirect(request, _path(request, shown), ("note", _("Fans have seen it: its hours and terms stay.")))
    return await _draft(request, shown, await _filled(shown))


async def _filled(shown: Shown) -> DraftForm:
    offered = await prices_of(shown.screening.id)
    typed = draft_typed(shown.screening, offered, shown.plan, shown.venue.zone)
    return DraftForm(
        {**typed, "stamp": stamp_of(shown.screening, offered)}, **_given_of(shown, shown.screening.currency)
    )


def _given_of(shown: Shown, currency: str) -> dict[str, Any]:
    """Also what a program chose, and no list of ours has."""
    screening = shown.screening
    minutes = str(int((screening.sale_closes_at - screening.starts_at).total_seconds() // 60))
    more = {} if minutes in CLOSES else {minutes: _("%(minutes)s minutes from the start") % {"minutes": minutes}}
    return {**_given(shown.plan, shown.venue, currency), "closes_more": more}


async def _draft(request: Request, shown: Shown, form: DraftForm) -> Response:
    return desk_page(
        request, "desk_screening_draft.html", "screenings", form.status, form=form, shown=shown, path=_path(request, shown),
        art_url=art_of(shown.title), title=shown.title, hall=shown.hall, venue=shown.venue, **_offered(shown.plan, form),
    )  # fmt: skip


def _path(request: Request, shown: Shown) -> str:
    return f"{base_of(request)}/screenings/{public(shown.screening.id)}"


async def change(request: Request) -> Response:
    shown = await screening_in(request)
    form = await DraftForm.read(request, **_given_of(shown, await _currency_in(request)))
    if form.errors:
        return await _draft(request, shown, form)
    try:
        starts_at = moment_at(form.starts_at.replace(tzinfo=None), shown.venue.zone, field="starts_at")
        await programme.change_draft(
            shown.screening.id,
            form.terms.at(starts_at),
            form.prices,
            by=request.state.person.id,
            stamp=form.stamp or None,
        )
    except Refusal as refusal:
        if isinstance(refusal, ChangedMeanwhile):
            form.typed["stamp"] = (await _filled(await screening_in(request))).typed["stamp"]
        return await _draft(request, shown, form.refused_by(refusal))
    return redirect(request, _path(request, shown), ("good", _("Saved.")))


async def preview(request: Request) -> Response:
    """What fans will read: where, when, what it costs with every fee, what they get back who cancel, and the hall."""
    shown, _is_cinema = await screening_seen(request)
    screening = shown.screening
    return desk_page(
        request, "desk_screening_preview.html", "screenings", shown=shown, path=_path(request, shown), art_url=art_of(shown.title),
        prices=await _price_lines(shown), ladder=ladder_words(read_ladder(screening.refund_steps)), says=found_words(shown.plan),
        drawing=drawing_of(shown.plan), screening=screening,
    )  # fmt: skip


async def _price_lines(shown: Shown) -> list[tuple[str, str, str]]:
    """Category, kind, and what it costs with the fee."""
    screening = shown.screening
    lines = []
    for price in await prices_of(screening.id):
        category = shown.plan.category(price.category_id)
        total = money.Amount(price.price_minor + screening.fee_minor, screening.currency)
        lines.append((category.name if category else "", price.name, formats.money(total.amount_minor, total.currency)))
    return lines


_ALL = f"{DESK}/screenings"
_ONE = f"{_ALL}/{{screening}}"
_RUN = member("manager")
routes = [
    get(f"{_ALL}/new", new_screening, may=_RUN),
    post(_ALL, make, may=_RUN),
    get(f"{_ONE}/content", draft_form, may=_RUN),
    post(f"{_ONE}/content", change, may=_RUN),
    get(f"{_ONE}/preview", preview, may=member("viewer")),
]
