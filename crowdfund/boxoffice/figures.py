"""What screenings have brought, by how certain it is: sold, locked, recognised, settled. Four numbers, never one in place of another.

sold: what live tickets cost, captured. locked: of it what no fan can get back by the refund ladder any more, less the deal's
reserve for refunds. recognised: of films that were shown, and of tickets that were admitted. settled: shared out. Without
booking fees, each currency by itself. Read from counters by screening, so it takes no longer with more tickets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crowdfund import clock
from crowdfund.boxoffice.reading import queries
from crowdfund.boxoffice.rules import RESERVE_BPS
from crowdfund.screenings.models import ScreeningState
from crowdfund.screenings.rules import read_ladder, share_back_bps

CALLED_OFF = (ScreeningState.CANCELLED, ScreeningState.RESCHEDULED)
CURVE_DAYS = 21


@dataclass(frozen=True, slots=True)
class Figure:
    """One screening. settled_minor: what was shared out; none before."""

    row: dict[str, Any]
    now: int

    @property
    def sold_minor(self) -> int:
        return int(self.row["gross_minor"])

    @property
    def is_over(self) -> bool:
        over = self.row["state"] in (ScreeningState.SCREENED, ScreeningState.SETTLED) or self.row["ends_at"] <= self.now
        return bool(over) and self.row["state"] not in CALLED_OFF

    @property
    def settled_minor(self) -> int:
        return int(self.row["settled_minor"] or 0)

    @property
    def locked_minor(self) -> int:
        if self.row["state"] == ScreeningState.SETTLED:
            return self.settled_minor
        if self.row["state"] in CALLED_OFF:
            return 0
        back = share_back_bps(read_ladder(self.row["refund_steps"]), self.row["starts_at"], self.now)
        kept = self.sold_minor * (10_000 - back) // 10_000
        return kept - kept * int(self.row["reserve_bps"]) // 10_000

    @property
    def recognised_minor(self) -> int:
        if self.row["state"] == ScreeningState.SETTLED:
            return self.settled_minor
        return self.sold_minor if self.is_over else int(self.row["admitted_minor"])

    @property
    def no_shows(self) -> int:
        return int(self.row["sold"] - self.row["admitted"]) if self.is_over else 0

    @property
    def day(self) -> str:
        """The date on which it begins, by the clocks of its venue."""
        starts = clock.from_us(self.row["starts_at"])
        return f"{starts.astimezone(ZoneInfo(self.row['zone'])):%Y-%m-%d}"


@dataclass(slots=True)
class Sums:
    """Several screenings of one currency together."""

    currency: str
    screenings: int = 0
    places: int = 0
    sold: int = 0
    sold_minor: int = 0
    locked_minor: int = 0
    recognised_minor: int = 0
    settled_minor: int = 0
    admitted: int = 0
    no_shows: int = 0
    over: int = 0
    refunded: int = 0
    refunded_minor: int = 0

    def take(self, one: Figure) -> None:
        self.screenings += 1
        self.places += one.row["places"]
        self.sold += one.row["sold"]
        self.sold_minor += one.sold_minor
        self.locked_minor += one.locked_minor
        self.recognised_minor += one.recognised_minor
        self.settled_minor += one.settled_minor
        self.admitted += one.row["admitted"]
        self.no_shows += one.no_shows
        self.over += one.is_over
        self.refunded += one.row["refunded"]
        self.refunded_minor += one.row["refunded_minor"]

    @property
    def average_minor(self) -> int:
        return self.sold_minor // self.sold if self.sold else 0

    @property
    def occupancy_bps(self) -> int:
        return self.sold * 10_000 // self.places if self.places else 0


# What a report can be grouped by: the key of a row, and the facts that stand in it.
GROUPS: dict[str, Callable[[Figure], tuple[str, ...]]] = {
    "title": lambda one: (one.row["title"],),
    "territory": lambda one: (one.row["title"], one.row["country"]),
    "venue": lambda one: (one.row["title"], one.row["country"], one.row["venue"]),
    "day": lambda one: (one.row["title"], one.row["country"], one.row["venue"], one.day),
}


@dataclass(slots=True)
class Report:
    """rows: sums by what they are grouped by and currency, in order; whole: by currency."""

    by: str
    rows: list[tuple[tuple[str, ...], Sums]] = field(default_factory=list)
    whole: dict[str, Sums] = field(default_factory=dict)
    figures: Sequence[Figure] = ()


async def figures_of(
    *, title_id: int | None = None, cinema_id: int | None = None, producer_id: int | None = None
) -> list[Figure]:
    """The screenings of a title, of a cinema, or of all of a producer's titles, by time."""
    now = clock.now_us()
    return [Figure(row, now) for row in await queries.rows_of_screenings(title_id, cinema_id, producer_id, RESERVE_BPS)]


def report_of(figures: Iterable[Figure], by: str) -> Report:
    found, kept = Report(by), list(figures)
    rows: dict[tuple[tuple[str, ...], str], Sums] = {}
    for one in kept:
        currency = one.row["currency"]
        key = (GROUPS[by](one), currency)
        rows.setdefault(key, Sums(currency)).take(one)
        found.whole.setdefault(currency, Sums(currency)).take(one)
    found.rows = [(key, sums) for (key, _currency), sums in sorted(rows.items())]
    found.figures = kept
    return found


async def curve_of(figures: Iterable[Figure]) -> list[tuple[int, int]]:
    """Tickets sold by days before the show, that are still live: (21, 4), …, (0, 12); what was sold before that counts in 22.

    Both days are those of the venue: from a Friday's evening to a Saturday's matinee is one, whatever the clocks did in between.
    """
    shown_on = {one.row["id"]: clock.day_there(one.row["starts_at"], one.row["zone"]) for one in figures}
    found = await queries.sold_by_days_before(shown_on, CURVE_DAYS) if shown_on else {}
    return [(days, found.get(days, 0)) for days in range(CURVE_DAYS + 1, -1, -1)]


def day_of(text: str) -> datetime:
    """A day of a row, as pages show days."""
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo("UTC"))
