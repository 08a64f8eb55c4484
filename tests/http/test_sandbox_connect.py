"""Connected accounts at the sandbox: onboarding, transfers, reversals, and payouts of their own."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)
BACK, AGAIN = "http://127.0.0.1:8000/shop/payouts", "http://127.0.0.1:8000/shop/payouts/link"


async def _new_account(api: Caller, **more: Any) -> Any:
    controller = {
        "fees": {"payer": "application"}, "losses": {"payments": "application"}, "stripe_dashboard": {"type": "express"},
    }  # fmt: skip
    return await api.v1.accounts.create_async(
        {"country": "DE", "email": "maker@example.com", "controller": controller, "metadata": {"shop": "4"},
         "capabilities": {"card_payments": {"requested": True}, "transfers": {"requested": True}},
         "business_profile": {"name": "Earring Studio"}, **more}
    )  # fmt: skip


async def _link(api: Caller, account_id: str) -> str:
    link = await api.v1.account_links.create_async(
        {"account": account_id, "type": "account_onboarding", "return_url": BACK, "refresh_url": AGAIN}
    )
    assert link.expires_at == link.created + 300
    return str(link.url)


async def test_an_account_starts_unable_and_is_verified_on_the_onboarding_page(api: Caller) -> None:
    account = await _new_account(api)
    assert (account.default_currency, account.details_submitted, account.payouts_enabled) == ("eur", False, False)
    assert (account.controller.fees.payer, account.capabilities.transfers) == ("application", "inactive")
    assert account.requirements.disabled_reason == "requirements.past_due" and account.requirements.currently_due
    url = await _link(api, account.id)
    page = await api.http.get(url)
    for words in ("Simulated", "Earring Studio", "Complete verification", "Leave unfinished", "Be rejected"):
        assert words in page.text
    done = await api.http.post(url, data={"outcome": "complete"})
    assert (done.status_code, done.headers["location"]) == (303, BACK)
    able = await api.v1.accounts.retrieve_async(account.id)
    assert (able.details_submitted, able.charges_enabled, able.payouts_enabled) == (True, True, True)
    assert (able.capabilities.transfers, able.requirements.currently_due) == ("active", [])
    told = await api.v1.events.list_async({}, {"stripe_account": account.id})
    assert [(event.type, event.account) for event in told.data] == [("account.updated", account.id)]
    assert told.data[0].data.previous_attributes["payouts_enabled"] is False


async def test_a_link_is_for_one_visit(api: Caller) -> None:
    account = await _new_account(api)
    url = await _link(api, account.id)
    assert (await api.http.get(url)).status_code == 200
    second = await api.http.get(url)
    assert (second.status_code, second.headers["location"]) == (303, AGAIN)
    assert (await api.http.post(url, data={"outcome": "unfinished"})).headers["location"] == BACK
    assert (await api.http.post(url, data={"outcome": "complete"})).status_code == 404
    assert (await api.v1.accounts.retrieve_async(account.id)).details_submitted is False


async def test_a_rejected_account_gets_nothing(api: Caller) -> None:
    account = await _new_account(api)
    url = await _link(api, account.id)
    await api.http.get(url)
    await api.http.post(url, data={"outcome": "rejected"})
    rejected = await api.v1.accounts.retrieve_async(account.id)
    assert (rejected.details_submitted, rejected.payouts_enabled) == (True, False)
    assert rejected.requirements.disabled_reason == "rejected.other"
    await api.pay("instant")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.transfers.create_async({"amount": 100, "currency": "eur", "destination": account.id})
    assert refused.value.code == "insufficient_capabilities_for_transfer"


async def test_accounts_that_make_no_sense_are_refused(api: Caller) -> None:
    for params in ({"type": "express", "controller": {"fees": {"payer": "account"}}}, {"country": "XX"}):
        with pytest.raises(stripe.InvalidRequestError):
            await api.v1.accounts.create_async(params)
    assert (await api.v1.accounts.create_async({"type": "express", "country": "JP"})).default_currency == "jpy"


async def test_who_only_receives_is_under_another_agreement(api: Caller) -> None:
    alone: Any = {"transfers": {"requested": True}}
    with pytest.raises(stripe.InvalidRequestError, match="needs approval"):
        await _new_account(api, capabilities=alone)
    receives = {"tos_acceptance": {"service_agreement": "recipient"}}
    account = await _new_account(api, country="CN", capabilities=alone, **receives)
    assert (account.tos_acceptance.service_agreement, account.capabilities.to_dict()) == (
        "recipient",
        {"transfers": "inactive"},
    )
    with pytest.raises(stripe.InvalidRequestError, match="can't request card_payments"):
        await _new_account(api, country="CN", **receives)


async def test_a_transfer_needs_money_that_is_there(api: Caller) -> None:
    studio = await api.account()
    await api.pay(amount=100_00)
    with pytest.raises(stripe.InvalidRequestError) as poor:
        await api.v1.transfers.create_async({"amount": 50_00, "currency": "eur", "destination": studio})
    assert poor.value.code == "balance_insufficient"
    await api.pass_time(days=2)
    transfer = await api.v1.transfers.create_async(
        {"amount": 50_00, "currency": "eur", "destination": studio, "transfer_group": "fund:7", "metadata": {"payout": "1"},
         "expand": ["balance_transaction"]}
    )  # fmt: skip
    assert (transfer.balance_transaction.net, transfer.reversed, transfer.amount_reversed) == (-50_00, False, 0)
    assert await api.balance() == {"eur": (48_25, 0)}
    assert await api.balance(studio) == {"eur": (50_00, 0)}
    for found in (
        await api.v1.transfers.list_async({"destination": studio}),
        await api.v1.transfers.list_async({"transfer_group": "fund:7", "destination": studio}),
    ):
        assert [one.id for one in found.data] == [transfer.id]
    assert (await api.event_types())[-1] == "transfer.created"
    with pytest.raises(stripe.InvalidRequestError) as nobody:
        await api.v1.transfers.create_async({"amount": 1_00, "currency": "eur", "destination": "acct_none"})
    assert nobody.value.param == "destination"


async def test_a_transfer_from_a_charge_waits_with_it(api: Caller) -> None:
    seller = await api.account()
    intent = await api.pay(amount=30_00, transfer_group="order:5")
    transfer = await api.v1.transfers.create_async(
        {"amount": 23_90, "currency": "eur", "destination": seller, "source_transaction": intent.latest_charge}
    )
    assert (transfer.transfer_group, transfer.source_transaction) == ("order:5", intent.latest_charge)
    assert (await api.balance(seller), await api.balance()) == ({"eur": (0, 23_90)}, {"eur": (0, 29_30 - 23_90)})
    with pytest.raises(stripe.InvalidRequestError, match=r"6\.10 EUR"):
        await api.v1.transfers.create_async(
            {"amount": 6_11, "currency": "eur", "destination": seller, "source_transaction": intent.latest_charge}
        )
    await api.pass_time(days=2)
    assert await api.balance(seller) == {"eur": (23_90, 0)}


async def test_a_reversal_takes_back_what_the_account_still_has(api: Caller) -> None:
    seller = await api.account()
    await api.pay("instant", amount=100_00)
    transfer = await api.v1.transfers.create_async({"amount": 50_00, "currency": "eur", "destination": seller})
    part = await api.v1.transfers.reversals.create_async(transfer.id, {"amount": 10_00, "metadata": {"refund": "2"}})
    assert (part.amount, part.transfer, part.metadata["refund"]) == (10_00, transfer.id, "2")
    with pytest.raises(stripe.InvalidRequestError, match=r"40\.00 EUR"):
        await api.v1.transfers.reversals.create_async(transfer.id, {"amount": 40_01})
    await api.v1.payouts.create_async({"amount": 15_00, "currency": "eur"}, {"stripe_account": seller})
    with pytest.raises(stripe.InvalidRequestError) as poor:
        await api.v1.transfers.reversals.create_async(transfer.id)
    assert poor.value.code == "balance_insufficient"
    await api.v1.transfers.reversals.create_async(transfer.id, {"amount": 25_00})
    assert (await api.balance(seller), await api.balance()) == ({"eur": (0, 0)}, {"eur": (83_25, 0)})
    read = await api.v1.transfers.retrieve_async(transfer.id)
    assert (read.amount_reversed, read.reversed, len(read.reversals.data)) == (35_00, False, 2)
    page = await api.v1.transfers.reversals.list_async(transfer.id, {"limit": 1})
    assert ([one.amount for one in page.data], page.has_more) == ([25_00], True)
    assert (await api.event_types()).count("transfer.reversed") == 2


async def test_what_a_connected_account_has_goes_to_its_bank_at_midnight(api: Caller) -> None:
    seller, by_hand = await api.account(), await api.account(payouts="manual")
    await api.pay("instant", amount=100_00)
    there = await api.v1.transfers.create_async({"amount": 50_00, "currency": "eur", "destination": seller})
    await api.v1.transfers.create_async({"amount": 20_00, "currency": "eur", "destination": by_hand})
    assert await api.balance(seller) == {"eur": (50_00, 0)}
    await api.pass_time(days=1)
    assert (await api.balance(seller), await api.balance(by_hand)) == ({"eur": (0, 0)}, {"eur": (20_00, 0)})
    (payout,) = (await api.v1.payouts.list_async({}, {"stripe_account": seller})).data
    assert (payout.amount, payout.automatic, payout.status) == (50_00, True, "pending")
    with pytest.raises(stripe.InvalidRequestError) as too_late:
        await api.v1.transfers.reversals.create_async(there.id, {"amount": 1})
    assert too_late.value.code == "balance_insufficient"
    await api.pass_time(days=2)
    assert (await api.v1.payouts.retrieve_async(payout.id, {}, {"stripe_account": seller})).status == "paid"
    made = await api.v1.accounts.retrieve_async(by_hand)
    assert made.settings is not None and made.settings.payouts is not None
    assert (made.settings.payouts.schedule.interval, made.settings.payouts.schedule.delay_days) == ("manual", 2)


async def test_a_transfer_that_waits_for_its_charge_leaves_for_the_bank_after_it(api: Caller) -> None:
    seller = await api.account()
    intent = await api.pay(amount=30_00)
    await api.v1.transfers.create_async(
        {"amount": 20_00, "currency": "eur", "destination": seller, "source_transaction": intent.latest_charge}
    )
    await api.pass_time(days=2)
    assert await api.balance(seller) == {"eur": (20_00, 0)}
    await api.pass_time(days=1)
    assert await api.balance(seller) == {"eur": (0, 0)}


async def test_a_connected_account_pays_out_and_is_told(api: Caller) -> None:
    seller = await api.account(payouts="manual")
    await api.pay("instant", amount=100_00)
    await api.v1.transfers.create_async({"amount": 50_00, "currency": "eur", "destination": seller})
    as_seller = {"stripe_account": seller}
    payout = await api.v1.payouts.create_async({"amount": 20_00, "currency": "eur"}, as_seller)
    failing = await api.v1.payouts.create_async({"amount": 30_00, "currency": "eur"}, as_seller)
    await api.control("POST", f"payouts/{failing.id}/fail")
    await api.pass_time(days=2)
    assert (await api.v1.payouts.retrieve_async(payout.id, {}, as_seller)).status == "paid"
    assert (await api.v1.payouts.retrieve_async(failing.id, {}, as_seller)).status == "failed"
    assert await api.balance(seller) == {"eur": (30_00, 0)}
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.payouts.retrieve_async(payout.id)
    told = await api.v1.events.list_async({"type": "payout.*"}, as_seller)
    assert {(event.type, event.account) for event in told.data} == {
        ("payout.created", seller), ("payout.failed", seller), ("payout.paid", seller),
    }  # fmt: skip
    entries = await api.v1.balance_transactions.list_async({}, as_seller)
    assert sorted(one.type for one in entries.data) == ["payment", "payout", "payout", "payout_failure"]


async def test_an_account_without_onboarding_gets_no_payout(api: Caller) -> None:
    account = await _new_account(api)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payouts.create_async({"amount": 100, "currency": "eur"}, {"stripe_account": account.id})
    assert refused.value.code == "payouts_not_allowed"
    with pytest.raises(stripe.PermissionError):
        await api.v1.balance.retrieve_async({}, {"stripe_account": "acct_none"})
    other = Caller(api.url)
    with pytest.raises(stripe.PermissionError):
        await other.v1.balance.retrieve_async({}, {"stripe_account": account.id})
    await other.close()
