"""About what was bought: it is on its way, it goes back, its money is back; to its buyer and to its seller."""

from __future__ import annotations

from typing import Any

from crowdfund.database.ids import public
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, send
from crowdfund.letters.teams import tell_organisation
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.parcels.models import Parcel, ParcelLine
from crowdfund.orders.returns.models import GoodsReturn, GoodsReturnLine, Kind, ReturnState
from crowdfund.orders.reviews.models import Review
from crowdfund.orders.words import bought_path, in_words
from crowdfund.payments.models import Refund
from crowdfund.people.models import Organisation, Person
from crowdfund.web.formats import day, money, said
from crowdfund.web.i18n import _


async def _things(order: GoodsOrder, pieces: dict[int, int]) -> str:
    lines = await GoodsLine.filter(order_id=order.id).order_by("id")
    return in_words(lines, pieces)


async def _sent(payload: dict[str, Any]) -> None:
    parcel = await Parcel.get(id=payload["parcel"])
    order = await GoodsOrder.get(id=parcel.order_id)
    shop = await Organisation.get(id=order.organisation_id)
    pieces = {one.line_id: one.quantity for one in await ParcelLine.filter(parcel_id=parcel.id)}
    things = await _things(order, pieces)

    def write() -> Letter:
        way = (
            _("It goes with %(carrier)s, number %(number)s.") % {"carrier": parcel.carrier, "number": parcel.tracking}
            if parcel.tracking
            else _("It goes with %(carrier)s, without a number to follow.") % {"carrier": parcel.carrier}
        )
        facts = {"shop": shop.name, "things": things}
        return Letter(
            _("On its way: %(things)s") % facts,
            [_("%(shop)s has sent it: %(things)s.") % facts, way],
            _("See where it is"),
            bought_path(order),
        )

    await send(payload, await Person.get(id=order.person_id), write)


async def _found(payload: dict[str, Any]) -> tuple[GoodsReturn, GoodsOrder, Organisation, str]:
    found = await GoodsReturn.get(id=payload["return"])
    order = await GoodsOrder.get(id=found.order_id)
    pieces = {one.line_id: one.quantity for one in await GoodsReturnLine.filter(return_id=found.id)}
    return found, order, await Organisation.get(id=order.organisation_id), await _things(order, pieces)


async def _asked(payload: dict[str, Any]) -> None:
    found, _order, shop, things = await _found(payload)

    def write() -> Letter:
        facts = {"things": things, "until": day(found.answer_by)}
        subject = {
            Kind.CANCELLATION: _("To be called off: %(things)s"),
            Kind.RETURN: _("To be sent back: %(things)s"),
            Kind.CLAIM: _("Something is wrong: %(things)s"),
        }[Kind(found.kind)]
        rule = _("Please answer by %(until)s: who says nothing until then has agreed.") % facts
        return Letter(subject % facts, [*([found.words] if found.words else []), rule], _("Answer"), _desk(shop, found))

    await tell_organisation(payload, shop.id, write)


def _desk(shop: Organisation, found: GoodsReturn) -> str:
    return f"{shop.desk_path}/returns/{public(found.id)}"


async def _answered(payload: dict[str, Any]) -> None:
    """To the buyer: yes, no, or that its time is over."""
    found, _order, shop, things = await _found(payload)

    def write() -> Letter:
        facts = {"shop": shop.name, "things": things, "until": day(found.send_by) if found.send_by else ""}
        if found.state == ReturnState.DECLINED:
            sentence = _("%(shop)s does not agree.") % facts
        elif found.state == ReturnState.CANCELLED:
            sentence = _("It is over: nothing was sent back in time, or it had been sent to you already.")
        elif found.state == ReturnState.APPROVED and not found.keeps_it:
            sentence = _("%(shop)s agrees. Please send it back by %(until)s.") % facts
        elif found.state == ReturnState.APPROVED:
            sentence = _("%(shop)s agrees, and sends you another piece.") % facts
        else:
            sentence = _("%(shop)s agrees: your money is on its way.") % facts
        answer = [found.answer] if found.answer else []
        return Letter(_("Your wish: %(things)s") % facts, [sentence, *answer], _("See it"), found.path)

    await send(payload, await Person.get(id=found.person_id), write)


