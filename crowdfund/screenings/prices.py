"""What a place costs, by its category and by who sits on it. Another price is another row: what was agreed to stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from crowdfund import money
from crowdfund.database import atomic, new_id
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid, Refusal
from crowdfund.screenings.holding import lock
from crowdfund.screenings.models import PLANNED, Price, PriceState, Screening
from crowdfund.screenings.plans import plan_of
from crowdfund.screenings.seating.plan import Plan
from crowdfund.settings import current

PRICES_MAX = 60
FEE_SHARE_MAX_BPS = 5_000


class WrongPrice(Invalid):
    pass


class PriceMissing(Invalid):
    pass


class PricesStay(Refusal):
    pass


class PricesChangedMeanwhile(Refusal):
    """Somebody else saved them since they were read."""


@dataclass(frozen=True, slots=True)
class PriceAsked:
    category_id: str
    name: str
    price_minor: int


def refuse_prices(prices: Sequence[PriceAsked], plan: Plan, currency: str, fee_minor: int) -> None:
    if len(prices) > PRICES_MAX:
        raise WrongPrice("At most {most} prices.", field="prices", most=PRICES_MAX)
    if currency not in current().currencies:
        raise WrongPrice("Tickets can't be sold in {currency}.", field="currency", currency=currency)
    least = money.charge_min_minor(currency)
    seen: set[tuple[str, str]] = set()
    for price in prices:
        if plan.category(price.category_id) is None:
            raise WrongPrice("This hall has no category {category}.", field="prices", category=price.category_id[:40])
        if (price.category_id, price.name) in seen:
            raise WrongPrice("Each kind of price stands once in a category.", field="prices")
        seen.add((price.category_id, price.name))
        total_minor = price.price_minor + fee_minor
        if not 0 <= price.price_minor <= money.CHARGE_MAX_MINOR // 50 or 0 < total_minor < least:
            raise WrongPrice(
                "A ticket is free, or costs at least {least} with its fee.", field="prices",
                least=money.Amount(least, currency),
            )  # fmt: skip
        if fee_minor > price.price_minor * FEE_SHARE_MAX_BPS // 10_000:
            raise WrongPrice("The booking fee is at most half of the cheapest price.", field="fee")
    _refuse_unpriced(plan, {category_id for category_id, _ in seen})


def _refuse_unpriced(plan: Plan, priced: set[str]) -> None:
    used = {seat.category_id for seat in plan.seats} | {area.category_id for zone in plan.zones for area in zone.areas}
    for category in plan.categories:
        if category.id in used - priced:
            raise PriceMissing("{category} has no price yet.", field="prices", category=category.name)


async def write_prices(screening_id: int, prices: Sequence[PriceAsked], *, but: Collection[PriceAsked] = ()) -> None:
    """Offer these, in this order. but: those that stand there already."""
    await Price.bulk_create(
        Price(
            id=new_id(), screening_id=screening_id, category_id=price.category_id, name=price.name,
            price_minor=price.price_minor, position=position, state=PriceState.OFFERED,
        )
        for position, price in enumerate(prices)
        if price not in but
    )  # fmt: skip


def stamp_of_prices(offered: Sequence[Price]) -> str:
    """Changes whenever what is offered does."""
    return blake2b(" ".join(str(price.id) for price in offered).encode(), digest_size=12).hexdigest()


@atomic
async def change_prices(screening_id: int, prices: Sequence[PriceAsked], *, by: int, stamp: str | None = None) -> None:
    """Other prices from now on. What was ordered keeps the price that its fan agreed to.

    stamp: of what the writer has read, where it is said. Raises PricesStay, PricesChangedMeanwhile, WrongPrice, PriceMissing.
    """
    await lock([screening_id])
    screening = await Screening.get(id=screening_id)
    if screening.state not in PLANNED:
        raise PricesStay("Its prices can't change any more.")
    offered = await Price.filter(screening_id=screening_id, state=PriceState.OFFERED).order_by("position", "id")
    if stamp is not None and stamp != stamp_of_prices(offered):
        raise PricesChangedMeanwhile("Somebody else changed these prices while you were writing. Look at them again.")
    refuse_prices(prices, await plan_of(screening.plan_id), screening.currency, screening.fee_minor)
    before = {PriceAsked(p.category_id, p.name, p.price_minor): p.id for p in offered}
    gone = [price_id for price, price_id in before.items() if price not in prices]
    if gone:
        await Price.filter(id__in=gone).update(state=PriceState.WITHDRAWN)
    for position, price in enumerate(prices):
        if price in before:
            await Price.filter(id=before[price]).update(position=position)
    await write_prices(screening_id, prices, but=before)
    await record("prices_changed", f"screening:{screening_id}", by=by)
