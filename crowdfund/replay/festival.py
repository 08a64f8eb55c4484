"""A film festival's ticket day: 50,000 numbered seats over 300 screenings, held, ordered and paid through HTTP by fans who want the same.

The shape is Shanghai's, which sold 50,000 seats in a minute (infoq.cn/article/YRFUdHJ1iI2CSsE9iqZ4). Each screening's seats are wanted by
parties of one to four, and one party in five asks for seats that another one wants as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crowdfund.replay.report import Report

NAME = "festival-50k"
SCREENINGS, SEATS = 300, 50_000
PRICE_MINOR, FEE_MINOR = 60_00, 2_00


@dataclass(frozen=True, slots=True)
class FestivalDataset:
    name: str
    sizes: Sequence[int]  # seats of each screening
    seed: int


def read_festival(seed: int, limit: int | None) -> FestivalDataset:
    """limit: only so many screenings."""
    small, large = 150, 200
    many_large = (SEATS - SCREENINGS * small) // (large - small)
    sizes = [large if n % 3 == 0 else small for n in range(SCREENINGS)]
    assert sizes.count(large) == many_large and sum(sizes) == SEATS
    return FestivalDataset(NAME, sizes[:limit], seed)


@dataclass(slots=True)
class FestivalResult(Report):
    """Names are the keys of the JSON. differences: what is not as it has to be; any of them is a failure."""

    dataset: str
    database: str
    screenings: int = 0
    seats: int = 0
    parties: int = 0
    refused_taken: int = 0
    seats_held: int = 0
    holding_seconds: float = 0.0
    holds_per_second: float = 0.0
    seats_per_second: float = 0.0
    hold_p50_ms: float = 0.0
    hold_p99_ms: float = 0.0
    orders: int = 0
    ordering_seconds: float = 0.0
    orders_per_second: float = 0.0
    order_p99_ms: float = 0.0
    begun_again: int = 0
    paid: int = 0
    paying_seconds: float = 0.0
    paid_per_second: float = 0.0
    tickets: int = 0
    sold_twice: int = 0
    collected_minor: int = 0
    peak_rss_mib: float = 0.0
    books_balanced: bool = False
    differences: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[str, str]]:
        return [
            ("dataset", f"{self.dataset} on {self.database}"),
            ("programme", f"{self.screenings:,} screenings, {self.seats:,} numbered seats"),
            ("holding", f"{self.holding_seconds:.1f} s: {self.parties:,} parties, {self.holds_per_second:,.0f} requests and "
                        f"{self.seats_per_second:,.0f} seats a second; p50 {self.hold_p50_ms} ms, p99 {self.hold_p99_ms} ms; "
                        f"{self.refused_taken:,} came second and were told so"),
            ("ordering", f"{self.ordering_seconds:.1f} s: {self.orders:,} orders, {self.orders_per_second:,.0f} a second; "
                         f"p99 {self.order_p99_ms} ms"),
            ("paying", f"{self.paying_seconds:.1f} s: {self.paid:,} orders paid on the processor's page, "
                       f"{self.paid_per_second:,.0f} a second; {self.begun_again:,} chose again, their time was over before their turn"),
            ("tickets", f"{self.tickets:,}, {self.sold_twice} sold twice; {self.collected_minor / 100:,.2f} collected"),
            ("server", f"peak memory of one process {self.peak_rss_mib:.0f} MiB"),
            ("books", "balanced" if self.books_balanced else "NOT BALANCED"),
        ]  # fmt: skip