async def _on_its_way_back(payload: dict[str, Any]) -> None:
    found, _order, shop, things = await _found(payload)

    def write() -> Letter:
        facts = {"things": things, "carrier": found.carrier, "number": found.tracking or "–"}
        until = day(found.receive_by) if found.receive_by else ""
        return Letter(
            _("On its way back to you: %(things)s") % facts,
            [
                _("It was sent with %(carrier)s, number %(number)s.") % facts,
                _("Please count it when it is there. What nobody has counted by %(until)s has arrived whole.")
                % {"until": until},
            ],
            _("Count it"),
            _desk(shop, found),
        )

    await tell_organisation(payload, shop.id, write)


async def _counted(payload: dict[str, Any]) -> None:
    found, _order, shop, things = await _found(payload)

    def write() -> Letter:
        facts = {"shop": shop.name, "things": things}
        sentence = {
            ReturnState.REFUNDED: _("It is back at %(shop)s, and your money is on its way."),
            ReturnState.RECEIVED: _("It is back at %(shop)s, which sends you another piece."),
        }.get(ReturnState(found.state), _("%(shop)s says that nothing came back. Write to us if that is not so."))
        return Letter(_("Sent back: %(things)s") % facts, [sentence % facts], _("See it"), found.path)

    await send(payload, await Person.get(id=found.person_id), write)


async def _refund_sent(payload: dict[str, Any]) -> None:
    refund = await Refund.get(id=payload["refund"])
    order = await GoodsOrder.get(id=int(refund.subject.removeprefix("goods_order:")))

    def write() -> Letter:
        amount = money(refund.amount_minor, refund.currency)
        return Letter(
            _("%(amount)s is on its way back to you") % {"amount": amount},
            [
                _("Why: %(reason)s.") % {"reason": said(refund.reason).rstrip(" .。")},
                _("It arrives on your card in a few days; how many, your bank decides."),
            ],
            _("See your order"),
            bought_path(order),
        )

    await send(payload, await Person.get(id=order.person_id), write)


async def _cancelled_by_seller(payload: dict[str, Any]) -> None:
    order = await GoodsOrder.get(id=payload["order"])
    shop = await Organisation.get(id=order.organisation_id)

    def write() -> Letter:
        return Letter(
            _("%(shop)s can't send what you bought") % {"shop": shop.name},
            [payload["reason"], _("Your money for it is on its way back to your card.")],
            _("See your order"),
            bought_path(order),
        )

    await send(payload, await Person.get(id=order.person_id), write)


async def _called_off(payload: dict[str, Any]) -> None:
    order = await GoodsOrder.get(id=payload["order"])
    shop = await Organisation.get(id=order.organisation_id)

    def write() -> Letter:
        return Letter(
            _("Called off, as it was late"),
            [_("It should have been sent by %(day)s. Please don't send it any more.") % {"day": day(order.ship_by)}],
            _("See the order"),
            f"{shop.desk_path}/sales/{public(order.id)}",
        )

    await tell_organisation(payload, shop.id, write)


async def _reviewed(payload: dict[str, Any]) -> None:
    review = await Review.get(id=payload["review"])
    shop, line = await Organisation.get(id=review.organisation_id), await GoodsLine.get(id=review.line_id)

    def write() -> Letter:
        subject = _("%(stars)s of 5 stars for %(thing)s") % {"stars": review.stars, "thing": line.name}
        words = [review.words] if review.words else []
        return Letter(subject, [*words, _("You can answer once.")], _("Answer"), f"{shop.desk_path}/reviews")

    await tell_organisation(payload, shop.id, write)


async def _review_answered(payload: dict[str, Any]) -> None:
    review = await Review.get(id=payload["review"])
    shop, line = await Organisation.get(id=review.organisation_id), await GoodsLine.get(id=review.line_id)
    order = await GoodsOrder.get(id=line.order_id)

    def write() -> Letter:
        subject = _("%(shop)s has answered what you said of %(thing)s") % {"shop": shop.name, "thing": line.name}
        return Letter(subject, [review.answer], _("See it"), bought_path(order))

    await send(payload, await Person.get(id=review.person_id), write)


JOBS: dict[str, Job] = {
    "goods_sent": _sent,
    "goods_return_asked": _asked,
    "goods_return_answered": _answered,
    "goods_return_sent": _on_its_way_back,
    "goods_return_counted": _counted,
    "goods_refund_sent": _refund_sent,
    "goods_cancelled_by_seller": _cancelled_by_seller,
    "goods_called_off": _called_off,
    "goods_reviewed": _reviewed,
    "goods_review_answered": _review_answered,
}
