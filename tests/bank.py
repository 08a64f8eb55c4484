"""The sandbox in the hands of a test: fans with cards that do what their name says, faults, disputes, time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.books import check
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql
from crowdfund.desk.proceeds import given_back_of, proceeds_of
from crowdfund.payments import stripe
from crowdfund.pledges.models import Pledge
from crowdfund.sandbox.remote import control
from crowdfund.worker import work_until_idle
from tests.world import Fan, a_card, a_fan, a_studio, again, broken, pledged


async def ask(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """One call to the sandbox's controls, for this test's account."""
    return await control(path, body, method=method)


async def fans_with(*cards: str, consent: str = "while_needed") -> list[Fan]:
    """A fan for each card, by the sandbox's names: ok, declines_later, lost, authentication_always …"""
    made = await ask("POST", "cards", {"cards": list(cards)})
    fans = []
    for customer_id, method_id in zip(made["customers"], made["payment_methods"], strict=True):
        fan = await a_fan(customer_id=customer_id)
        await a_card(fan, method_id, consent=consent)
        fans.append(fan)
    return fans


async def pledges_with(campaign: Campaign, *cards: str, amount_minor: int = 25_00, **more: object) -> list[Pledge]:
    made = [await pledged(fan, campaign, amount_minor=amount_minor, **more) for fan in await fans_with(*cards)]
    return [await Pledge.get(id=one.id) for one in made]


async def a_studio_with_account() -> int:
    account_id = await stripe.make_account(1, "DE", "studio@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    return await a_studio(account_id=account_id)


async def fault(kind: str, operation: str = "*", **more: object) -> None:
    await ask("POST", "faults", {"kind": kind, "operation": operation, **more})


async def no_faults() -> None:
    await ask("DELETE", "faults")


_OPENED = Sql("SELECT started FROM process_start")


async def work_done() -> None:
    """What is due is done. Sweeps are taken from others only where this database was ever opened by another process."""
    await work_until_idle(leased=await _OPENED.value() > 1)


async def pass_time(**by: float) -> None:
    """Time passes for the site and for the sandbox, once for both where they share a clock, and what came due is done."""
    seconds = int(timedelta(**by).total_seconds())
    before = (await ask("POST", "clock", {"advance_seconds": 0}))["now"]
    clock.advance(timedelta(**by))
    now = (await ask("POST", "clock", {"advance_seconds": 0}))["now"]
    if now - before < seconds - 1:
        await ask("POST", "clock", {"advance_seconds": seconds})
    await work_done()


async def close_now(campaign: Campaign) -> Campaign:
    """The deadline comes, and the work of that moment is done."""
    assert campaign.closes_at is not None
    left = campaign.closes_at - clock.now()
    await pass_time(seconds=left.total_seconds() + 1)
    return await again(campaign)


async def states(campaign: Campaign) -> dict[str, int]:
    counts: dict[str, int] = {}
    for pledge in await Pledge.filter(campaign_id=campaign.id):
        counts[pledge.state] = counts.get(pledge.state, 0) + 1
    return counts


async def books_proven() -> None:
    assert broken((await check(counting=False)).findings) == []
    await makers_are_told_every_cent()


async def makers_are_told_every_cent() -> None:
    """What a dashboard shows of each fund's money adds up, whatever happened to it."""
    for campaign in await Campaign.all():
        if (found := await proceeds_of(campaign)) is not None:
            assert found.collected_minor == (
                found.taken_before_minor
                + found.waiting_minor
                + found.processor_minor
                + found.fee_minor
                + found.owed_minor
            )
            assert found.yours_minor == (
                found.paid_minor + found.on_its_way_minor + found.held_minor + found.kept_minor - found.receivable_minor
            )
            assert (
                min(
                    found.taken_before_minor,
                    found.waiting_minor,
                    found.fee_returned_minor,
                    found.paid_minor,
                    found.held_minor,
                )
                >= 0
            )
        if (back := await given_back_of(campaign)) is not None:
            assert min(back.returned_minor, back.returning_minor, back.banks_minor) >= 0
