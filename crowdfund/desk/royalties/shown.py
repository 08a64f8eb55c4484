"""Licences as both sides see them: what they bring, when it is paid, and how those do who make the things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crowdfund import clock, settings
from crowdfund.database import as_rows
from crowdfund.database.ids import public
from crowdfund.desk.royalties import queries
from crowdfund.payouts.royalties.models import RoyaltyStatement
from crowdfund.refusal import NotFound


@dataclass(slots=True)
class Sums:
    """What a licence brought in one currency. accrued: told, and not paid yet."""

    currency: str
    orders: int = 0
    units: int = 0
    net_minor: int = 0
    accrued_minor: int = 0
    paid_minor: int = 0
    topped_up_minor: int = 0

    @property
    def royalty_minor(self) -> int:
        """All that it ever brought, the minimum's top-up too."""
        return self.accrued_minor + self.paid_minor + self.topped_up_minor


@dataclass(slots=True)
class LicenceShown:
    """row: the licence with its names. late: orders past the day by which they were to be sent."""

    row: dict[str, Any]
    sums: dict[str, Sums] = field(default_factory=dict)
    open_units: int = 0
    late: int = 0
    shipped: int = 0
    came_back: int = 0
    reviews: int = 0
    stars: int = 0
    due_at: datetime | None = None

    @property
    def id(self) -> str:
        return public(self.row["id"])

    @property
    def own(self) -> Sums:
        """In the licence's own currency, in which its minimum is."""
        return self.in_currency(self.row["currency"])

    @property
    def returned_bps(self) -> int:
        return self.came_back * 10_000 // self.shipped if self.shipped else 0

    @property
    def stars_tenths(self) -> int:
        """The mean of its stars, in tenths: 47 of 50."""
        return (self.stars * 20 + self.reviews) // (2 * self.reviews) if self.reviews else 0

    @property
    def missing_minor(self) -> int:
        """What the minimum guarantee is short of so far."""
        return max(0, self.row["minimum_minor"] - self.own.royalty_minor)

    @property
    def ends_for_good(self) -> datetime:
        return clock.from_us(self.row["ends_at"]) + timedelta(days=self.row["sell_off_days"])

    def in_currency(self, currency: str) -> Sums:
        return self.sums.setdefault(currency, Sums(currency))


async def licences_of(organisation_id: int) -> list[LicenceShown]:
    """All of which an organisation is one side, the newest first."""
    shown = {row["id"]: LicenceShown(row) for row in await queries.LICENCES(organisation_id)}
    if not shown:
        return []
    ids = as_rows({"id": licence_id} for licence_id in shown)
    for row in await queries.SOLD(ids, clock.now_us()):
        one = shown[row["licence_id"]]
        sums = one.in_currency(row["currency"])
        sums.orders, sums.units, sums.net_minor = row["orders"], row["units"], row["net_minor"]
        one.open_units, one.late = one.open_units + row["open_units"], one.late + row["late"]
        one.shipped, one.came_back = one.shipped + row["shipped"], one.came_back + row["came_back"]
    for row in await queries.STARS(ids):
        shown[row["licence_id"]].reviews, shown[row["licence_id"]].stars = row["reviews"], row["stars"]
    for row in await queries.ACCRUED(accounts_of(list(shown))):
        shown[row["licence_id"]].in_currency(row["currency"]).accrued_minor = row["minor"]
    for row in await queries.PAID(ids):
        sums = shown[row["licence_id"]].in_currency(row["currency"])
        sums.paid_minor, sums.topped_up_minor = row["royalty_minor"], row["topped_up_minor"]
    for row in await queries.NEXT_DUE(ids):
        shown[row["licence_id"]].due_at = clock.from_us(row["due_at"])
    return list(shown.values())


def accounts_of(licence_ids: Sequence[int]) -> str:
    """Where their royalties may lie, in every currency that the site takes; as rows."""
    return as_rows(
        {"id": str(licence_id), "currency": currency}
        for licence_id in licence_ids for currency in settings.current().currencies
    )  # fmt: skip


async def licence_of(organisation_id: int, licence_id: int | None) -> LicenceShown:
    """Raises NotFound for who is neither side of it, as for none."""
    found = [one for one in await licences_of(organisation_id) if one.row["id"] == licence_id]
    if not found:
        raise NotFound("There is no such licence.")
    return found[0]


async def statements_of(licence_id: int) -> list[RoyaltyStatement]:
    """The newest first."""
    return await RoyaltyStatement.filter(licence_id=licence_id).order_by("-to_at", "-id")


@dataclass(frozen=True, slots=True)
class SellerHealth:
    """How a licensee does, over all its licences of a production."""

    name: str
    slug: str
    licences: int
    open_units: int
    late: int
    shipped: int
    came_back: int
    reviews: int
    stars: int

    @property
    def returned_bps(self) -> int:
        return self.came_back * 10_000 // self.shipped if self.shipped else 0

    @property
    def stars_tenths(self) -> int:
        return (self.stars * 20 + self.reviews) // (2 * self.reviews) if self.reviews else 0


def sellers_in(licences: Sequence[LicenceShown]) -> list[SellerHealth]:
    """Each licensee once; who has most late orders first."""
    by_seller: dict[str, list[LicenceShown]] = {}
    for one in licences:
        by_seller.setdefault(one.row["seller_slug"], []).append(one)
    found = [
        SellerHealth(
            held[0].row["seller"], slug, len(held), *(sum(getattr(one, name) for one in held) for name in _COUNTED)
        )
        for slug, held in by_seller.items()
    ]  # fmt: skip
    return sorted(found, key=lambda seller: (-seller.late, -seller.open_units, seller.name))


_COUNTED = ("open_units", "late", "shipped", "came_back", "reviews", "stars")
