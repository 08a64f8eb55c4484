"""What an order in a run costs, and who has what of it: frozen when it is made, as in a cart."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from crowdfund import clock
from crowdfund.merch.licences.queries import rights_of
from crowdfund.merch.listings.queries import offer_of
from crowdfund.merch.listings.rules import CannotBeSold
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.orders.goods.shares import Frozen, Totals, freeze, freeze_order
from crowdfund.orders.goods.tax import rates
from crowdfund.settings import current


@dataclass(frozen=True, slots=True)
class Quote:
    """frozen, totals: as goods are sold. order, line: the columns of their rows."""

    frozen: Frozen
    totals: Totals
    order: dict[str, Any]
    line: dict[str, Any]

    @property
    def total_minor(self) -> int:
        return self.totals.total_minor


async def quote_of(run: ProductionRun, quantity: int, country: str) -> Quote:
    """What so many pieces cost to that country now. Raises CannotBeSold where they may not be sold or are not sent there."""
    standing = await offer_of(run.variant_id, country, clock.now())
    if standing.why_not is not None:
        raise CannotBeSold(standing.why_not)
    assert standing.zone is not None
    right = (await rights_of([standing.licence_id])).get(standing.licence_id) if standing.licence_id else None
    product = await OnscreenProduct.get(id=standing.product_id)
    frozen = freeze(
        price_minor=run.price_minor, discount_minor=0, quantity=quantity, tax_bps=rates().bps(country, product.category),
        commission_bps=current().commission_bps, royalty_bps=right.royalty_bps if right else 0,
    )  # fmt: skip
    totals = freeze_order([frozen], standing.zone.shipping_minor(quantity))
    order = {
        **asdict(totals),
        "total_minor": totals.total_minor,
        "days_min": standing.zone.days_min,
        "days_max": standing.zone.days_max,
    }
    line = {
        **asdict(frozen), "product_id": standing.product_id, "title_id": standing.title_id, "licence_id": standing.licence_id,
        "name": standing.name, "variant_name": standing.variant_name, "match": standing.match,
    }  # fmt: skip
    return Quote(frozen, totals, order, line)
