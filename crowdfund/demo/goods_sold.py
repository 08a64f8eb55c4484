"""What fans of the demo bought from the film: two sellers in one payment, sent, half of it returned, one claimed; reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx

from crowdfund import clock, settings
from crowdfund.database import new_id
from crowdfund.demo.catching_up import catch_up
from crowdfund.demo.goods import CURRENCY, Market, Shelf
from crowdfund.demo.paying import pay_at
from crowdfund.demo.plan import Plan
from crowdfund.merch.listings.models import Variant
from crowdfund.merch.screen.models import Appearance
from crowdfund.orders.goods import paying, rules, tax
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.orders.goods.placing import place_purchase
from crowdfund.orders.goods.queries import found_of
from crowdfund.orders.goods.rules import Want, Wish
from crowdfund.orders.parcels.models import ParcelState
from crowdfund.orders.parcels.sending import Sending, say, send
from crowdfund.orders.returns import answering, asking, photos, receiving
from crowdfund.orders.returns.models import GoodsReturn, GoodsReturnLine, Kind, Reason
from crowdfund.orders.reviews.actions import answer, review
from crowdfund.people.models import Person
from crowdfund.settings import current
from crowdfund.web import images

Bought = Sequence[tuple[str, int, int]]  # whose shelf, which of its variants, how many
_COAT = Path(__file__).parent / "filming" / "coat.webp"
ADDRESS = ("Lindenallee 7", "20259 Hamburg")


def plan_sales(market: Market, mei: Person, tom: Person, fans: Sequence[int], plan: Plan) -> None:
    """mei: buys from two sellers at once and sends one piece back. fans: who buy on the film's first evenings."""
    days = timedelta
    plan.at(plan.now - days(days=12), partial(_buy, market, mei.id, mei.name, [("xiu", 0, 2), ("wen", 1, 1)]))
    for number, fan in enumerate(fans):
        what = [("xiu", number % 2, 1)] if number % 3 else [("wen", number % 3, 1)]
        plan.at(plan.now - days(days=11, hours=-number), partial(_buy, market, fan, f"Fan {number + 1}", what))
    plan.at(plan.now - days(days=9), partial(_send_all, market.shelves["xiu"], leave=2))
    plan.at(plan.now - days(days=8), partial(_send_all, market.shelves["wen"], leave=1))
    plan.at(plan.now - days(days=6), partial(_ask_back, market, mei.id))
    plan.at(plan.now - days(days=5), partial(_agree, market))
    plan.at(plan.now - days(days=4), partial(_count_in, market))
    plan.at(plan.now - days(days=3), partial(_say_how_it_is, market, mei))
    plan.at(plan.now - days(hours=20), partial(_claim, market, mei.id))
    plan.at(plan.now - days(hours=5), partial(_buy, market, tom.id, tom.name, [("xiu", 1, 1)]))
    for back in (10, 7, 4, 2, 1):
        plan.at(plan.now - days(days=back, minutes=-5), catch_up)


async def _buy(market: Market, person_id: int, name: str, what: Bought) -> None:
    """From the film to the processor's page and back: where she saw it goes with it."""
    wishes = []
    for whose, place, number in what:
        shelf = market.shelves[whose]
        assert shelf.listing is not None
        variant = (await Variant.filter(listing_id=shelf.listing.id).order_by("position"))[place]
        seen = await Appearance.filter(product_id=shelf.listing.product_id, prominence=3).order_by("start_ms").first()
        found = (await found_of([variant.id]))[variant.id]
        wishes.append(
            Wish(
                variant.id,
                number,
                found.price_minor,
                seen.id if seen else None,
                seen.start_ms + 2_000 if seen else None,
            )
        )
    found_now = await found_of(wish.variant_id for wish in wishes)
    quote = rules.quote(
        wishes, found_now, currency=CURRENCY, country="DE", rates=tax.rates(), commission_bps=current().commission_bps,
        now=clock.now(),
    )  # fmt: skip
    want = Want(
        new_id(), person_id, CURRENCY, tuple(wishes), "DE", name, ADDRESS, "", quote.total_minor, f"demo:{new_id()}"
    )  # fmt: skip
    purchase = await Purchase.get(id=(await place_purchase(want)).id)
    base = settings.current().base_url
    url = await paying.start_payment(
        purchase, [("River Moon", 1, purchase.total_minor)], description="River Moon", success_url=base, cancel_url=base
    )
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        await pay_at(url, client)
    await paying.visits.look_at_subject(purchase.id)


