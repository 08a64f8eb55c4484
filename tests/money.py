"""More sentences about money: what a fan does on the processor's pages, what was charged when, who was told what."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx

from crowdfund import settings
from crowdfund.campaigns.models import Campaign
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments import stripe
from crowdfund.payments.cards import start_card_setup
from crowdfund.payments.models import Charge, Consent, SavedCard
from crowdfund.people.models import Mail, Person
from crowdfund.pledges.actions import finish_setup
from crowdfund.pledges.following import follow_charge
from crowdfund.pledges.models import Pledge
from tests.bank import ask

RETURN_URL = "http://127.0.0.1:8000/back"


async def again_pledge(pledge: Pledge) -> Pledge:
    return await Pledge.get(id=pledge.id)


async def attempts(pledge: Pledge) -> list[Charge]:
    """The charges tried for a pledge, the first first."""
    return await Charge.filter(subject=f"pledge:{pledge.id}").order_by("attempt")


async def outcomes(pledge: Pledge) -> list[tuple[str, str]]:
    """What came of each attempt: state, and what the bank said."""
    return [(charge.state, charge.decline_code) for charge in await attempts(pledge)]


async def days_tried(pledge: Pledge, campaign: Campaign) -> list[int]:
    """On which days after the close the card was asked."""
    assert campaign.closed_at is not None
    return [(charge.made_at - campaign.closed_at) // timedelta(days=1) for charge in await attempts(pledge)]


async def told(pledge: Pledge) -> list[str]:
    """The subjects of the mails to a pledge's fan, the first first."""
    fan = await Person.get(id=pledge.person_id)
    return [mail.subject for mail in await Mail.filter(to_address=fan.email).order_by("id")]


async def at_the_processor(what: str) -> tuple[int, int]:
    """How many charges (refunds, transfers, …) the processor carried out, and their sum in cents."""
    counted = (await ask("GET", "totals")).get(what, {}).get("eur", {"count": 0, "amount_minor": 0})
    return counted["count"], next(value for name, value in counted.items() if name != "count")


async def books(campaign: Campaign) -> dict[str, int]:
    """What lies in the accounts that a fund's money runs through, in cents; empty ones are left out."""
    currency, organisation = campaign.currency, campaign.organisation_id
    accounts = {
        "fund": chart.fund(campaign.id, currency),
        "payable": chart.payable(organisation, currency),
        "receivable": chart.receivable(organisation, currency),
        "clearing": chart.refund_clearing(currency),
        "transit": chart.payout_transit(currency),
        "fee": chart.fee(currency),
        "processor": chart.processor(currency),
        "dispute": chart.dispute_cost(currency),
        "bank": chart.bank(currency),
        "stripe": chart.stripe(currency),
    }
    held = {name: await balance_minor(account) for name, account in accounts.items()}
    return {name: minor for name, minor in held.items() if minor}


def dollar_fee_minor(amount_minor: int) -> int:
    """What the simulated processor takes of a payment in dollars: 2.9 % and 30 cents."""
    return (amount_minor * 29 + 500) // 1000 + 30


def stripe_fee_minor(amount_minor: int) -> int:
    """What the simulated processor takes: 1.5 % rounded up, and 25 cents."""
    return -(-amount_minor * 15 // 1000) + 25


# --- on the processor's pages ---


async def confirm_at_bank(pledge: Pledge, outcome: str = "complete") -> None:
    """The fan is sent to her bank's page, presses a button on it, and comes back."""
    intent_id = str((await attempts(pledge))[-1].stripe_payment_intent_id)
    card = await SavedCard.get(id=(await again_pledge(pledge)).card_id)
    url = await stripe.authenticate(intent_id, card.stripe_payment_method_id, RETURN_URL)
    if url is not None:
        await press(url, outcome=outcome)
    await follow_charge(intent_id)


async def confirm_and_close_the_browser(pledge: Pledge) -> None:
    """She presses "complete" on her bank's page and never comes back to us."""
    charge = (await attempts(pledge))[-1]
    card = await SavedCard.get(id=charge.card_id)
    url = await stripe.authenticate(str(charge.stripe_payment_intent_id), card.stripe_payment_method_id, RETURN_URL)
    assert url is not None
    await press(url, outcome="complete")


async def press(url: str, **fields: str) -> httpx.Response:
    """Open a page of the processor and send its form with these fields; gives the answer, redirects not followed."""
    async with httpx.AsyncClient(trust_env=False, timeout=30, verify=False) as client:
        page = await client.get(url)
        assert page.status_code == 200, page.text
        action = re.search(r'<form method="post"(?: action="([^"]+)")?', page.text)
        assert action is not None, f"no form to send: {page.text}"
        return await client.post(httpx.URL(url).join(action[1] or url), data=fields)


async def save_card(pledge: Pledge, card: str, *, consent: Consent = Consent.WHILE_NEEDED) -> None:
    """The fan saves another card on the processor's page, for this pledge, and comes back."""
    session_id = await fill_in_card(pledge, card, consent=consent)
    await finish_setup(session_id)


async def fill_in_card(pledge: Pledge, card: str, *, consent: Consent = Consent.WHILE_NEEDED) -> str:
    """The fan saves a card on the processor's page; we have not heard of it yet. Gives the visit's session."""
    url = await start_card_setup(
        pledge.person_id, subject=f"pledge:{pledge.id}", currency=pledge.currency, consent=consent,
        consent_text="I agree that my card is charged if the fund succeeds.", success_url=RETURN_URL, cancel_url=RETURN_URL,
    )  # fmt: skip
    answer = await press(url, card=card, email="fan@example.com")
    assert answer.status_code == 303, answer.text
    if "3d-secure" in answer.headers["location"]:
        await press(answer.headers["location"], outcome="complete")
    return httpx.URL(url).path.rsplit("/", 1)[-1]


# --- the processor's own record, as a person with its key reads it ---


def _bearer(ours: settings.Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {ours.stripe_key}"}


async def read(path: str, **params: Any) -> Any:
    """A GET of the processor's API, past our own client."""
    ours = settings.current()
    async with httpx.AsyncClient(trust_env=False, timeout=30, verify=False) as client:
        answer = await client.get(f"{ours.sandbox_origin}/v1/{path}", params=params, headers=_bearer(ours))
    assert answer.status_code == 200, answer.text
    return answer.json()
