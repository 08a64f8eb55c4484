"""What a replay is made of: funds with their facts, what fans pledge, and how the record says that each fund ended."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crowdfund.money import split_minor
from crowdfund.replay.festival import NAME, FestivalDataset, read_festival

BUILT_IN = {name: Path(__file__).with_name(f"{name}.json") for name in ("yulebao-2014", "wesley-2012", "dessers-2022")}


class DatasetError(Exception):
    """It can't be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Fund:
    """One campaign of the record. verdict: `funded`, `failed` or `cancelled`; None where the record does not say."""

    name: str
    currency: str
    goal_minor: int
    opens_at: datetime
    closes_at: datetime
    verdict: str | None
    pledged_minor: int
    backers: int
    share_price_minor: int | None = None
    shares_per_fan_max: int | None = None
    known_difference: str = ""


@dataclass(frozen=True, slots=True)
class Pledging:
    """One fan's request: which funds (by their place in the dataset), how many shares, what amount."""

    fan: int
    pledges: Sequence[tuple[int, int, int]]  # fund, quantity, amount_minor


@dataclass(frozen=True, slots=True)
class Dataset:
    """fans: how many take part. caps: whether funds share a cap, and which."""

    name: str
    funds: Sequence[Fund]
    fans: int
    requests: Sequence[Pledging]
    amount_per_fan_max_minor: int | None = None
    known_differences: Sequence[str] = field(default_factory=tuple)

    @property
    def pledged_minor(self) -> int:
        return sum(amount for request in self.requests for _, _, amount in request.pledges)

    @property
    def shares(self) -> int:
        return sum(quantity for request in self.requests for _, quantity, _ in request.pledges)

    @property
    def pledges(self) -> int:
        return sum(len(request.pledges) for request in self.requests)


def read(name: str, *, seed: int, limit: int | None) -> Dataset | FestivalDataset:
    """A dataset by its built-in name or its file. limit: only so many backers (or campaigns, or screenings). Raises DatasetError."""
    if name == NAME:
        return read_festival(seed, limit)
    path = BUILT_IN.get(name, Path(name))
    if not path.is_file():
        raise DatasetError(f"{name} is neither a file nor one of {', '.join([*BUILT_IN, NAME])}.")
    try:
        if path.suffix == ".csv":
            return _kickstarter(path, seed, limit)
        from crowdfund.replay.transfers import read_transfer
        from crowdfund.replay.yulebao import read_sale

        facts = json.loads(path.read_text(encoding="utf-8"))
        read_facts = read_transfer if facts.get("kind") == "transfer" else read_sale
        return read_facts(facts, path.stem, seed, limit)
    except (KeyError, ValueError, TypeError) as error:
        raise DatasetError(f"{path.name} is not in a form that can be replayed: {error!r}") from error


_VERDICTS = {"successful": "funded", "failed": "failed", "canceled": "cancelled"}


def _kickstarter(path: Path, seed: int, limit: int | None) -> Dataset:
    """The CSV form: a row a campaign; a deadline is the last second of its day, UTC."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:limit]
    funds = [_fund(row) for row in rows]
    requests = list(_backers(funds, random.Random(seed)))
    known = tuple(fund.known_difference for fund in funds if fund.known_difference)
    return Dataset(path.stem, funds, len(requests), requests, known_differences=known)


def _fund(row: dict[str, str]) -> Fund:
    goal_minor, pledged_minor = int(row["goal_minor"]), int(row["pledged_minor"])
    closes_at = datetime.fromisoformat(row["deadline_on"]).replace(tzinfo=UTC) + timedelta(
        hours=23, minutes=59, seconds=59
    )
    verdict = _VERDICTS[row["state"]]
    known = ""
    if verdict == "funded" and pledged_minor < goal_minor:
        known = (
            f"“{row['name']}” is recorded successful at {pledged_minor} of {goal_minor}: by its own figures it failed."
        )
    return Fund(
        row["name"], row["currency"], goal_minor, datetime.fromisoformat(row["launched_at"]), closes_at, verdict, pledged_minor,
        int(row["backers"]), known_difference=known,
    )  # fmt: skip


def _backers(funds: Sequence[Fund], dice: random.Random) -> Iterator[Pledging]:
    """That many backers whose pledges add up to what the record says; everybody backs one fund."""
    fan = 0
    for number, fund in enumerate(funds):
        if not fund.backers:
            continue
        least = min(100, fund.pledged_minor // fund.backers)
        weights = [dice.choice((1, 2, 2, 3, 5, 8)) for _ in range(fund.backers)]
        gifts = split_minor(fund.pledged_minor - least * fund.backers, weights)
        for gift in gifts:
            yield Pledging(fan, [(number, 1, least + gift)])
            fan += 1
