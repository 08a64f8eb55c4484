"""A bank sends a seller's payout back: it is seen, told, and tried again as the same payout until it arrives; our ledger stays as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crowdfund.database.ids import public
from crowdfund.payments import stripe
from crowdfund.payouts.banks.actions import look_for_failed
from crowdfund.payouts.banks.models import BankPayout, BankPayoutEvent
from crowdfund.people.models import Organisation, StaffRole
from tests.bank import ask, fault, no_faults, pass_time
from tests.earnings import Split, a_seller, earned, earnings_proven, given_back, holds, there_is_money
from tests.hooks import an_event, tell, work_off_events
from tests.http.conftest import SiteUnderTest
from tests.http.program import code_of, program_of
from tests.http.test_earnings_pages import belongs

EARNED = 69_62


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await no_faults()
    await earnings_proven()


async def account_of(seller: int) -> str:
    return str((await Organisation.get(id=seller)).stripe_account_id)


async def at_the_bank(seller: int) -> list[Any]:
    """Payouts of a seller's own account at the processor, the newest first."""
    page = await stripe.client().v1.payouts.list_async({"limit": 100}, {"stripe_account": await account_of(seller)})
    return list(page.data)


async def paid_to_its_bank() -> int:
    """A seller that has earned 69.62, which left its account at the processor by itself."""
    await there_is_money(1_000_00)
    seller = await a_seller()
    await earned(Split(seller, EARNED))
    await pass_time(minutes=1)
    await pass_time(days=3)
    [payout] = await at_the_bank(seller)
    assert payout.amount == EARNED
    return seller


async def happened(kind: str, seller: int, payout: Any, number: int = 1) -> None:
    await tell(an_event(f"payout.{kind}", payout.id, number=number, account=await account_of(seller)))
    await work_off_events()


async def sent_back(seller: int, number: int = 1) -> BankPayout:
    """Its bank sends the latest one back, and the processor tells us."""
    latest = (await at_the_bank(seller))[0]
    await ask("POST", f"payouts/{latest.id}/fail")
    await happened("failed", seller, latest, number)
    return await BankPayout.get(organisation_id=seller)


async def test_it_is_the_same_payout_until_it_arrives_and_after(database: str) -> None:
    seller = await paid_to_its_bank()
    first = (await at_the_bank(seller))[0]
    payout = await sent_back(seller)
    assert (payout.state, payout.amount_minor, payout.note) == ("failed", EARNED, "The bank account has been closed.")
    await happened("failed", seller, first, 2)  # told twice
    await pass_time(hours=12)
    assert len(await at_the_bank(seller)) == 1, "tomorrow"
    await pass_time(hours=12)
    [second, _] = await at_the_bank(seller)
    assert (second.amount, second.metadata.to_dict()) == (EARNED, {"bank_payout": str(payout.id), "attempt": "1"})
    await happened("failed", seller, first, 3)  # of the one before: it is known
    await pass_time(days=3)
    await happened("paid", seller, second)
    assert (await BankPayout.get(id=payout.id)).state == "paid"
    again = await sent_back(seller)  # banks do so days after it has arrived
    assert (again.id, again.state, again.attempt) == (payout.id, "failed", 1)
    await pass_time(days=1)
    again = await BankPayout.get()
    assert (again.state, again.attempt, len(await at_the_bank(seller))) == ("sent", 2, 3)
    moves = [event.to_state for event in await BankPayoutEvent.filter(bank_payout_id=payout.id).order_by("id")]
    assert moves == ["failed", "sending", "sent", "paid", "failed", "sending", "sent"]
    assert await holds(seller) == {}, "it was paid by us, and lay in its own account all the time"


async def test_answers_and_events_that_are_lost_end_in_the_same_state(database: str) -> None:
    seller = await paid_to_its_bank()
    latest = (await at_the_bank(seller))[0]
    await ask("POST", f"payouts/{latest.id}/fail")
    assert (await look_for_failed(), await look_for_failed()) == (1, 0)
    await fault("drop_after", "payouts.create", times=1)
    await fault("refuse", "payouts.create")
    await pass_time(days=1)
    payout = await BankPayout.get()
    assert (payout.state, payout.attempt) == ("sending", 1)
    await no_faults()
    await pass_time(minutes=6)
    payout = await BankPayout.get()
    assert (payout.state, payout.attempt, len(await at_the_bank(seller))) == ("sent", 1, 2)


async def test_what_was_taken_back_meanwhile_is_not_sent(database: str) -> None:
    seller = await paid_to_its_bank()
    await sent_back(seller)
    await given_back(Split(seller, 0), net=9_62)
    await pass_time(hours=1)  # taken from what lies in its account
    await pass_time(days=1)
    payout = await BankPayout.get()
    assert (payout.state, payout.note) == ("gone", "it left with a later payout, or was taken back")
    assert payout.ended_at is not None and len(await at_the_bank(seller)) == 1


@pytest.mark.pages
async def test_the_seller_and_staff_see_it(site: SiteUnderTest) -> None:
    bao, root = await site.signed_up("Bao"), await site.signed_up("Root", staff=StaffRole.ADMIN)
    seller = await paid_to_its_bank()
    desk = await belongs(bao, seller)
    payout = await sent_back(seller)
    [mail, *_] = [one for one in await site.mails_to(bao.person.email) if "did not take" in one.subject]
    assert "€69.62" in mail.subject and "The bank account has been closed." in mail.text_body
    page = await bao.get(f"{desk}/earnings?currency=EUR")
    assert "Your bank has sent €69.62 back" in page.text and "The bank account has been closed." in page.text
    assert "its bank sent €69.62 back" in (await root.get("/staff")).text
    assert "Sent back by a bank" in (await root.get("/staff/payouts")).text
    program = await program_of(site, bao.person)
    [told] = (await program.read(f"/organisations/{public(seller)}/bank-payouts"))["items"]
    assert (told["state"], told["amount_minor"], told["attempt"]) == ("failed", EARNED, 0)
    again = root.form(f"/staff/payouts/banks/{public(payout.id)}/attempt")
    await root.submit(again.action)
    await pass_time(minutes=1)
    assert (await BankPayout.get(id=payout.id)).state == "sent"
    assert "its bank sent" not in (await root.get("/staff")).text
    assert "Sent back by your bank" in (await bao.get(f"{desk}/earnings?currency=EUR")).text
    assert (await root.post(again.action, again.fields)).status_code == 404
    assert code_of(await program.get("/organisations/0000000000000/bank-payouts")) == (404, "not_found")
