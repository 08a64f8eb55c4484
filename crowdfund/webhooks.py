"""The switchboard: what each kind of Stripe's events makes us look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from crowdfund.disputes.actions import follow_dispute
from crowdfund.orders.following import follow_order_refund
from crowdfund.orders.goods.following import follow_purchase_refund
from crowdfund.orders.goods.paying import visits as purchases
from crowdfund.orders.paying import finish_checkout
from crowdfund.orders.returns.following import follow_goods_refund
from crowdfund.orders.runs.cards import finish_run_setup
from crowdfund.orders.runs.charging import follow_run_charge
from crowdfund.payments.inbox import Action, OfAccount
from crowdfund.payouts.banks.actions import follow_bank_payout
from crowdfund.people.verification import follow_account
from crowdfund.pledges.actions import finish_setup
from crowdfund.pledges.card_changes import follow_card
from crowdfund.pledges.following import follow_charge, follow_refund


def whoever_knows(*actions: Callable[[str], Awaitable[bool]]) -> Action:
    """Each room is asked, as only one of them knows the object."""

    async def ask(object_id: str) -> bool:
        return any([await action(object_id) for action in actions])

    return ask


_page_left = whoever_knows(finish_setup, finish_checkout, purchases.finish, finish_run_setup)
_charge_moved = whoever_knows(follow_charge, follow_run_charge)
_refund_moved = whoever_knows(follow_refund, follow_order_refund, follow_purchase_refund, follow_goods_refund)

_bank_payout_moved = OfAccount(follow_bank_payout)

SWITCHBOARD: dict[str, Action | OfAccount] = {
    "checkout.session.completed": _page_left,
    "checkout.session.expired": _page_left,
    "payment_method.automatically_updated": follow_card,
    "payment_method.updated": follow_card,
    "payment_method.detached": follow_card,
    "payment_intent.succeeded": _charge_moved,
    "payment_intent.payment_failed": _charge_moved,
    "payment_intent.canceled": _charge_moved,
    "refund.created": _refund_moved,
    "refund.updated": _refund_moved,
    "refund.failed": _refund_moved,
    "charge.dispute.created": follow_dispute,
    "charge.dispute.updated": follow_dispute,
    "charge.dispute.funds_withdrawn": follow_dispute,
    "charge.dispute.funds_reinstated": follow_dispute,
    "charge.dispute.closed": follow_dispute,
    "account.updated": follow_account,
    "payout.paid": _bank_payout_moved,
    "payout.failed": _bank_payout_moved,
}
