"""Choosing places in a hall, and having them kept for some minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database import new_id
from crowdfund.database.ids import private, public
from crowdfund.refusal import Busy, Refusal
from crowdfund.screenings import rules
from crowdfund.screenings.holding import hold_places
from crowdfund.screenings.models import Hold, Price, ScreeningState
from crowdfund.screenings.pages.on_sale import title_path
from crowdfund.screenings.pages.words import amounts_of, ladder_sentence, price_words, standing_words, why_not
from crowdfund.screenings.queries import Free, Shown, free_in, prices_of, public_screening
from crowdfund.screenings.seating.best import best_seats, orphans
from crowdfund.screenings.seating.drawing import drawing_of
from crowdfund.web import csrf, language, page_cache
from crowdfund.web.form import Form
from crowdfund.web.formats import iso, said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.paths import sign_in_path
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import anyone, get, post
from crowdfund.web.templates import render

HOLDS = Limit("hold", 30, 60, by="person")
CHOSEN_MAX = 60

WIDE = 800  # a drawing that wants all of a desktop's width, in its own units

_free: page_cache.Kept[Free] = page_cache.Kept()
_halls: page_cache.Kept[Markup] = page_cache.Kept()


class Choice:
    """What somebody has chosen so far: seats, and how many places in which area."""

    def __init__(self, sent: Mapping[str, Any], seats: list[str], shown: Shown) -> None:
        plan = shown.plan
        self.seats = [seat for seat in dict.fromkeys(seats[:CHOSEN_MAX]) if plan.seat(seat) is not None]
        self.areas = {area.id: _number(sent.get(f"area.{area.id}", "")) for area in plan.areas}
        self.best = min(_number(sent.get("best", "")), shown.screening.per_fan_max)
        self.wheelchairs = _number(sent.get("wheelchairs", "")) if sent.get("wheelchairs") else 0
        category = str(sent.get("category", ""))
        self.category = category if plan.category(category) else ""
        self.key = str(sent.get("key", ""))[:64]

    @classmethod
    def sent(cls, form: FormData, shown: Shown) -> Choice:
        return cls(form, [one for one in form.getlist("seat") if isinstance(one, str)], shown)

    def press(self, seat_id: str) -> None:
        """A seat's button, where no script does it: choose it, or let it go."""
        if seat_id in self.seats:
            self.seats.remove(seat_id)
        else:
            self.seats.append(seat_id)

    @property
    def stood(self) -> dict[str, int]:
        return {area_id: places for area_id, places in self.areas.items() if places}

    @property
    def query(self) -> str:
        areas = [(f"area.{area_id}", places) for area_id, places in self.stood.items()]
        return urlencode([*(("seat", seat) for seat in self.seats), *areas])


