"""Settlements and figures through the API: each side reads what is theirs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints
from starlette.requests import Request

from crowdfund.boxoffice.api.own import own_screening
from crowdfund.boxoffice.figures import GROUPS, figures_of, report_of
from crowdfund.boxoffice.refunding import refund_after_show, typed_ticket
from crowdfund.boxoffice.rules import WORDS_MAX
from crowdfund.boxoffice.settling import tell_count
from crowdfund.boxoffice.shown import RowShown, settlement_of
from crowdfund.database.ids import public
from crowdfund.database.once import once
from crowdfund.money import AMOUNT_MAX_MINOR
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.screenings.models import Ticket
from crowdfund.web import api
from crowdfund.web.api import LINES, READABLE, In, Out
from crowdfund.web.formats import said
from crowdfund.web.routes import bearer, get, post

_BY = api.Filter("by", "What a row is: `title`, `territory`, `venue` or `day`.", tuple(GROUPS), default="day")
_SIDE = api.Filter(
    "as",
    "As whose: of all screenings of its titles, or of its own screenings.",
    ("producer", "cinema"),
    default="producer",
)
_Words = Annotated[str, StringConstraints(max_length=WORDS_MAX, pattern=LINES, strip_whitespace=True), READABLE]


class ShareLineOut(Out):
    """what: `share` of the gross; `cost`: borne of the payment company's part; `fee`: left of booking fees."""

    what: str
    payee: str
    organisation: str
    amount_minor: int


class RowOut(Out):
    """kind: `settled`, `true_up`, `taken_back`, `given_back`, `added`. Rows are never changed; amounts may be below zero."""

    kind: str
    gross_minor: int
    admissions: int
    fees_minor: int
    deal_version: int
    deal_sha256: str
    input_sha256: str
    lines: list[ShareLineOut]
    made_at: str


class SettlementOut(Out):
    """waits: why it is not settled yet, in sentences. counted: what the cinema counted, if it has told."""

    screening: str
    state: str
    currency: str
    sold: int
    admitted: int
    counted: int | None
    waits: list[str]
    rows: list[RowOut]


class DoorCountIn(In):
    """words: why it is another number than the door's; needed where the two differ."""

    counted: Annotated[int, Field(ge=0, le=1_000_000)]
    words: _Words = ""


class TicketRefundIn(In):
    """ticket: its typed code. amount_minor left out: all that is left of price and fee."""

    ticket: Annotated[str, StringConstraints(min_length=4, max_length=20, pattern=r"^[0-9A-Za-z -]+$")]
    reason: Annotated[
        str, StringConstraints(min_length=3, max_length=WORDS_MAX, pattern=LINES, strip_whitespace=True), READABLE
    ]
    amount_minor: Annotated[int, Field(gt=0, le=AMOUNT_MAX_MINOR)] | None = None


class TicketRefundOut(Out):
    amount_minor: int
    left_minor: int
    currency: str


class FigureOut(Out):
    """Four numbers, never one in place of another: sold, locked, recognised, settled; without booking fees."""

    title: str
    territory: str | None
    venue: str | None
    day: str | None
    currency: str
    screenings: int
    places: int
    tickets: int
    sold_minor: int
    locked_minor: int
    recognised_minor: int
    settled_minor: int
    admitted: int
    no_shows: int
    refunded: int
    refunded_minor: int


class FiguresOut(Out):
    items: list[FigureOut]


def _row(one: RowShown) -> RowOut:
    lines = [
        ShareLineOut(what=what, payee=key, organisation=name, amount_minor=minor)
        for what, key, name, minor in one.lines
    ]
    return RowOut(
        kind=one.row.kind, gross_minor=one.row.gross_minor, admissions=one.row.admissions, fees_minor=one.row.fees_minor,
        deal_version=one.version, deal_sha256=one.row.deal_sha256, input_sha256=one.row.input_sha256, lines=lines,
        made_at=api.instant(one.row.made_at),
    )  # fmt: skip


async def show_settlement(request: Request) -> SettlementOut:
    """What a screening came to, who has what of it, and what is in the way."""
    screening, side = await own_screening(request, Role.VIEWER)
    return await _settlement(screening.id, side)


async def _settlement(screening_id: int, side: int) -> SettlementOut:
    found = await settlement_of(screening_id, side)
    screening = found.screening
    return SettlementOut(
        screening=public(screening.id), state=screening.state, currency=screening.currency, sold=screening.sold,
        admitted=screening.admitted, counted=found.count.counted if found.count else None, waits=[said(one) for one in found.waits],
        rows=[_row(one) for one in found.rows],
    )  # fmt: skip


async def count(request: Request, body: DoorCountIn) -> SettlementOut:
    """Tell what the cinema counted at its door."""
    screening, side = await own_screening(request, Role.MANAGER, cinema_only=True)
    await tell_count(screening, body.counted, body.words, by=request.state.person.id)
    return await _settlement(screening.id, side)


async def give_back(request: Request, body: TicketRefundIn) -> TicketRefundOut:
    """Give a ticket's money back after the show: after settlement exactly its own lines are taken back."""
    screening, _side = await own_screening(request, Role.MANAGER, cinema_only=True)
    by, ticket = request.state.person.id, await typed_ticket(screening.id, body.ticket, field="ticket")

    async def make() -> int:
        given = await refund_after_show(screening.id, ticket.id, body.reason, by=by, amount_minor=body.amount_minor)
        return given.minor

    wish = [ticket.id, body.reason, body.amount_minor]
    minor = await once(by, f"ticket-refund:{request.state.idempotency_key}", wish, make)
    now = await Ticket.get(id=ticket.id)
    left_minor = now.price_minor + now.fee_minor - now.refunded_minor
    return TicketRefundOut(amount_minor=minor, left_minor=left_minor, currency=now.currency)


async def list_figures(request: Request) -> FiguresOut:
    """What screenings have brought, by how certain it is: of an organisation's titles, or of its own cinemas."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    by, is_producer = _BY.of(request), _SIDE.of(request) == "producer"
    figures = await figures_of(**{"producer_id" if is_producer else "cinema_id": organisation.id})
    return FiguresOut(items=[_figure(by, key, sums) for key, sums in report_of(figures, by).rows])


def _figure(by: str, key: tuple[str, ...], sums: Any) -> FigureOut:
    facts: dict[str, Any] = dict(zip(GROUPS, (*key, None, None, None), strict=False))
    names = ("screenings", "places", "sold_minor", "locked_minor", "recognised_minor", "settled_minor", "admitted", "no_shows",
             "refunded", "refunded_minor")  # fmt: skip
    return FigureOut(
        **facts, currency=sums.currency, tickets=sums.sold, **{name: getattr(sums, name) for name in names}
    )


_ONE = "/api/v1/screenings/{screening}"
_MONEY, _WRITE = bearer("money:read"), bearer("organisations:write")
routes = [
    get(f"{_ONE}/settlement", show_settlement, may=_MONEY, gives=SettlementOut, summary="The settlement of a screening"),
    post(f"{_ONE}/door-counts", count, may=_WRITE, takes=DoorCountIn, gives=SettlementOut, summary="Tell what the door counted"),
    post(
        f"{_ONE}/ticket-refunds", give_back, may=_WRITE, takes=TicketRefundIn, gives=TicketRefundOut, creates=True,
        summary="Give a ticket's money back after the show",
    ),
    get(
        "/api/v1/organisations/{organisation}/box-office", list_figures, may=_MONEY, gives=FiguresOut, filters=[_BY, _SIDE],
        summary="Sold, locked, recognised, settled",
    ),
]  # fmt: skip
