"""Ordering in a run: what it costs is frozen, pieces are taken where a card is there, and enough of them tip the run."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin
from crowdfund.database.once import made_before, once
from crowdfund.merch.runs import counting, rules
from crowdfund.merch.runs.actions import move_run
from crowdfund.merch.runs.models import ProductionRun, RunState
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, GoodsOrderEvent, GoodsOrderState
from crowdfund.orders.runs.models import RunConsent, RunOrder, RunOrderState
from crowdfund.orders.runs.moving import begin_order, lock_order, move_order, own_order
from crowdfund.orders.runs.pricing import Quote, quote_of
from crowdfund.payments.models import CardState, SavedCard
from crowdfund.pledges import terms
from crowdfund.pledges.terms import Wording
from crowdfund.refusal import Refusal

S = RunOrderState


class PriceChanged(Refusal):
    """It costs something else than she was shown."""


class NoSuchCard(Refusal):
    status_code = 422


class NotToCancel(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Want:
    """What a fan orders. card_id None: she saves one on the processor's page next, and nothing is kept for her until then.

    terms: what she agreed to, as she read it.
    """

    person_id: int
    run_id: int
    quantity: int
    country: str
    name: str
    address: tuple[str, ...]
    phone: str
    card_id: int | None
    total_minor: int
    key: str
    terms: Wording | None = None

    @property
    def wish(self) -> list[object]:
        return ["run order", self.run_id, self.quantity, self.country, self.name, list(self.address), self.phone, self.card_id,
                self.total_minor]  # fmt: skip


async def order_in_run(want: Want) -> RunOrder:
    """Order pieces of a run. The same key answers the same order.

    Raises NotToJoin, CannotBeSold, PriceChanged, NoSuchCard, UnitsGone, KeyUsedForAnother.
    """
    before = await made_before(want.person_id, want.key, want.wish)
    if before is None:

        async def make() -> int:
            return await _order(want)

        before = await once(want.person_id, want.key, want.wish, make)
    return await RunOrder.get(order_id=before)


@atomic
async def _order(want: Want) -> int:
    run = await counting.lock(want.run_id)
    rules.refuse_joining(run, want.quantity, clock.now())
    quote = await quote_of(run, want.quantity, want.country)
    if quote.total_minor != want.total_minor:
        raise PriceChanged("It costs something else by now. Please look at the sum again.", field="total")
    if want.card_id is not None and not await _has_card(want.person_id, want.card_id):
        raise NoSuchCard("That card is not saved any more. Please pick another.", field="card")
    goods = await _write(run, quote, want)
    order = RunOrder(
        order_id=goods.id, run_id=run.id, person_id=want.person_id, quantity=want.quantity,
        state=S.STARTED if want.card_id is None else S.STANDING, card_id=want.card_id, name=want.name,
        address=orjson.dumps(want.address).decode(), phone=want.phone, made_at=clock.now(),
    )  # fmt: skip
    await order.save(force_create=True)
    await begin_order(order)
    await _agreed(order.order_id, want.terms, want.card_id)
    if order.state == S.STANDING:
        await _tell(order)
    await _tip(run.id)
    return int(goods.id)


async def _has_card(person_id: int, card_id: int) -> bool:
    return await SavedCard.exists(id=card_id, person_id=person_id, state=CardState.SAVED)


async def _write(run: ProductionRun, quote: Quote, want: Want) -> GoodsOrder:
    """The order and its line, as they stay whatever changes later."""
    goods = GoodsOrder(
        id=new_id(), run_id=run.id, organisation_id=run.organisation_id, person_id=want.person_id, currency=run.currency,
        state=GoodsOrderState.PLACED, ship_by=run.ships_by, country=want.country, made_at=clock.now(), **quote.order,
    )  # fmt: skip
    await goods.save(force_create=True)
    await begin(goods, because="ordered in a production run", by=want.person_id, events=GoodsOrderEvent)
    await GoodsLine.create(
        id=new_id(), order_id=goods.id, variant_id=run.variant_id, listing_id=run.listing_id, **quote.line
    )
    return goods


async def _agreed(order_id: int, wording: Wording | None, card_id: int | None) -> None:
    """Her words are kept before anything says that she agreed to them, in the transaction that orders."""
    if wording is not None:
        await terms.keep([wording])
        await RunConsent.create(id=new_id(), order_id=order_id, terms=wording.hash, card_id=card_id, at=clock.now())


async def _tell(order: RunOrder) -> None:
    await outbox.enqueue("run_order_stands", {"order": order.order_id}, key=f"run_order_stands:{order.order_id}")


async def _tip(run_id: int) -> None:
    """Enough are ordered: the cards are asked next."""
    run = await ProductionRun.get(id=run_id)
    if rules.tips(run):
        await move_run(run, RunState.TIPPED, because="enough are ordered", by=None)


# --- her card ---


@atomic
async def use_card(order_id: int, card_id: int, wording: Wording | None = None) -> None:
    """Give an order a card: one that was only started counts from now on; one that was declined is asked again at once.

    wording: what she agreed to for a card that was saved already; with one that she saves for it that is kept. Raises what ordering
    raises where it can't be counted any more.
    """
    run = await counting.lock((await RunOrder.get(order_id=order_id)).run_id)
    order = await lock_order(order_id)
    if order.state not in (S.STARTED, S.STANDING, S.ERRORED):
        return
    if not await _has_card(order.person_id, card_id):
        raise NoSuchCard("That card is not saved any more. Please pick another.", field="card")
    await _agreed(order_id, wording, card_id)
    if order.state == S.STARTED:
        rules.refuse_joining(run, order.quantity, clock.now())
        await quote_of(run, order.quantity, (await GoodsOrder.get(id=order_id)).country)  # it may still be sold there
        await move_order(order, S.STANDING, because="card saved", by=order.person_id, card_id=card_id)
        await _tell(order)
        await _tip(run.id)
    elif order.card_id != card_id or order.state == S.ERRORED:
        again = clock.now() if order.state == S.ERRORED else None
        await RunOrder.filter(order_id=order_id, state=order.state).update(card_id=card_id, next_charge_at=again)


# --- second thoughts ---


@atomic
async def cancel_order(order_id: int, *, person_id: int) -> None:
    """Take an order back: any time until the run tips. Raises NotToCancel."""
    run = await counting.lock((await own_order(order_id, person_id)).run_id)
    order = await lock_order(order_id)
    if order.state == S.CANCELLED:
        return  # the button was pressed twice
    if not can_cancel(run, order):
        raise NotToCancel("Enough are ordered: it can't be cancelled any more, unless it comes late.")
    await move_order(order, S.CANCELLED, because="cancelled by the fan", by=person_id)


def can_cancel(run: ProductionRun, order: RunOrder) -> bool:
    return order.state == S.STARTED or (order.state == S.STANDING and run.state == RunState.OPEN)
