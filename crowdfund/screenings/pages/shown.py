"""Halls, bookings and screenings as templates show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_url
from crowdfund.database.ids import public
from crowdfund.screenings.models import ScreeningState
from crowdfund.screenings.rules import Ladder
from crowdfund.screenings.seating.found import Form, counted
from crowdfund.screenings.seating.plan import Plan
from crowdfund.web import formats, i18n
from crowdfund.web.i18n import _, ngettext, pgettext


def found_words(plan: Plan) -> str:
    """`214 seats in 3 zones, 2 wheelchair spaces, 300 standing`"""
    found = counted(plan)
    zones = ngettext("%(num)s zone", "%(num)s zones", found.zones) % {"num": formats.number(found.zones)}
    parts = []
    if found.seats:
        seats = ngettext("%(num)s seat in %(zones)s", "%(num)s seats in %(zones)s", found.seats)
        parts.append(seats % {"num": formats.number(found.seats), "zones": zones})
    if found.wheelchairs:
        words = ngettext("%(num)s wheelchair space", "%(num)s wheelchair spaces", found.wheelchairs)
        parts.append(words % {"num": formats.number(found.wheelchairs)})
    if found.companions:
        words = ngettext("%(num)s companion's seat", "%(num)s companions' seats", found.companions)
        parts.append(words % {"num": formats.number(found.companions)})
    if found.standing:
        parts.append(_("%(num)s standing") % {"num": formats.number(found.standing)})
    return pgettext("between facts", ", ").join(parts)


def form_words(form: Form | None) -> str:
    return {
        Form.OURS: _("Read as our own plan (JSON)."), Form.PRETIX: _("Read as a seating plan of pretix (JSON)."),
        Form.CSV: _("Read as a table (CSV)."),
    }.get(form, "") if form else ""  # fmt: skip


def percent_text(part: int, whole: int) -> str:
    return formats.percent(part, whole)


def ladder_words(ladder: Ladder) -> list[str]:
    """What a fan who cancels gets back, a sentence a step."""
    if not ladder:
        return [_("Nothing is given back to who cancels.")]
    said = []
    for hours, bps in ladder:
        words = ngettext(
            "Until %(num)s hour before the start: %(share)s back.",
            "Until %(num)s hours before the start: %(share)s back.",
            hours,
        )
        if not hours:
            words = _("Until it starts: %(share)s back.")
        said.append(words % {"num": formats.number(hours), "share": formats.rate(bps)})
    return [*said, _("After that nothing.")]


@dataclass(frozen=True, slots=True)
class Row:
    """A screening in a list. time, day_text: by the clocks of its venue. sale: what its sale is doing, in words; empty where it is over."""

    id: str
    path: str
    title: str
    colour: str
    where: str
    time: str
    day: date
    day_text: str
    state: str
    sale: str
    sold: int
    places: int
    blocked: int
    gross_minor: int
    currency: str
    zone: str
    is_draft: bool

    @property
    def share(self) -> str:
        return formats.percent(self.sold, self.places)


def rows_of(found: Iterable[dict[str, Any]], base: str) -> list[Row]:
    now = clock.now_us()
    return [_row(one, base, now) for one in found]


def _row(one: dict[str, Any], base: str, now: int) -> Row:
    there = clock.from_us(one["starts_at"]).astimezone(ZoneInfo(one["zone"]))
    return Row(
        id=public(one["id"]), path=f"{base}/screenings/{public(one['id'])}", title=one["title"], colour=one["colour"],
        where=f"{one['venue']}, {one['hall']}", time=f"{there:%H:%M}", day=there.date(), day_text=day_text(there.date()),
        state=one["state"], sale=_sale(one, now), sold=one["sold"], places=one["places"], blocked=one["blocked"],
        gross_minor=one["gross_minor"], currency=one["currency"], zone=one["zone"], is_draft=one["state"] == ScreeningState.DRAFT,
    )  # fmt: skip


def _sale(one: dict[str, Any], now: int) -> str:
    if one["state"] != ScreeningState.ON_SALE:
        return ""
    if now < one["sale_opens_at"]:
        return _("Sale opens %(when)s") % {"when": short_moment(one["sale_opens_at"], one["zone"])}
    if now >= one["sale_closes_at"]:
        return _("Sale is over")
    return ""


def short_moment(at: int | datetime, zone: str) -> str:
    """`31 Aug, 18:00`, by the clocks of a place."""
    there = formats.aware(at).astimezone(ZoneInfo(zone))
    day = dates.format_skeleton("MMMd", there, tzinfo=there.tzinfo, locale=dated())
    return f"{day}, {there:%H:%M}"


def dated() -> Any:
    return "en_GB" if i18n.locale() == "en" else i18n.locale()


def day_text(day: date) -> str:
    """`Monday 31 August`"""
    return str(dates.format_skeleton("MMMMEEEEd", day, locale=dated()))


def by_day(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """By the day of each venue's own calendar."""
    ordered = sorted(rows, key=lambda row: (row.day, row.time, row.where))
    return [(text, list(found)) for text, found in groupby(ordered, key=lambda row: row.day_text)]


def title_art(row: dict[str, Any]) -> str:
    return art_url(row["id"], row["image_id"], row["scene"])