async def _send_all(shelf: Shelf, *, leave: int) -> None:
    """All that was ordered so far but for the newest few; what went first has arrived."""
    orders = await GoodsOrder.filter(organisation_id=shelf.shop.id, state="paid").order_by("id")
    for number, order in enumerate(orders[: len(orders) - leave]):
        wants = {line.id: line.quantity for line in await GoodsLine.filter(order_id=order.id)}
        sending = Sending(order.id, "DHL" if number % 2 else "SF Express", f"RM{order.id % 10**8:08d}", wants)
        parcel = await send(sending, by=shelf.owner.id, key=f"demo:{order.id}")
        if number < 3:
            await say(parcel.id, ParcelState.DELIVERED, because="handed over", by=shelf.owner.id)
    await catch_up()


async def _first_order(shelf: Shelf) -> tuple[GoodsOrder, list[GoodsLine]]:
    order = await GoodsOrder.filter(organisation_id=shelf.shop.id).order_by("id").first()
    assert order is not None
    return order, await GoodsLine.filter(order_id=order.id).order_by("id")


async def _ask_back(market: Market, mei: int) -> None:
    order, lines = await _first_order(market.shelves["xiu"])
    words = "One pair is for my sister, and she has her own by now."
    wish = asking.Wish(order.id, Kind.RETURN, Reason.CHANGED_MIND, words, {lines[0].id: 1})
    await asking.ask(wish, by=mei, key="demo:return")


async def _return(market: Market) -> int:
    order, _ = await _first_order(market.shelves["xiu"])
    return (await GoodsReturn.get(order_id=order.id)).id


async def _agree(market: Market) -> None:
    return_id = await _return(market)
    await answering.approve(return_id, "Of course. Send it as it came.", by=market.shelves["xiu"].owner.id)
    await asking.say_sent(return_id, "DHL", "RM-BACK-1", by=(await _first_order(market.shelves["xiu"]))[0].person_id)


async def _count_in(market: Market) -> None:
    return_id = await _return(market)
    counts = {line.line_id: line.quantity for line in await GoodsReturnLine.filter(return_id=return_id)}
    await receiving.receive(return_id, counts, by=market.shelves["xiu"].owner.id, restock=True)
    await catch_up()


async def _say_how_it_is(market: Market, mei: Person) -> None:
    xiu, wen = market.shelves["xiu"], market.shelves["wen"]
    _, (earrings, *_) = await _first_order(xiu)
    written = await review(earrings.id, 5, "They swing as hers do. I wore them to the second screening.", by=mei.id)
    words = "Thank you, Mei. The silver will darken further: let it."
    await answer(written.id, words, organisation_id=xiu.shop.id)
    _, (coat, *_) = await _first_order(wen)
    await review(coat.id, 4, "Heavier than I thought, and smells of wax for a week. It is the coat.", by=mei.id)


async def _claim(market: Market, mei: int) -> None:
    """The coat has lost a button: it is shown, and its maker has not answered yet."""
    order, lines = await _first_order(market.shelves["wen"])
    words = "The top button came off in my hand, and its loop is torn. Can it be mended, or is there another one?"
    wish = asking.Wish(order.id, Kind.CLAIM, Reason.DAMAGED, words, {lines[0].id: 1})
    made = await asking.ask(wish, by=mei, key="demo:claim")
    picture = await images.read_picture(_COAT.read_bytes())
    await photos.add_photo(made, picture.files[""], (picture.width, picture.height), by=mei, key="demo:claim:photo")
