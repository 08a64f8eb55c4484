"""Refunds, disputes, the balance and payouts at the sandbox: every movement is a balance transaction, and the sums agree."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)


async def _sums_agree(api: Caller) -> None:
    """What the balance says is what its transactions add up to."""
    page = await api.v1.balance_transactions.list_async({"limit": 100})
    nets: dict[str, int] = {}
    for one in page.data:
        assert one.net == one.amount - one.fee
        nets[one.currency] = nets.get(one.currency, 0) + one.net
    balance = await api.balance()
    assert {currency: sum(both) for currency, both in balance.items()} == (nets or {"eur": 0})


async def test_money_is_pending_for_two_days_then_available(api: Caller) -> None:
    await api.pay(amount=25_00)
    assert await api.balance() == {"eur": (0, 24_37)}
    await api.pass_time(days=1)
    await api.pay(amount=100_00)
    await api.pass_time(days=1)
    assert await api.balance() == {"eur": (24_37, 98_25)}
    await api.pass_time(days=1)
    assert await api.balance() == {"eur": (122_62, 0)}
    page = await api.v1.balance_transactions.list_async({"type": "charge"})
    assert [one.status for one in page.data] == ["available", "available"]
    await _sums_agree(api)


async def test_the_instant_card_is_available_at_once_and_currencies_are_apart(api: Caller) -> None:
    await api.pay("instant", amount=25_00)
    await api.pay(amount=1_000, currency="jpy")
    assert await api.balance() == {"eur": (24_37, 0), "jpy": (0, 960)}


async def test_refunds_in_parts_up_to_the_whole_and_no_further(api: Caller) -> None:
    intent = await api.pay("instant", amount=25_00)
    part = await api.v1.refunds.create_async(
        {"payment_intent": intent.id, "amount": 5_00, "reason": "requested_by_customer", "metadata": {"refund": "3"}}
    )
    assert (part.status, part.amount, part.charge, part.metadata["refund"]) == (
        "succeeded",
        5_00,
        intent.latest_charge,
        "3",
    )
    with pytest.raises(stripe.InvalidRequestError, match=r"20\.00 EUR"):
        await api.v1.refunds.create_async({"charge": intent.latest_charge, "amount": 20_01})
    rest = await api.v1.refunds.create_async(
        {"charge": intent.latest_charge, "expand": ["balance_transaction", "charge"]}
    )
    assert (rest.amount, rest.charge.refunded, rest.charge.amount_refunded) == (20_00, True, 25_00)
    assert (rest.balance_transaction.net, rest.balance_transaction.fee, rest.balance_transaction.type) == (
        -20_00,
        0,
        "refund",
    )
    with pytest.raises(stripe.InvalidRequestError) as over:
        await api.v1.refunds.create_async({"charge": intent.latest_charge})
    assert over.value.code == "charge_already_refunded"
    page = await api.v1.refunds.list_async({"charge": intent.latest_charge})
    assert [one.id for one in page.data] == [rest.id, part.id]
    assert (await api.v1.refunds.retrieve_async(part.id)).amount == 5_00
    assert await api.balance() == {"eur": (-63, 0)}  # the fee stays with the processor
    assert (await api.event_types())[-4:] == ["refund.created", "charge.refunded"] * 2
    await _sums_agree(api)


async def test_a_refund_that_makes_no_sense_is_refused(api: Caller) -> None:
    intent = await api.pay()
    waiting = await api.v1.payment_intents.create_async({"amount": 500, "currency": "eur"})
    for params in (
        {},
        {"charge": intent.latest_charge, "payment_intent": intent.id},
        {"charge": "ch_none"},
        {"payment_intent": waiting.id},
        {"charge": intent.latest_charge, "amount": 0},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            await api.v1.refunds.create_async(params)


async def test_a_refund_to_a_closed_card_comes_back(api: Caller) -> None:
    intent = await api.pay("refund_fails", amount=25_00)
    refund = await api.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    failed = await api.v1.refunds.retrieve_async(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction.net == 25_00
    charge = await api.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    types = await api.event_types()
    assert types.index("refund.created") < types.index("refund.updated") < types.index("refund.failed")
    await _sums_agree(api)


async def _disputed(api: Caller) -> Any:
    intent = await api.pay("disputed", amount=50_00)
    page = await api.v1.disputes.list_async({"payment_intent": intent.id})
    assert len(page.data) == 1
    return page.data[0]


async def test_a_disputed_charge_takes_the_money_and_a_fee(api: Caller) -> None:
    dispute = await _disputed(api)
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 50_00)
    assert dispute.evidence_details.due_by > dispute.created
    [taken] = dispute.balance_transactions
    assert (taken.amount, taken.fee, taken.net, taken.type) == (-50_00, 20_00, -70_00, "adjustment")
    assert (await api.v1.charges.retrieve_async(dispute.charge)).disputed is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.refunds.create_async({"charge": dispute.charge})
    assert refused.value.code == "charge_disputed"
    types = await api.event_types()
    assert types[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    await _sums_agree(api)


async def test_winning_evidence_brings_the_money_back_but_not_the_fee(api: Caller) -> None:
    dispute = await _disputed(api)
    staged = await api.v1.disputes.update_async(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence", "customer_name": "Mei"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    sent = await api.v1.disputes.update_async(dispute.id, {"submit": True})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    won = await api.v1.disputes.retrieve_async(dispute.id)
    assert (won.status, [one.net for one in won.balance_transactions]) == ("won", [-70_00, 50_00])
    assert sum((await api.balance())["eur"]) == 50_00 - 100 - 20_00
    assert (await api.event_types())[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    assert (await api.v1.refunds.create_async({"charge": dispute.charge})).status == "succeeded"
    await _sums_agree(api)


async def test_losing_evidence_giving_up_and_silence_all_lose(api: Caller) -> None:
    argued, accepted, ignored = await _disputed(api), await _disputed(api), await _disputed(api)
    await api.v1.disputes.update_async(argued.id, {"evidence": {"uncategorized_text": "losing_evidence"}})
    assert (await api.v1.disputes.close_async(accepted.id)).status == "lost"
    await api.pass_time(days=15)
    for dispute in (argued, accepted, ignored):
        assert (await api.v1.disputes.retrieve_async(dispute.id)).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.disputes.update_async(ignored.id, {"evidence": {"uncategorized_text": "too late"}})
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.disputes.close_async(ignored.id)
    await _sums_agree(api)


async def test_evidence_that_says_nothing_special_waits_for_the_bank(api: Caller) -> None:
    dispute = await _disputed(api)
    await api.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": "She was at the cinema."}})
    await api.pass_time(days=20)
    assert (await api.v1.disputes.retrieve_async(dispute.id)).status == "under_review"
    closed = await api.control("POST", f"disputes/{dispute.id}/close", {"won": True})
    assert closed["status"] == "won"
    await api.control("POST", f"disputes/{dispute.id}/close", {"won": True}, status=400)


async def test_any_paid_charge_can_be_disputed_by_hand_once(api: Caller) -> None:
    intent = await api.pay(amount=40_00)
    await api.v1.refunds.create_async({"payment_intent": intent.id, "amount": 10_00})
    opened = await api.control("POST", f"charges/{intent.latest_charge}/dispute", {"reason": "product_not_received"})
    assert (opened["amount"], opened["reason"]) == (30_00, "product_not_received")
    await api.control("POST", f"charges/{intent.latest_charge}/dispute", status=400)
    await api.control("POST", "charges/ch_none/dispute", status=404)
    await _sums_agree(api)


async def test_a_payout_leaves_arrives_and_may_come_back(api: Caller) -> None:
    await api.pay("instant", amount=100_00)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payouts.create_async({"amount": 98_26, "currency": "eur"})
    assert refused.value.code == "balance_insufficient"
    payout = await api.v1.payouts.create_async({"amount": 98_25, "currency": "eur", "metadata": {"payout": "1"}})
    assert (payout.status, await api.balance()) == ("pending", {"eur": (0, 0)})
    await api.pass_time(days=2)
    assert (await api.v1.payouts.retrieve_async(payout.id)).status == "paid"
    failed = await api.control("POST", f"payouts/{payout.id}/fail")
    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
    assert await api.balance() == {"eur": (98_25, 0)}
    await api.control("POST", f"payouts/{payout.id}/fail", status=400)
    page = await api.v1.balance_transactions.list_async({"payout": payout.id})
    assert [one.net for one in page.data] == [98_25, -98_25]
    assert [one.id for one in (await api.v1.payouts.list_async({"status": "failed"})).data] == [payout.id]
    assert [t for t in await api.event_types() if t.startswith("payout.")] == [
        "payout.created",
        "payout.paid",
        "payout.failed",
    ]
    await _sums_agree(api)


async def test_transactions_are_found_by_source_type_and_time(api: Caller) -> None:
    intent = await api.pay()
    refund = await api.v1.refunds.create_async({"payment_intent": intent.id})
    await api.pass_time(days=1)
    later = await api.pay()
    by_source = await api.v1.balance_transactions.list_async({"source": refund.id, "expand": ["data.source"]})
    assert [(one.type, one.source.object) for one in by_source.data] == [("refund", "refund")]
    charges = await api.v1.balance_transactions.list_async({"type": "charge"})
    assert [one.source for one in charges.data] == [later.latest_charge, intent.latest_charge]
    recent = await api.v1.balance_transactions.list_async({"created": {"gt": intent.created + 3600}})
    assert [one.source for one in recent.data] == [later.latest_charge]
    read = await api.v1.balance_transactions.retrieve_async(recent.data[0].id, {"expand": ["source.payment_intent"]})
    assert read.source.payment_intent.id == later.id


async def test_totals_count_what_happened(api: Caller) -> None:
    intent = await api.pay(amount=25_00)
    await api.pay(amount=1_000, currency="jpy")
    await api.v1.refunds.create_async({"payment_intent": intent.id, "amount": 5_00})
    with pytest.raises(stripe.CardError):
        await api.pay("lost", amount=7_00)
    assert await api.control("GET", "totals") == {
        "charges": {"eur": {"count": 1, "amount": 25_00}, "jpy": {"count": 1, "amount": 1_000}},
        "declined": {"eur": {"count": 1, "amount": 7_00}},
        "fees": {"eur": {"count": 1, "amount": 63}, "jpy": {"count": 1, "amount": 40}},
        "refunds": {"eur": {"count": 1, "amount": 5_00}},
    }
