"""A seller's money on its desk: what is held, earned, on its way and paid; a line a cent, month by month, and as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund import money as amounts
from crowdfund.database.ids import public
from crowdfund.payouts.sellers import shown
from crowdfund.payouts.sellers.pages.words import kind_said, note_said
from crowdfund.payouts.sellers.shown import Purse
from crowdfund.payouts.sellers.statement import Line, Month, month_of
from crowdfund.people.models import Organisation
from crowdfund.web import csv, formats
from crowdfund.web.i18n import _, ngettext
from crowdfund.web.page import page
from crowdfund.web.routes import get, member

DESK = "/desk/{organisation}/earnings"
COLUMNS = ("at", "what", "order", "currency", "gross", "tax", "commission", "royalty", "payment_fee", "net", "balance")


async def show(request: Request) -> Response:
    organisation: Organisation = request.state.organisation
    purses = await shown.purses_of(organisation.id)
    purse = next(
        (one for one in purses if one.currency == request.query_params.get("currency")), purses[0] if purses else None
    )
    context: dict[str, Any] = {"organisation": organisation, "purses": purses, "purse": purse}
    if purse is not None:
        context |= await _of_purse(request, organisation, purse)
    return page(request, "payouts/earnings.html", **context)


async def _of_purse(request: Request, organisation: Organisation, purse: Purse) -> dict[str, Any]:
    month = month_of(request.query_params.get("month", ""), clock.now())
    lines = [line async for some in shown.lines_in(organisation.id, purse.currency, month) for line in some]
    payouts = await shown.payouts_of(organisation.id, purse.currency)
    return {
        "period": month, "lines": lines[: shown.LINES_AT_MOST], "left_out": max(0, len(lines) - shown.LINES_AT_MOST),
        "opening": await shown.opening_minor(organisation.id, purse.currency, month), "sums": _sums(lines),
        "orders": {subject: public(number) for subject, number in (await shown.orders_of(organisation.id, lines)).items()},
        "points": _points(lines, purse.currency), "says": _chart_says(lines, purse.currency), "kind_said": kind_said,
        "next": await shown.next_of(organisation, purse), "payouts": payouts, "note_said": note_said,
        "reversals": await shown.reversals_of(organisation.id, purse.currency),
        "sent_back": await shown.sent_back_by_banks(organisation.id, purse.currency), "here": f"{organisation.desk_path}/earnings",
        "query": lambda one: urlencode({"currency": purse.currency, "month": one.key}), "is_now": month == month_of("", clock.now()),
    }  # fmt: skip


def _sums(lines: list[Line]) -> dict[str, int]:
    """What a month came to, column by column: of sales, and of everything."""
    names = ("gross", "tax", "commission", "royalty", "fee", "change")
    return {name: sum(getattr(line, f"{name}_minor") for line in lines) for name in names}


def _days(lines: list[Line]) -> dict[int, tuple[int, int]]:
    """What sales brought each day, and what of them went back; both as positive amounts."""
    days: dict[int, tuple[int, int]] = {}
    for line in lines:
        if line.is_of_sales or line.kind == "royalty_paid":
            came, went = days.get(line.at // 86_400_000_000, (0, 0))
            minor = line.change_minor
            days[line.at // 86_400_000_000] = (came + max(0, minor), went + max(0, -minor))
    return days


def _points(lines: list[Line], currency: str) -> list[tuple[str, int, int, str]]:
    said = _("%(came)s in, %(went)s out")
    return [
        (
            formats.day_of_month(clock.from_us(day * 86_400_000_000)), came, went,
            said % {"came": formats.money(came, currency), "went": formats.money(went, currency)},
        )
        for day, (came, went) in sorted(_days(lines).items())
    ]  # fmt: skip


def _chart_says(lines: list[Line], currency: str) -> str:
    days = _days(lines)
    came, went = sum(day[0] for day in days.values()), sum(day[1] for day in days.values())
    sentence = ngettext(
        "On %(num)s day %(came)s were earned and %(went)s went back.",
        "On %(num)s days %(came)s were earned and %(went)s went back.",
        len(days),
    )
    return sentence % {
        "num": formats.number(len(days)), "came": formats.money(came, currency), "went": formats.money(went, currency)
    }  # fmt: skip


async def as_file(request: Request) -> Response:
    """All lines of a month, in words that are the same in any language, so that a program reads them."""
    organisation: Organisation = request.state.organisation
    month = month_of(request.query_params.get("month", ""), clock.now())
    purses = [one.currency for one in await shown.purses_of(organisation.id)]
    asked = request.query_params.get("currency", "")
    currency = asked if asked in purses else (purses[0] if purses else "EUR")
    name = f"earnings-{organisation.slug}-{currency}-{month.key}.csv"
    return csv.file(name, COLUMNS, _rows(organisation.id, currency, month))


async def _rows(organisation_id: int, currency: str, month: Month) -> AsyncIterator[list[list[str]]]:
    async for lines in shown.lines_in(organisation_id, currency, month):
        orders = await shown.orders_of(organisation_id, lines)
        yield [_cells(line, currency, orders) for line in lines]


def _cells(line: Line, currency: str, orders: dict[str, int]) -> list[str]:
    order = public(orders[line.subject]) if line.subject in orders else ""
    minors = (
        line.gross_minor, line.tax_minor, line.commission_minor, line.royalty_minor, line.fee_minor, line.change_minor,
        line.balance_minor,
    )  # fmt: skip
    at = f"{clock.from_us(line.at):%Y-%m-%dT%H:%M:%SZ}"
    return [at, line.kind, order, currency, *(amounts.plain(minor, currency) for minor in minors)]


routes = [get(DESK, show, may=member("viewer")), get(f"{DESK}.csv", as_file, may=member("viewer"))]
