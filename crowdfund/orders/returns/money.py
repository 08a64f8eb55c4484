"""The money of what goes back: how much, and who has it less. In the caller's transaction, with the order locked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crowdfund.ledger import Account, chart, held_minor
from crowdfund.merch.licences.models import Licence
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.goods.shares import part_of

Sources = list[tuple[Account, int]]


@dataclass(frozen=True, slots=True)
class Back:
    """What goes back of a line, or, without one, of the shipping; and who has how much of it less. seller_minor: the rest."""

    line: GoodsLine | None
    units: int
    net_minor: int = 0
    tax_minor: int = 0
    shipping_minor: int = 0
    commission_minor: int = 0
    royalty_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor + self.shipping_minor

    @property
    def seller_minor(self) -> int:
        return self.net_minor + self.shipping_minor - self.commission_minor - self.royalty_minor


def back_of(line: GoodsLine, units: int) -> Back:
    """What the next pieces of a line give back: rounded over all that came before, so that parts come to the whole."""
    part = part_of(line, line.returned, units)
    return Back(line, units, part.net, part.tax, 0, part.commission, part.royalty)


def shipping_back(minor: int) -> Back:
    return Back(None, 0, shipping_minor=minor)


def rest_of(lines: Iterable[GoodsLine], shipping_minor: int) -> list[Back]:
    """All that is left of an order: every piece that was not paid back, and so much of its shipping."""
    backs = [back_of(line, line.kept) for line in lines if line.kept]
    return [*backs, shipping_back(shipping_minor)] if shipping_minor else backs


async def sources_of(order: GoodsOrder, backs: Sequence[Back]) -> Sources:
    """Whose money goes back. Before the order has earned it lies together; after that each gives what it had of it.

    What a seller's, or a production's, account does not reach for is owed to us from then on.
    """
    total_minor = sum(back.total_minor for back in backs)
    sale = chart.sale(order.id, order.currency)
    if order.earned_at is None:
        in_sale = min((await held_minor([sale]))[sale.code], total_minor)
        short = await _owing(order.organisation_id, order.currency, total_minor - in_sale)
        return _some([(sale, in_sale), *short])
    royalties = await _royalties(order, backs)
    own = chart.earnings(order.organisation_id, order.currency)
    theirs = [chart.earnings(licensor, order.currency) for _, licensor, _ in royalties]
    held = await held_minor([own, *theirs, *(account for account, _, _ in royalties)])
    parts = _taken(held, own, order.organisation_id, sum(back.seller_minor for back in backs))
    parts.append((chart.fee(order.currency), sum(back.commission_minor for back in backs)))
    for account, licensor, minor in royalties:
        accrued = min(held[account.code], minor)
        held[account.code] -= accrued
        parts.append((account, accrued))
        parts += _taken(held, chart.earnings(licensor, order.currency), licensor, minor - accrued)
    parts.append((chart.tax(order.currency), sum(back.tax_minor for back in backs)))
    return _some(parts)


async def _royalties(order: GoodsOrder, backs: Sequence[Back]) -> list[tuple[Account, int, int]]:
    """By licence: where its royalty waits, whose it is, and how much of it goes back."""
    minor: dict[int, int] = {}
    for back in backs:
        if back.line is not None and back.line.licence_id is not None and back.royalty_minor:
            minor[back.line.licence_id] = minor.get(back.line.licence_id, 0) + back.royalty_minor
    licences = {one.id: one for one in await Licence.filter(id__in=list(minor))} if minor else {}
    return [
        (chart.royalty(licence_id, order.currency), licences[licence_id].licensor_id, part)
        for licence_id, part in sorted(minor.items())
    ]


async def _owing(organisation_id: int, currency: str, minor: int) -> Sources:
    if not minor:
        return []
    account = chart.earnings(organisation_id, currency)
    return _taken(await held_minor([account]), account, organisation_id, minor)


def _taken(held: dict[str, int], account: Account, organisation_id: int, minor: int) -> Sources:
    """From an account as far as it reaches; the rest is owed."""
    here = min(held[account.code], minor)
    held[account.code] -= here
    return [(account, here), (chart.receivable(organisation_id, account.currency), minor - here)]


def _some(parts: Iterable[tuple[Account, int]]) -> Sources:
    """Each account once, those of which something is taken."""
    summed: dict[str, tuple[Account, int]] = {}
    for account, minor in parts:
        summed[account.code] = (account, summed.get(account.code, (account, 0))[1] + minor)
    return [(account, minor) for account, minor in summed.values() if minor]
