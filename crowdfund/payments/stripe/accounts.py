"""Accounts of organisations at Stripe, and transfers to them."""

from __future__ import annotations

from crowdfund.payments.stripe.asking import all_of, ask, client, id_of, is_for, under


async def make_account(organisation_id: int, country: str, email: str) -> str:
    """An account that receives payouts; the platform bears fees and losses, as it is merchant of record."""
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
                "capabilities": {"transfers": {"requested": True}},
                "metadata": {"organisation": str(organisation_id)},
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
