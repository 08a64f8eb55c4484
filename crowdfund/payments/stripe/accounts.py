"""Accounts of organisations at Stripe, transfers to them, and what is taken back from those."""

from __future__ import annotations

from typing import Any, cast

from crowdfund.payments.found import ReversalFound
from crowdfund.payments.stripe.asking import all_of, ask, client, id_of, is_for, under

# Where Stripe has an agreement of its own with who is paid. Elsewhere, as in China, an account may only receive.
FULL_SERVICE = frozenset(
    "AE AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GI GR HK HR HU IE IT JP LI LT LU LV MT MX MY NL NO NZ PL PT RO SE SG SI SK TH US"
    .split()
)  # fmt: skip


async def make_account(organisation_id: int, country: str, email: str) -> str:
    """An account that receives payouts; the platform bears fees and losses, as it is merchant of record.

    Stripe refuses one that asks for transfers alone, unless it is under the agreement of those who only receive.
    """
    is_full = country in FULL_SERVICE
    wanted = ("card_payments", "transfers") if is_full else ("transfers",)
    agreement = {} if is_full else {"tos_acceptance": {"service_agreement": "recipient"}}
    account = await ask(
        client().v1.accounts.create_async(
            {
                "country": country,
                "email": email,
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "stripe_dashboard": {"type": "express"},
                },
                "capabilities": cast(Any, {name: {"requested": True} for name in wanted}),
                "metadata": {"organisation": str(organisation_id)},
                **cast(Any, agreement),
            },
            under(f"organisation:{organisation_id}:account"),
        )
    )
    return account.id


async def onboarding_link(account_id: str, return_url: str, refresh_url: str) -> str:
    link = await ask(
        client().v1.account_links.create_async(
            {
                "account": account_id,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": refresh_url,
            }
        )
    )
    return link.url


async def account_state(account_id: str) -> str:
    """`started` until all is told, `enabled` while payouts work, `disabled` when Stripe stopped them."""
    account = await ask(client().v1.accounts.retrieve_async(account_id))
    if account.payouts_enabled:
        return "enabled"
    return "disabled" if account.details_submitted else "started"


async def transfer(
    *, key: str, amount_minor: int, currency: str, account_id: str, group: str, payout_id: int
) -> tuple[str, str | None]:
    """Send money to an organisation's account. Raises Refused (`balance_insufficient` until charges are available)."""
    made = await ask(
        client().v1.transfers.create_async(
            {
                "amount": amount_minor,
                "currency": currency.lower(),
                "destination": account_id,
                "transfer_group": group,
                "metadata": {"payout": str(payout_id)},
                "expand": ["balance_transaction"],
            },
            under(key),
        )
    )
    return made.id, id_of(made.balance_transaction)


async def transfer_searched(account_id: str, group: str, payout_id: int) -> tuple[str, str | None] | None:
    page = await ask(
        client().v1.transfers.list_async(
            {"destination": account_id, "transfer_group": group, "limit": 100, "expand": ["data.balance_transaction"]}
        )
    )
    async for found in all_of(page):
        if is_for(found, "payout", payout_id):
            return found.id, id_of(found.balance_transaction)
    return None


async def reverse_transfer(*, key: str, transfer_id: str, amount_minor: int, reversal_id: int) -> ReversalFound:
    """Take money of a transfer back. Raises Refused: `balance_insufficient` where the account has less than that available."""
    made = await ask(
        client().v1.transfers.reversals.create_async(
            transfer_id, {"amount": amount_minor, "metadata": {"reversal": str(reversal_id)}}, under(key)
        )
    )
    return _reversal_of(made)


async def reversal_searched(transfer_id: str, reversal_id: int) -> ReversalFound | None:
    """Look for a reversal whose answer was lost, by listing the transfer's; None: there is none."""
    page = await ask(client().v1.transfers.reversals.list_async(transfer_id, {"limit": 100}))
    async for found in all_of(page):
        if is_for(found, "reversal", reversal_id):
            return _reversal_of(found)
    return None


def _reversal_of(found: Any) -> ReversalFound:
    return ReversalFound(found.id, found.amount, id_of(found.balance_transaction))
