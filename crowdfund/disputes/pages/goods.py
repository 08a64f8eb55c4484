"""What our own records say about a disputed payment for goods: what was bought, what was sent where, what arrived, what went back."""

from __future__ import annotations

from crowdfund.disputes.queries import About
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.orders.parcels.models import CarrierState, Parcel, ParcelEvent, ParcelLine, ParcelState
from crowdfund.orders.returns.models import GoodsReturn, GoodsReturnLine
from crowdfund.orders.returns.pages.words import CARRIER, KINDS, REASONS, STATES
from crowdfund.orders.words import in_words
from crowdfund.payments.models import Charge, Refund, RefundState
from crowdfund.web.formats import day, moment_text, money
from crowdfund.web.i18n import _


async def drafted_about_goods(found: About, charge: Charge, organisation_id: int) -> str:
    """The beginning of a seller's answer, of her own order only. Nothing here is claimed that no row says."""
    order = next(one for one in found.goods if one.organisation_id == organisation_id)
    lines = await GoodsLine.filter(order_id=order.id).order_by("id")
    parts = [
        await _bought(order, lines, charge), await _sent(order, lines), await _asked_back(order, lines), await _given_back(order)
    ]  # fmt: skip
    return "\n".join(line for part in parts for line in part)


async def _bought(order: GoodsOrder, lines: list[GoodsLine], charge: Charge) -> list[str]:
    facts = {
        "things": in_words(lines, {line.id: line.quantity for line in lines}), "amount": money(order.total_minor, order.currency),
        "at": moment_text(charge.ended_at or charge.made_at),
    }  # fmt: skip
    told = [
        _("She bought: %(things)s. It cost %(amount)s with shipping and tax.") % facts,
        _("She paid on the payment company's page on %(at)s; what it is, its price and its shipping stood there.")
        % facts,
    ]
    purchase = await Purchase.get_or_none(id=order.purchase_id) if order.purchase_id else None
    if purchase is not None:
        where = ", ".join([purchase.name, *purchase.address_lines, purchase.country])
        told.append(_("It was to be sent to: %(where)s.") % {"where": where})
    return told


async def _sent(order: GoodsOrder, lines: list[GoodsLine]) -> list[str]:
    told = []
    for parcel in await Parcel.filter(order_id=order.id).order_by("id"):
        pieces = {one.line_id: one.quantity for one in await ParcelLine.filter(parcel_id=parcel.id)}
        facts = {
            "at": moment_text(parcel.sent_at), "things": in_words(lines, pieces), "carrier": parcel.carrier,
            "number": parcel.tracking or _("without a tracking number"),
        }  # fmt: skip
        told.append(_("%(at)s: sent with %(carrier)s, %(number)s: %(things)s.") % facts)
        if parcel.carrier_state != CarrierState.UNKNOWN:
            told.append(_("The carrier's record says: %(state)s.") % {"state": CARRIER[parcel.carrier_state]})
        told += await _arrived(order, parcel)
    unsent = {line.id: line.to_ship for line in lines}
    if any(unsent.values()):
        facts = {"things": in_words(lines, unsent), "day": day(order.ship_by)}
        told.append(_("Not sent yet: %(things)s. It was announced for %(day)s.") % facts)
    return told


async def _arrived(order: GoodsOrder, parcel: Parcel) -> list[str]:
    event = await ParcelEvent.filter(parcel_id=parcel.id, to_state=ParcelState.DELIVERED).first()
    if event is None:
        return []
    facts = {"at": moment_text(event.at)}
    if event.by_person_id == order.person_id:
        return [_("%(at)s: she told us that it had arrived.") % facts]
    return [_("%(at)s: it arrived, by its sender's word.") % facts]


async def _asked_back(order: GoodsOrder, lines: list[GoodsLine]) -> list[str]:
    told = []
    for one in await GoodsReturn.filter(order_id=order.id).order_by("id"):
        pieces = {line.line_id: line.quantity for line in await GoodsReturnLine.filter(return_id=one.id)}
        facts = {
            "at": moment_text(one.made_at), "kind": KINDS[one.kind], "reason": REASONS[one.reason],
            "things": in_words(lines, pieces), "state": STATES[one.state][0],
        }  # fmt: skip
        told.append(_("%(at)s, %(kind)s, “%(reason)s”: %(things)s. It stands at: %(state)s.") % facts)
    return told or [_("She has asked for nothing back, and claimed nothing.")]


async def _given_back(order: GoodsOrder) -> list[str]:
    done = (RefundState.SUCCEEDED, RefundState.PAID_ANOTHER_WAY)
    said = _("%(amount)s was given back to her card on %(at)s.")
    return [
        said % {"amount": money(one.amount_minor, one.currency), "at": moment_text(one.ended_at or one.made_at)}
        for one in await Refund.filter(subject=order.subject, state__in=done).order_by("id")
    ]
