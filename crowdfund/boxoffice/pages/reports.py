"""What was sold where, for producers and cinemas: each sees what is theirs. Tables, charts, a file."""

from __future__ import annotations

import csv
import io
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import money as amounts
from crowdfund.boxoffice.figures import (
    CURVE_DAYS,
    GROUPS,
    Figure,
    Report,
    Sums,
    curve_of,
    day_of,
    figures_of,
    report_of,
)
from crowdfund.boxoffice.net import Net, net_of
from crowdfund.boxoffice.rules import NoSuchDeal
from crowdfund.database.ids import private_or_none, public
from crowdfund.screenings.models import Booking
from crowdfund.titles.models import Title
from crowdfund.web import formats
from crowdfund.web.i18n import _, lazy, ngettext
from crowdfund.web.page import page
from crowdfund.web.routes import get, member

DESK = "/desk/{organisation}/box-office"
BY = {"territory": lazy("Territory"), "venue": lazy("Cinema"), "day": lazy("Day")}
COLUMNS = (
    "screenings", "places", "sold", "average_minor", "occupancy_bps", "sold_minor", "locked_minor", "recognised_minor",
    "settled_minor", "admitted", "no_shows", "refunded", "refunded_minor",
)  # fmt: skip


async def overview(request: Request) -> Response:
    """Every title of which something is theirs, with its four numbers."""
    organisation = request.state.organisation
    figures = await _own(organisation.id)
    by_title: dict[int, list[Figure]] = {}
    for one in figures:
        by_title.setdefault(one.row["title_id"], []).append(one)
    rows = [(public(key), found[0].row["title"], report_of(found, "title").whole) for key, found in by_title.items()]
    return page(
        request, "boxoffice/reports.html", organisation=organisation, day_of=day_of, rows=sorted(rows, key=lambda row: row[1]),
        whole=report_of(figures, "title").whole, to_settle=[one for one in figures if one.row["state"] == "screened"][:50],
    )  # fmt: skip


async def _own(organisation_id: int) -> list[Figure]:
    """Screenings of its own titles, and screenings that it shows."""
    found = {one.row["id"]: one for one in await figures_of(producer_id=organisation_id)}
    found |= {one.row["id"]: one for one in await figures_of(cinema_id=organisation_id)}
    return sorted(found.values(), key=lambda one: (one.row["starts_at"], one.row["id"]))


async def _title(request: Request) -> tuple[Title, int | None]:
    """The title of the path, and which cinema's screenings of it may be seen; none: all, for its producer. Raises NoSuchDeal."""
    number, organisation_id = private_or_none(request.path_params["title"]), request.state.organisation.id
    title = await Title.get_or_none(id=number) if number is not None else None
    if title is not None and title.organisation_id == organisation_id:
        return title, None
    if title is None or not await Booking.exists(title_id=title.id, organisation_id=organisation_id):
        raise NoSuchDeal("There is no such title.")
    return title, organisation_id


async def _report(request: Request, title: Title, cinema_id: int | None) -> tuple[Report, dict[str, Any]]:
    asked = request.query_params
    figures = await figures_of(title_id=title.id, cinema_id=cinema_id)
    countries = sorted({one.row["country"] for one in figures})
    venues = sorted({(public(one.row["venue_id"]), one.row["venue"]) for one in figures})
    country, venue, by = asked.get("territory", ""), asked.get("venue", ""), asked.get("by", "day")
    kept = [
        one for one in figures
        if (not country or one.row["country"] == country) and (not venue or public(one.row["venue_id"]) == venue)
    ]  # fmt: skip
    by = by if by in BY else "day"
    facts = {"countries": countries, "venues": venues, "territory": country, "venue": venue, "by": by}
    return report_of(kept, by), facts


async def of_title(request: Request) -> Response:
    """One title: four numbers, by territory, cinema and day; the presale's curve; what is whose."""
    title, cinema_id = await _title(request)
    report, facts = await _report(request, title, cinema_id)
    curve = await curve_of(title.id, cinema_id=cinema_id)
    nets: dict[str, Net] = {}
    if cinema_id is None:
        nets = {currency: await net_of(title, currency) for currency in report.whole}
    organisation = request.state.organisation
    return page(
        request, "boxoffice/report.html", organisation=organisation, title=title, report=report, bys=BY, day_of=day_of, nets=nets,
        is_producer=cinema_id is None, curve=_curve_points(curve), curve_says=_curve_says(curve),
        base=f"/desk/{organisation.slug}/box-office/{public(title.id)}", query=request.url.query, **facts,
        screenings=[one for one in report.figures if one.row["state"] in ("screened", "settled")][-60:],
    )  # fmt: skip


def _curve_points(curve: list[tuple[int, int]]) -> list[tuple[str, int, str]]:
    def label(days: int) -> str:
        return _("before") if days > CURVE_DAYS else _("day 0") if not days else f"−{days}"

    return [
        (label(days), sold, ngettext("%(num)s ticket", "%(num)s tickets", sold) % {"num": formats.number(sold)})
        for days, sold in curve
    ]


def _curve_says(curve: list[tuple[int, int]]) -> str:
    whole = sum(sold for _days, sold in curve)
    early = sum(sold for days, sold in curve if days >= 7)
    facts = {"num": formats.number(whole), "early": formats.percent(early, whole) if whole else "0 %"}
    sentence = _(
        "%(num)s live tickets by the day on which they were sold, counted back from the show; %(early)s a week or more before."
    )
    return sentence % facts


# --- as a file ---


def safe(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdigit() and text.isascii()


def csv_of(report: Report) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*list(GROUPS)[: 1 + list(GROUPS).index(report.by)], "currency", *COLUMNS])
    for key, sums in report.rows:
        writer.writerow([safe(cell) for cell in (*key, sums.currency, *_cells(sums))])
    return out.getvalue()


def _cells(sums: Sums) -> list[str]:
    found = []
    for name in COLUMNS:
        value = getattr(sums, name)
        found.append(amounts.plain(value, sums.currency) if name.endswith("_minor") else str(value))
    return found


async def as_file(request: Request) -> Response:
    title, cinema_id = await _title(request)
    report, _facts = await _report(request, title, cinema_id)
    name = f"box-office-{public(title.id)}-{report.by}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response("\ufeff" + csv_of(report), headers=headers, media_type="text/csv; charset=utf-8")


routes = [
    get(DESK, overview, may=member("viewer")),
    get(f"{DESK}/{{title}}", of_title, may=member("viewer")),
    get(f"{DESK}/{{title}}/report.csv", as_file, may=member("viewer")),
]
