"""A production run for a test: `a_run(minimum=…)`, `ordered(run, "ok", …)`, `again(run)`, `sent(order)`."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from crowdfund import clock
from crowdfund.ledger import balance_minor, chart
from crowdfund.merch.runs import actions
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.rules import Asked
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.parcels.sending import Sending, send
from crowdfund.orders.runs.models import RunOrder
from crowdfund.orders.runs.placing import Want, order_in_run
from crowdfund.orders.runs.pricing import quote_of
from crowdfund.payments.models import SavedCard
from crowdfund.people.models import Mail, Person
from tests.bank import fans_with, pass_time
from tests.listings import a_licence, a_listing, a_product, a_shop
from tests.world import Fan, a_fan

_numbers = count(1)


def asked(
    minimum: int = 3, most: int | None = None, *, price_minor: int = 100_00, days: float = 10, **more: Any
) -> Asked:
    closes_at = clock.now() + timedelta(days=days)
    facts = {"closes_at": closes_at, "ships_by": closes_at + timedelta(days=20), "about": "Turned by hand.", **more}
    return Asked(minimum_units=minimum, most_units=most, price_minor=price_minor, **facts)


async def a_run(
    minimum: int = 3, most: int | None = None, *, owner: Fan | None = None, unit_cap: int | None = None, **more: Any
) -> ProductionRun:
    """Of a licensed earring at 100.00 each, royalty 8 %, nothing in stock, shipping 6.00, tax 7 % in the US: 113.00 for one."""
    owner = owner or await a_fan("Lin")
    shop = await a_shop(owner=owner)
    product = await a_product()
    licence = await a_licence(shop, product, unit_cap=unit_cap)
    _listing, variant = await a_listing(shop, product, licence=licence, on_hand=0)
    return await actions.make_run(
        variant.id, asked(minimum, most, **more), organisation_id=shop.id, by=owner.id, key=f"run-{next(_numbers)}"
    )


async def a_want(run: ProductionRun, fan: Fan, *, quantity: int = 1, card_id: int | None, **more: Any) -> Want:
    quote = await quote_of(run, quantity, "US")
    facts: dict[str, Any] = {
        "person_id": fan.id, "run_id": run.id, "quantity": quantity, "country": "US", "name": "Mei Lin",
        "address": ("20 Huanghe Road", "Shanghai"), "phone": "", "card_id": card_id, "total_minor": quote.total_minor,
        "key": f"order-{next(_numbers)}",
    }  # fmt: skip
    return Want(**{**facts, **more})


async def ordered(run: ProductionRun, *cards: str, quantity: int = 1, consent: str = "while_needed") -> list[RunOrder]:
    """An order for each card, of a fan of its own, by the sandbox's names."""
    orders = []
    for fan in await fans_with(*cards, consent=consent):
        card = await SavedCard.get(person_id=fan.id)
        orders.append(await order_in_run(await a_want(run, fan, quantity=quantity, card_id=card.id)))
    return orders


async def again(run: ProductionRun) -> ProductionRun:
    return await ProductionRun.get(id=run.id)


async def again_order(order: RunOrder) -> RunOrder:
    return await RunOrder.get(order_id=order.order_id)


async def states(run: ProductionRun) -> dict[str, int]:
    counts: dict[str, int] = {}
    for order in await RunOrder.filter(run_id=run.id):
        counts[order.state] = counts.get(order.state, 0) + 1
    return counts


async def started(run: ProductionRun) -> ProductionRun:
    """Its maker presses the button, and what follows is done."""
    await actions.start_production(run.id, organisation_id=run.organisation_id, by=(await a_fan("Lin")).id)
    await pass_time(minutes=1)
    return await again(run)


async def until(at: datetime, seconds: float = 0) -> None:
    await pass_time(seconds=(at - clock.now()).total_seconds() + seconds)


async def sent(order: RunOrder) -> None:
    """All pieces of an order go out."""
    line = await GoodsLine.get(order_id=order.order_id)
    parcel = Sending(order.order_id, "SF Express", f"SF{order.order_id}", {line.id: line.to_ship})
    await send(parcel, by=(await a_fan("Lin")).id, key=f"parcel-{next(_numbers)}")


async def earnings_minor(run: ProductionRun) -> int:
    return await balance_minor(chart.earnings(run.organisation_id, run.currency))


async def sale_minor(order: RunOrder) -> int:
    goods = await GoodsOrder.get(id=order.order_id)
    return await balance_minor(chart.sale(goods.id, goods.currency))


async def told(order: RunOrder) -> list[str]:
    fan = await Person.get(id=order.person_id)
    return [mail.subject for mail in await Mail.filter(to_address=fan.email).order_by("id")]