def _number(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 4 else 0


async def screening_page(request: Request) -> Response:
    shown = await public_screening(private(request.path_params["screening"]))
    asked = request.query_params
    choice = Choice(asked, asked.getlist("seat"), shown)
    person = request.scope["state"].get("person")
    latest = await _latest_hold(person.id, shown) if person else None
    hold = latest if latest is not None and latest.held_until > clock.now() else None
    if hold is not None and not choice.seats and person is not None:
        free = await free_in(shown.screening.id, shown.plan, person_id=person.id)
        choice.seats = [seat.id for seat in shown.plan.seats if seat.id in free.own]
    is_usual = latest is None and not choice.seats and not choice.stood
    return await _show(request, shown, choice, hold=hold, is_usual=is_usual)


async def _latest_hold(person_id: int, shown: Shown) -> Hold | None:
    """What is kept for her here now, or was until a moment ago: what she lets go she sees free at once."""
    since = clock.now() - timedelta(seconds=2 * page_cache.SECONDS)
    held = Hold.filter(person_id=person_id, screening_id=shown.screening.id, held_until__gt=since)
    return await held.order_by("-id").first()


async def _show(
    request: Request,
    shown: Shown,
    choice: Choice,
    status: int = 200,
    *,
    form: Form | None = None,
    hold: Hold | None = None,
    is_usual: bool = False,
) -> Response:
    """is_usual: what everybody sees who has chosen nothing; drawn once a second for all of them, as at an hour when all come."""
    screening, plan = shown.screening, shown.plan
    person = request.scope["state"].get("person")

    async def find() -> Free:
        return await free_in(screening.id, plan, person_id=person.id if person and not is_usual else None)

    free = await (_free.get(screening.id, find) if is_usual else find())
    prices = await prices_of(screening.id)
    now = clock.now()
    can_buy = screening.state == ScreeningState.ON_SALE and screening.sale_opens_at <= now < screening.sale_closes_at
    chooses = can_buy and bool(free.left or free.back_at is not None or choice.seats)
    opens_later = screening.state == ScreeningState.ON_SALE and now < screening.sale_opens_at

    async def draw() -> Markup:
        return _drawn(request, shown, choice, free, prices, chooses)

    hall = Markup()
    if can_buy or opens_later:
        key = (screening.id, language.choose(request), chooses)
        hall = await (_halls.get(key, draw) if is_usual else draw())
    return page(
        request, "screenings/show.html", status, shown=shown, screening=screening, title=shown.title, venue=shown.venue,
        colour=shown.title.colour, art_url=art_of(shown.title), title_path=title_path(shown.title.id), form=form or Form(),
        hall=hall, is_wide=drawing_of(plan).width > WIDE, choice=choice, free=free, hold=hold, chooses=chooses,
        standing=standing_words(screening, free, shown.venue.zone), why_not=why_not(screening),
        can_buy=can_buy, opens_later=opens_later,
        alone=[plan.label(seat) for seat in orphans(plan, plan.seat_ids - free.gone, choice.seats)][:3] if choice.seats else [],
        ladder=ladder_sentence(screening.refund_steps, screening.starts_at, shown.venue.zone), key=token_urlsafe(16),
        has_wheelchairs=any(seat.kind == "wheelchair" for seat in plan.seats),
    )  # fmt: skip


def _drawn(request: Request, shown: Shown, choice: Choice, free: Free, prices: list[Price], chooses: bool) -> Markup:
    """The hall as it stands now: to choose from, or to look at."""
    screening, plan = shown.screening, shown.plan
    state_of = {
        **dict.fromkeys(free.held, "held"),
        **dict.fromkeys(free.taken, "taken"),
        **dict.fromkeys(free.blocked, "closed"),
    }
    given: dict[str, Any] = {
        "state_of": state_of, "price_of": price_words(prices, screening), "area_free": free.areas, "choosing": chooses
    }  # fmt: skip
    if chooses:
        given |= {
            "chosen": choice.seats, "amount_of": amounts_of(prices, screening), "currency": screening.currency,
            "area_typed": choice.areas, "status_url": f"{shown.path}/seats", "most": screening.per_fan_max,
            "next_back_at": free.back_at, "zone": shown.venue.zone,
        }  # fmt: skip
    drawn = render("screenings/_hall.html", language.choose(request), hall=drawing_of(plan), given=given)
    return Markup(drawn)  # noqa: S704 - a template of ours, which escapes


async def hold(request: Request) -> Response:
    """Press a seat, ask for the best, or have all of it kept: one form."""
    shown = await public_screening(private(request.path_params["screening"]))
    sent = await csrf.read_form(request)
    choice = Choice.sent(sent, shown)
    if (pressed := sent.get("pick")) and isinstance(pressed, str) and shown.plan.seat(pressed):
        choice.press(pressed)
        return await _show(request, shown, choice)
    if "find" in sent:
        return await _best(request, shown, choice)
    person = request.scope["state"].get("person")
    if person is None:
        return redirect(
            request,
            sign_in_path(f"{shown.path}?{choice.query}"),
            ("note", _("Sign in, and we keep these places for you.")),
        )
    return await _keep(request, shown, choice, person)


async def _best(request: Request, shown: Shown, choice: Choice) -> Response:
    person, form = request.scope["state"].get("person"), Form()
    free = await free_in(shown.screening.id, shown.plan, person_id=person.id if person else None)
    found = best_seats(
        shown.plan, shown.plan.seat_ids - free.gone, choice.best or 2, category_id=choice.category or None,
        wheelchairs=min(choice.wheelchairs, choice.best or 2),
    )  # fmt: skip
    if found:
        choice.seats = list(found)
    else:
        form.refuse("", _("There are not so many free seats of that kind. Try fewer, or another category."))
    return await _show(request, shown, choice, 200 if found else 409, form=form)


async def _keep(request: Request, shown: Shown, choice: Choice, person: Any) -> Response:
    form = Form()
    if not person.email_confirmed:
        form.refuse("", _("Open the link in our letter first: what you chose still stands here."))
        return await _show(request, shown, choice, 403, form=form)
    want = rules.Want(
        id=new_id(), person_id=person.id, screening_id=shown.screening.id, seats=tuple(choice.seats),
        areas=tuple(choice.stood.items()), key=f"form:{choice.key or token_urlsafe(16)}",
    )  # fmt: skip
    try:
        kept = await hold_places(want)
        if kept.again and kept.held_until <= clock.now_us():  # she comes back to a form that was sent long ago
            kept = await hold_places(
                rules.Want(new_id(), want.person_id, want.screening_id, want.seats, want.areas, token_urlsafe(16))
            )
    except Busy:
        raise
    except Refusal as refusal:
        form.refuse("", said(refusal))
        return await _show(request, shown, choice, refusal.status_code, form=form)
    return redirect(request, f"/holds/{public(kept.id)}")


async def seats(request: Request) -> Response:
    """Which places are gone, for a page that keeps up: the same for everybody for a second."""
    shown = await public_screening(private(request.path_params["screening"]))
    free = await _free.get(shown.screening.id, lambda: free_in(shown.screening.id, shown.plan))
    told = {
        "taken": sorted(free.taken | free.blocked), "held": sorted(free.held), "areas": free.areas,
        "next_back_at": iso(free.back_at) if free.back_at is not None else None,
    }  # fmt: skip
    return JSONResponse(told, headers={"cache-control": "no-cache"})


async def old_address(request: Request) -> Response:
    """Somebody reloads the answer to a form."""
    return redirect(request, f"/screenings/{request.path_params['screening']}")


routes = [
    get("/screenings/{screening}", screening_page, may=anyone),
    get("/screenings/{screening}/seats", seats, may=anyone),
    get("/screenings/{screening}/holds", old_address, may=anyone),
    post("/screenings/{screening}/holds", hold, may=anyone, limit=HOLDS),
]
