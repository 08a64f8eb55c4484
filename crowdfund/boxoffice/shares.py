"""What an organisation has of tickets, whoever sold them: each line of a settlement that names it, and nothing else of the film."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from crowdfund.boxoffice.deals.explain import names_of
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.reading import queries

LAST = 2**63 - 1


@dataclass(frozen=True)
class Share:
    """One line. row: as `queries.shares_of` gives it."""

    row: dict[str, Any]

    @cached_property
    def _terms(self) -> Any:
        return read(orjson.loads(self.row["terms"]))

    def payee(self, roles: dict[str, str] | None = None) -> str:
        """What the deal calls it. roles: in the reader's language."""
        names = names_of(self._terms) if roles is None else names_of(self._terms, roles)
        return names.get(self.row["payee"], self.row["payee"])


@dataclass(frozen=True, slots=True)
class SumOf:
    """What all lines of one currency come to."""

    currency: str
    lines: int
    settlements: int
    amount_minor: int


async def shares_of(organisation_id: int, *, before: int = LAST, limit: int = 100) -> list[list[Share]]:
    """The settlements in which it has a line, the newest first, each with its lines. before: the id of the one that was last."""
    found: dict[int, list[Share]] = {}
    for row in await queries.shares_of(organisation_id, before, limit):
        found.setdefault(row["settlement_id"], []).append(Share(row))
    return list(found.values())


async def sums_of(organisation_id: int) -> list[SumOf]:
    return [SumOf(**row) for row in await queries.sums_of_shares(organisation_id)]


def total_minor(lines: Iterable[Share]) -> int:
    return sum(one.row["amount_minor"] for one in lines)
