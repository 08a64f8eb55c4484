"""Royalties on the desks of both sides: as they grow, period by period, and as files; and how licensees do."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund import money as amounts
from crowdfund.database.ids import private_or_none, public
from crowdfund.desk.royalties import queries, shown
from crowdfund.desk.royalties.shown import LicenceShown
from crowdfund.payouts.royalties import queries as royalties
from crowdfund.payouts.royalties.models import RoyaltyStatement
from crowdfund.payouts.royalties.rules import add_months
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound
from crowdfund.web import csv, formats
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import page
from crowdfund.web.routes import get, member

DESK = "/desk/{organisation}/royalties"
MONTHS = 12
STATES = {
    "accepted": lazy("Begins soon"), "active": lazy("In force"), "sell_off": lazy("Selling off"), "ended": lazy("Ended"),
    "suspended": lazy("Suspended"), "terminated": lazy("Terminated"),
}  # fmt: skip
LINE_COLUMNS = (
    "earned_at", "order", "country", "product", "variant", "currency", "quantity", "returned", "net", "net_given_back",
    "royalty_percent", "royalty", "royalty_given_back",
)  # fmt: skip
COLUMNS = (
    "licence", "title", "seller", "kind", "from", "to", "currency", "units", "net_sales", "royalty", "topped_up", "state", "due", "paid",
)  # fmt: skip


async def show(request: Request) -> Response:
    organisation: Organisation = request.state.organisation
    licences = await shown.licences_of(organisation.id)
    given = [one for one in licences if one.row["licensor_id"] == organisation.id]
    held = [one for one in licences if one.row["licensor_id"] != organisation.id]
    purses = {currency: await _purse(given or held, currency) for currency in _currencies(given or held)}
    scenes = await queries.SCENES(organisation.id)
    return page(
        request, "desk/royalties.html", organisation=organisation, given=given, held=held, purses=purses, states=STATES,
        sellers=shown.sellers_in(given), scenes=scenes, best=_best(scenes), stars=stars_said, here=f"{organisation.desk_path}/royalties",
    )  # fmt: skip


def _currencies(licences: Sequence[LicenceShown]) -> list[str]:
    counted = Counter(
        currency for one in licences for currency, sums in one.sums.items() if sums.royalty_minor or sums.orders
    )
    return [currency for currency, _times in counted.most_common()]


async def _purse(licences: Sequence[LicenceShown], currency: str) -> dict[str, Any]:
    """Tiles and chart of one currency: what accrued, what was paid, and month by month how it grew."""
    sums = [one.sums[currency] for one in licences if currency in one.sums]
    due = [one.due_at for one in licences if one.due_at is not None and one.sums.get(currency)]
    points = await _points([one.row["id"] for one in licences], currency)
    return {
        "accrued": sum(one.accrued_minor for one in sums), "paid": sum(one.paid_minor for one in sums),
        "topped_up": sum(one.topped_up_minor for one in sums), "net": sum(one.net_minor for one in sums),
        "units": sum(one.units for one in sums), "due_at": min(due, default=None), "points": points,
        "says": _("In the last %(months)s months %(amount)s accrued.")
        % {"months": formats.number(MONTHS), "amount": formats.money(sum(minor for _, minor, _ in points), currency)},
    }  # fmt: skip


async def _points(licence_ids: Sequence[int], currency: str) -> list[tuple[str, int, str]]:
    now = clock.now()
    this = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = [add_months(this, -back) for back in reversed(range(MONTHS))]
    grew: Counter[datetime] = Counter()
    for row in await queries.GREW(shown.accounts_of(licence_ids), currency, clock.to_us(months[0])):
        at = clock.from_us(row["day"] * 86_400_000_000)
        grew[at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)] += row["minor"]
    return [(formats.month(month), max(0, grew[month]), formats.money(grew[month], currency)) for month in months]


def _best(scenes: list[dict[str, Any]]) -> dict[str, int]:
    """The most that one scene brought in a currency: what bars are drawn against."""
    best: dict[str, int] = {}
    for row in scenes:
        best[row["currency"]] = max(best.get(row["currency"], 0), row["net_minor"])
    return best


def stars_said(tenths: int) -> str:
    return f"{formats.number(tenths // 10)}.{tenths % 10}"


async def _found(request: Request) -> LicenceShown:
    return await shown.licence_of(request.state.organisation.id, private_or_none(request.path_params["licence"]))


async def show_licence(request: Request) -> Response:
    organisation, one = request.state.organisation, await _found(request)
    return page(
        request, "desk/royalties_licence.html", organisation=organisation, one=one, states=STATES, stars=stars_said,
        statements=[(public(row.id), row) for row in await shown.statements_of(one.row["id"])],
        is_licensor=one.row["licensor_id"] == organisation.id, here=f"{organisation.desk_path}/royalties/{one.id}",
        begins=clock.from_us(one.row["starts_at"]), ends=clock.from_us(one.row["ends_at"]),
    )  # fmt: skip


# --- as files ---


async def statements_file(request: Request) -> Response:
    """All statements of all licences of this organisation, one a line."""
    organisation: Organisation = request.state.organisation
    return csv.file(f"royalties-{organisation.slug}.csv", COLUMNS, _statement_rows(organisation.id))


async def _statement_rows(organisation_id: int) -> AsyncIterator[list[list[str]]]:
    for one in await shown.licences_of(organisation_id):
        yield [_statement_cells(one, row) for row in await shown.statements_of(one.row["id"])]


def _statement_cells(one: LicenceShown, row: RoyaltyStatement) -> list[str]:
    minors = [amounts.plain(minor, row.currency) for minor in (row.net_minor, row.royalty_minor, row.topped_up_minor)]
    return [
        one.id, csv.harmless(one.row["title"]), csv.harmless(one.row["seller"]), row.kind, _day(row.from_at), _day(row.to_at),
        row.currency, str(row.units), *minors, row.state, _day(row.due_at), _day(row.paid_at) if row.paid_at else "",
    ]  # fmt: skip


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


async def lines_file(request: Request) -> Response:
    """What one statement is made of: each line that was sold in its period, as it stands."""
    one, number = await _found(request), private_or_none(request.path_params["statement"])
    statement = await RoyaltyStatement.get_or_none(id=number, licence_id=one.row["id"]) if number is not None else None
    if statement is None:
        raise NotFound("There is no such statement.")
    name = f"royalties-{one.id}-{statement.from_at:%Y-%m-%d}.csv"
    return csv.file(name, LINE_COLUMNS, _line_rows(statement))


async def _line_rows(statement: RoyaltyStatement) -> AsyncIterator[list[list[str]]]:
    period = clock.to_us(statement.from_at), clock.to_us(statement.to_at)
    rows = await royalties.LINES(statement.licence_id, statement.currency, *period)
    yield [_line_cells(row, statement.currency) for row in rows]


def _line_cells(row: dict[str, Any], currency: str) -> list[str]:
    def plain(minor: int) -> str:
        return amounts.plain(minor, currency)

    return [
        _day(clock.from_us(row["earned_at"])), public(row["order_id"]), row["country"], csv.harmless(row["name"]),
        csv.harmless(row["variant_name"]), currency, str(row["quantity"]), str(row["returned"]), plain(row["net_minor"]),
        plain(row["net_back_minor"]), f"{row['royalty_bps'] / 100:.2f}", plain(row["royalty_minor"]), plain(row["royalty_back_minor"]),
    ]  # fmt: skip


_SEE = member("viewer")
routes = [
    get(DESK, show, may=_SEE),
    get(f"{DESK}.csv", statements_file, may=_SEE),
    get(f"{DESK}/{{licence}}", show_licence, may=_SEE),
    get(f"{DESK}/{{licence}}/{{statement}}.csv", lines_file, may=_SEE),
]
