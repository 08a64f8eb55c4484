"""About goods: bought and on their way soon, sold and to be sent, paid too late, paid back."""

from __future__ import annotations

from typing import Any

from crowdfund.database.ids import public
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, send
from crowdfund.letters.teams import tell_organisation
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.payments.models import Refund
from crowdfund.people.models import Organisation, Person
from crowdfund.web.formats import day, money, number, said
from crowdfund.web.i18n import _, ngettext


def _things(lines: list[GoodsLine]) -> str:
    """2 × Pearl earrings (gold); River jacket."""
    return "; ".join(
        (f"{number(line.quantity)} × " if line.quantity > 1 else "")
        + line.name
        + (f" ({line.variant_name})" if line.variant_name else "")
        for line in lines
    )


async def _lines_of(*order_ids: int) -> list[GoodsLine]:
    return await GoodsLine.filter(order_id__in=list(order_ids)).order_by("id")


async def _bought(payload: dict[str, Any]) -> None:
    """To who has paid: what she gets from whom, and when it leaves at the latest."""
    purchase = await Purchase.get(id=payload["purchase"])
    orders = await GoodsOrder.filter(purchase_id=purchase.id).order_by("id")
    lines = await _lines_of(*(order.id for order in orders))
    sellers = {o.id: o.name for o in await Organisation.filter(id__in=[order.organisation_id for order in orders])}

    def write() -> Letter:
        parts = [
            _("From %(seller)s: %(things)s. It leaves by %(day)s at the latest.")
            % {
                "seller": sellers[order.organisation_id], "day": day(order.ship_by),
                "things": _things([line for line in lines if line.order_id == order.id]),
            }
            for order in orders
        ]  # fmt: skip
        return Letter(
            _("Bought: %(things)s") % {"things": _things(lines)[:120]},
            [
                *parts,
                _("Paid: %(amount)s. The money waits here until everything was sent.")
                % {"amount": money(purchase.total_minor, purchase.currency)},
                _("It goes to: %(address)s.") % {"address": ", ".join([purchase.name, *purchase.address_lines])},
            ],
            _("See your purchase"),
            purchase.path,
        )

    await send(payload, await Person.get(id=purchase.person_id), write)


async def _sold(payload: dict[str, Any]) -> None:
    """To who runs the shop: what to send, by when."""
    order = await GoodsOrder.get(id=payload["order"])
    lines, shop = await _lines_of(order.id), await Organisation.get(id=order.organisation_id)

    def write() -> Letter:
        pieces = sum(line.quantity for line in lines)
        return Letter(
            ngettext("Sold: %(num)d piece to send by %(day)s", "Sold: %(num)d pieces to send by %(day)s", pieces)
            % {"num": pieces, "day": day(order.ship_by)},
            [
                _things(lines),
                _("The buyer has paid %(amount)s. You have your share as soon as all of it is sent.")
                % {"amount": money(order.total_minor, order.currency)},
            ],
            _("Open the order"),
            f"/desk/{shop.slug}/sales/{public(order.id)}",
        )

    await tell_organisation(payload, order.organisation_id, write)


async def _came_too_late(payload: dict[str, Any]) -> None:
    purchase = await Purchase.get(id=payload["purchase"])

    def write() -> Letter:
        return Letter(
            _("Your payment came too late, and goes back to you"),
            [
                _("When your payment arrived, what you wanted could not be sold to you any more."),
                _("All of it, %(amount)s, goes back to your card.")
                % {"amount": money(purchase.total_minor, purchase.currency)},
            ],
            _("See your purchase"),
            purchase.path,
        )

    await send(payload, await Person.get(id=purchase.person_id), write)


async def _refund_sent(payload: dict[str, Any]) -> None:
    refund = await Refund.get(id=payload["refund"])
    purchase = await Purchase.get(id=int(refund.subject.removeprefix("purchase:")))

    def write() -> Letter:
        return Letter(
            _("%(amount)s is on its way back to you") % {"amount": money(refund.amount_minor, refund.currency)},
            [
                _("Why: %(reason)s.") % {"reason": said(refund.reason).rstrip(" .。")},
                _("It arrives on your card in a few days; how many, your bank decides."),
            ],
            _("See your purchase"),
            purchase.path,
        )

    await send(payload, await Person.get(id=purchase.person_id), write)


JOBS: dict[str, Job] = {
    "goods_bought": _bought, "goods_sold": _sold, "goods_came_too_late": _came_too_late, "purchase_refund_sent": _refund_sent,
}  # fmt: skip
