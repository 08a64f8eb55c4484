"""Box office shares through the API: the lines that an organisation is paid by, and nothing else of the film."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.boxoffice.shares import LAST, Share, shares_of, sums_of, total_minor
from crowdfund.database.ids import public
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.api import Out
from crowdfund.web.routes import bearer, get


class PaidLineOut(Out):
    """what: `share` of the gross; `cost`: borne of the payment company's part; `fee`: left of booking fees. payee: key in the deal."""

    what: str
    payee: str
    name: str
    amount_minor: int


class ShareOut(Out):
    """kind: `settled`, `true_up`, `taken_back`, `given_back`, `added`. amount_minor: of its lines together; below zero: taken back."""

    id: str
    kind: str
    screening: str
    title: str
    venue: str
    city: str
    country: str
    starts_at: str
    currency: str
    amount_minor: int
    lines: list[PaidLineOut]
    made_at: str


class ShareSumOut(Out):
    currency: str
    settlements: int
    lines: int
    amount_minor: int


class ShareSumsOut(Out):
    items: list[ShareSumOut]


def _share(lines: list[Share]) -> ShareOut:
    row = lines[0].row
    shown = [
        PaidLineOut(
            what=one.row["what"], payee=one.row["payee"], name=one.payee(), amount_minor=one.row["amount_minor"]
        )
        for one in lines
    ]
    return ShareOut(
        id=public(row["settlement_id"]), kind=row["kind"], screening=public(row["screening_id"]), title=row["title"],
        venue=row["venue"], city=row["city"], country=row["country"], starts_at=api.instant(clock.from_us(row["starts_at"])),
        currency=row["currency"], amount_minor=total_minor(lines), lines=shown, made_at=api.instant(clock.from_us(row["made_at"])),
    )  # fmt: skip


async def list_shares(request: Request) -> Response:
    """Settlements in which an organisation has a line, whatever its part in the film, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else LAST
    rows = await shares_of(organisation.id, before=before, limit=asked.limit + 1)
    return api.paged(request, rows, asked, _share, lambda lines: int(lines[0].row["settlement_id"]))


async def sums(request: Request) -> ShareSumsOut:
    """What all lines of an organisation come to, currency by currency."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    found = await sums_of(organisation.id)
    return ShareSumsOut(
        items=[
            ShareSumOut(
                currency=one.currency, settlements=one.settlements, lines=one.lines, amount_minor=one.amount_minor
            )
            for one in found
        ]
    )


_ALL, _MONEY = "/api/v1/organisations/{organisation}/box-office-shares", bearer("money:read")
routes = [
    get(
        _ALL,
        list_shares,
        may=_MONEY,
        gives=ShareOut,
        lists=True,
        summary="Shares of tickets that an organisation is paid by",
    ),
    get(f"{_ALL}/sums", sums, may=_MONEY, gives=ShareSumsOut, summary="What its shares of tickets come to"),
]
