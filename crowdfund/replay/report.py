"""What a replay found: a table for people, one object for programs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from typing import Any

DIFFERENCES_MAX = 50


class Report(ABC):
    """What each kind of replay tells of what it found; its fields are those of the dataclass that it is."""

    __slots__ = ()
    differences: list[str]
    books_balanced: bool

    @property
    @abstractmethod
    def rows(self) -> list[tuple[str, str]]:
        """The table that is printed: a name and what there is to say."""

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload]

    @property
    def lines(self) -> list[str]:
        wrong = [("DIFFERENCE", text) for text in self.differences]
        return [f"{name:<12}{text}" for name, text in [*self.rows, *wrong]]

    def differ(self, text: str) -> None:
        """Something is not as it has to be. Only the first fifty are kept: the rest says the same."""
        if len(self.differences) < DIFFERENCES_MAX:
            self.differences.append(text)


@dataclass(slots=True)
class Result(Report):
    """Names are the keys of the JSON. differences: what is not as the record has it; any of them is a failure."""

    dataset: str
    database: str
    campaigns: int = 0
    verdicts_right: int = 0
    verdicts_wrong: int = 0
    backers: int = 0
    pledges: int = 0
    shares: int = 0
    pledged_minor: int = 0
    collected_minor: int = 0
    refunded_minor: int = 0
    refused_over_cap: int = 0
    pledging_seconds: float = 0.0
    requests_per_second: float = 0.0
    pledges_per_second: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    charges_settled: int = 0
    settling_seconds: float = 0.0
    charges_per_second: float = 0.0
    settling_rss_begin_mib: float = 0.0
    settling_rss_end_mib: float = 0.0
    peak_rss_mib: float = 0.0
    books_balanced: bool = False
    ends: dict[str, int] = field(default_factory=dict)  # of a transfer that fell through: where its money went
    known_differences: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[str, str]]:
        money = f"{self.pledged_minor / 100:,.2f} promised, {self.collected_minor / 100:,.2f} collected, "
        rows = [
            ("dataset", f"{self.dataset} on {self.database}"),
            ("campaigns", f"{self.campaigns:,}: {self.verdicts_right:,} verdicts as recorded, {self.verdicts_wrong:,} not"),
            ("backers", f"{self.backers:,} with {self.pledges:,} pledges and {self.shares:,} shares"),
            ("money", f"{money}{self.refunded_minor / 100:,.2f} refunded"),
            ("pledging", f"{self.pledging_seconds:.1f} s: {self.requests_per_second:,.0f} requests, "
                         f"{self.pledges_per_second:,.0f} pledges a second; p50 {self.p50_ms} ms, p99 {self.p99_ms} ms"),
            ("over a cap", f"{self.refused_over_cap:,} attempts, all refused"),
            ("settling", f"{self.settling_seconds:.1f} s: {self.charges_settled:,} charges, {self.charges_per_second:,.0f} a second; "
                         f"memory {self.settling_rss_begin_mib:.0f} to {self.settling_rss_end_mib:.0f} MiB"),
            ("server", f"peak memory of one process {self.peak_rss_mib:.0f} MiB"),
            ("books", "balanced" if self.books_balanced else "NOT BALANCED"),
        ]  # fmt: skip
        if self.ends:
            rows.append(("ended", ", ".join(f"{minor / 100:,.2f} {where}" for where, minor in self.ends.items())))
        return rows + [("known", text) for text in self.known_differences]
