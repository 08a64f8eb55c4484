"""Giving money back by Stripe."""

from __future__ import annotations

import stripe as library

from crowdfund.payments.found import RefundFound
from crowdfund.payments.models import RefundState
from crowdfund.payments.stripe.asking import all_of, ask, client, id_of, is_for, under


async def refund(*, key: str, stripe_charge_id: str, amount_minor: int, refund_id: int) -> RefundFound:
    """Give money back, and say what came of it so far."""
    made = await ask(
        client().v1.refunds.create_async(
            {"charge": stripe_charge_id, "amount": amount_minor, "metadata": {"refund": str(refund_id)}},
            under(key),
        )
    )
    return _refund_of(made)


async def refund_found(stripe_refund_id: str) -> RefundFound:
    return _refund_of(await ask(client().v1.refunds.retrieve_async(stripe_refund_id)))


async def refund_searched(stripe_charge_id: str, refund_id: int) -> RefundFound | None:
    """Look for a refund whose answer was lost, by listing the charge's; None: there is none."""
    page = await ask(client().v1.refunds.list_async({"charge": stripe_charge_id, "limit": 100}))
    async for found in all_of(page):
        if is_for(found, "refund", refund_id):
            return _refund_of(found)
    return None


def _refund_of(found: library.Refund) -> RefundFound:
    return RefundFound(
        found.id,
        _refund_state(str(found.status)),
        id_of(found.balance_transaction),
        id_of(getattr(found, "failure_balance_transaction", None)),  # Stripe leaves the key out until it fails
    )


def _refund_state(status: str) -> RefundState:
    ended = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}
    return ended.get(status, RefundState.PENDING)
