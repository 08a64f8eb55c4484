"""Yu Le Bao's first sale: 785,500 shares spread over 223,800 backers with a seed, within the caps, to the exact totals."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from crowdfund.replay.dataset import Dataset, Fund, Pledging


def read_sale(facts: dict[str, Any], name: str, seed: int, limit: int | None) -> Dataset:
    """The facts as a dataset. Each pledge takes as many shares as a fan may have of one fund, so there are as few as can be."""
    opens_at = datetime.fromisoformat(facts["opened_at"]).astimezone(UTC)
    closes_at = datetime.fromisoformat(facts["closed_at"]).astimezone(UTC)
    prices, each = facts["share_price_minor"], facts["shares_per_backer_per_project_max"]
    projects = facts["projects"]
    requests = _spread(facts, each, random.Random(seed))[:limit]
    sold = [0] * len(projects)
    for request in requests:
        for fund, _, amount in request.pledges:
            sold[fund] += amount
    funds = [
        Fund(
            project["title"], facts["currency"], sold[i], opens_at, closes_at, "funded", sold[i],
            sum(any(fund == i for fund, _, _ in r.pledges) for r in requests), prices[project["kind"]], each,
        )
        for i, project in enumerate(projects)
    ]  # fmt: skip
    return Dataset(name, funds, len(requests), requests, facts["amount_per_backer_max_minor"])


def _spread(facts: dict[str, Any], each: int, dice: random.Random) -> list[Pledging]:
    """Who takes what: every backer something, nobody the same fund twice, and the sums of the record."""
    kinds = [project["kind"] for project in facts["projects"]]
    films = [i for i, kind in enumerate(kinds) if kind == "film"]
    game = kinds.index("game")
    prices = facts["share_price_minor"]
    film_shares, game_shares = _by_price(facts["shares"], facts["total_minor"], prices["film"], prices["game"])
    backers = facts["backers"]
    gamers = set(dice.sample(range(backers), game_shares // each))
    taken = [0 if fan in gamers else 1 for fan in range(backers)]
    left = film_shares // each - sum(taken)
    while left:
        fan = dice.randrange(backers)
        if taken[fan] < len(films):
            taken[fan] += 1
            left -= 1
    return [
        Pledging(
            fan,
            [(fund, each, each * prices["film"]) for fund in dice.sample(films, taken[fan])]
            + ([(game, each, each * prices["game"])] if fan in gamers else []),
        )
        for fan in range(backers)
    ]


def _by_price(shares: int, total_minor: int, high_minor: int, low_minor: int) -> tuple[int, int]:
    """How many shares at each of two prices make so many for so much. Raises ValueError where none do."""
    high, rest = divmod(total_minor - low_minor * shares, high_minor - low_minor)
    if rest or not 0 <= high <= shares:
        raise ValueError("the totals fit no number of shares")
    return high, shares - high
