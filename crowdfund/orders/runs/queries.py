"""What pages and letters read of orders in a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from crowdfund import clock
from crowdfund.database import Sql
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.queries import RunShown, run_shown
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.runs.cards import waiting_charge
from crowdfund.orders.runs.giving_back import can_go_late
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.placing import can_cancel
from crowdfund.payments.models import Charge, Refund, SavedCard

S = RunOrderState

# Readers of letters about a run, a page at a time: whose order counts; who has paid; whose order counted when it ended.
WAITING = Sql("""
    SELECT person_id, order_id AS place FROM run_order WHERE run_id = $1 AND order_id > $2
      AND state IN ('standing', 'charging', 'errored', 'collected') ORDER BY order_id LIMIT $3""")
PAID = Sql("""
    SELECT person_id, order_id AS place FROM run_order WHERE run_id = $1 AND order_id > $2 AND state = 'collected'
    ORDER BY order_id LIMIT $3""")
LEFT_BEHIND = Sql("""
    SELECT person_id, order_id AS place FROM run_order WHERE run_id = $1 AND order_id > $2 AND card_id IS NOT NULL
      AND state NOT IN ('cancelled', 'dropped') ORDER BY order_id LIMIT $3""")
NOT_SENT = Sql("""
    SELECT r.person_id, r.order_id AS place FROM run_order r WHERE r.run_id = $1 AND r.order_id > $2 AND r.state = 'collected'
      AND NOT EXISTS (SELECT 1 FROM goods_line l WHERE l.order_id = r.order_id AND l.shipped > 0)
    ORDER BY r.order_id LIMIT $3""")

# Where parcels go: paid orders with how many pieces are still to be sent.
_TO_SEND = Sql("""
    SELECT r.order_id, l.quantity, l.quantity - l.shipped - l.cancelled AS to_send, r.name, r.address, r.phone, o.country, o.ship_by
    FROM run_order r JOIN goods_order o ON o.id = r.order_id JOIN goods_line l ON l.order_id = r.order_id
    WHERE r.run_id = $1 AND r.order_id > $2 AND r.state = 'collected' AND o.state = 'paid'
      AND ($3 = 1 OR l.shipped + l.cancelled < l.quantity) ORDER BY r.order_id LIMIT $4""")
_SENDING = Sql("""
    SELECT COUNT(*) AS orders, COUNT(CASE WHEN l.shipped + l.cancelled < l.quantity THEN 1 END) AS waiting,
        CAST(COALESCE(SUM(l.quantity - l.shipped - l.cancelled), 0) AS BIGINT) AS pieces
    FROM run_order r JOIN goods_order o ON o.id = r.order_id JOIN goods_line l ON l.order_id = r.order_id
    WHERE r.run_id = $1 AND r.state = 'collected' AND o.state = 'paid'""")


@dataclass(frozen=True, slots=True)
class ToSend:
    """A paid order as whoever packs it needs it. to_send: pieces that have not gone out."""

    order_id: int
    quantity: int
    to_send: int
    name: str
    address: tuple[str, ...]
    country: str
    phone: str
    ship_by: datetime


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order in a run with all that its page tells. bank: the charge that waits for her at her bank."""

    order: RunOrder
    goods: GoodsOrder
    line: GoodsLine
    about: RunShown
    card: SavedCard | None
    charge: Charge | None
    bank: Charge | None
    refunds: list[Refund]
    can_cancel: bool
    can_go_late: bool

    @property
    def run(self) -> ProductionRun:
        return self.about.run

    @property
    def needs_card(self) -> bool:
        return self.order.state == S.STARTED

    @property
    def needs_mending(self) -> bool:
        return self.order.state == S.ERRORED

    @property
    def mend_by(self) -> datetime | None:
        at: datetime | None = self.order.mend_by
        return at


async def order_shown(order: RunOrder) -> OrderShown:
    run = await ProductionRun.get(id=order.run_id)
    return OrderShown(
        order, await GoodsOrder.get(id=order.order_id), await GoodsLine.get(order_id=order.order_id), await run_shown(run),
        await SavedCard.get_or_none(id=order.card_id) if order.card_id else None,
        await Charge.get_or_none(subject=order.subject, state="succeeded"), await waiting_charge(order),
        await Refund.filter(subject=order.subject).order_by("id"), can_cancel(run, order), await can_go_late(run, order),
    )  # fmt: skip


async def orders_of(
    person_id: int, run_id: int | None = None, *, before_id: int = 2**63 - 1, limit: int = 50
) -> list[RunOrder]:
    """A fan's orders in production runs, the newest first. run_id: of this one only."""
    found = RunOrder.filter(person_id=person_id, order_id__lt=before_id)
    if run_id is not None:
        found = found.filter(run_id=run_id)
    return await found.order_by("-order_id").limit(limit)


async def to_send_of(run_id: int, *, is_all: bool = False, after: int = 0, limit: int = 50) -> list[ToSend]:
    """Paid orders of a run that wait for their parcel, the oldest first. is_all: those too of which all was sent."""
    return [
        ToSend(
            row["order_id"], row["quantity"], row["to_send"], row["name"], tuple(orjson.loads(row["address"])), row["country"],
            row["phone"], clock.from_us(row["ship_by"]),
        )
        for row in await _TO_SEND(run_id, after, int(is_all), limit)
    ]  # fmt: skip


async def sending_of(run_id: int) -> dict[str, int]:
    """Of a run's paid orders: how many there are, how many wait for a parcel, and how many pieces that is."""
    [row] = await _SENDING(run_id)
    return {name: int(row[name]) for name in ("orders", "waiting", "pieces")}
