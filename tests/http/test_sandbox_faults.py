"""Faults of the sandbox as the real library meets them, and what had happened all the same."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.http.stripe_caller import Caller, a_caller

api = pytest.fixture(a_caller)


async def _attempt(api: Caller) -> stripe.StripeError | None:
    """Make a customer under the key `k`; what came of it."""
    try:
        await api.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k"})
    except stripe.StripeError as error:
        return error
    return None


async def _customers_made(api: Caller) -> int:
    return (await api.event_types()).count("customer.created")


async def test_a_refused_connection_did_nothing(api: Caller) -> None:
    await api.fault("refuse", "customers.create", times=1)
    error = await _attempt(api)
    assert isinstance(error, stripe.APIConnectionError) and error.http_status is None
    assert await _customers_made(api) == 0
    assert await _attempt(api) is None


async def test_a_lost_answer_did_everything_and_the_key_brings_it(api: Caller) -> None:
    await api.fault("drop_after", "payment_intents.create", times=1)
    with pytest.raises(stripe.APIConnectionError) as lost:
        await api.pay(key="k")
    assert lost.value.http_status is None
    made = await api.v1.payment_intents.list_async()
    assert [intent.status for intent in made.data] == ["succeeded"]


async def test_the_same_key_brings_the_answer_that_was_lost(api: Caller) -> None:
    await api.fault("drop_after", "customers.create", times=1)
    assert isinstance(await _attempt(api), stripe.APIConnectionError)
    assert await _customers_made(api) == 1
    assert await _attempt(api) is None
    assert await _customers_made(api) == 1


@pytest.mark.parametrize(
    ("kind", "status", "made_at_once", "then", "made_in_the_end"),
    [
        ("http500_before", 500, 0, None, 1),
        ("http500_after", 500, 1, None, 1),
        ("http500_sticky", 500, 1, 500, 1),
        ("rate_limit", 429, 0, None, 1),
    ],
)
async def test_errors_before_and_after_the_work(
    api: Caller, kind: str, status: int, made_at_once: int, then: int | None, made_in_the_end: int
) -> None:
    await api.fault(kind, "customers.create", times=1)
    error = await _attempt(api)
    assert error is not None and error.http_status == status
    assert await _customers_made(api) == made_at_once
    again = await _attempt(api)
    assert (again and again.http_status) == then
    assert await _customers_made(api) == made_in_the_end


async def test_a_rate_limit_says_so(api: Caller) -> None:
    await api.fault("rate_limit", "balance.*", times=1)
    with pytest.raises(stripe.RateLimitError) as limited:
        await api.balance()
    assert (limited.value.http_status, limited.value.error.code) == (429, "rate_limit")


async def test_garbage_is_no_answer(api: Caller) -> None:
    await api.fault("garbage", "customers.create", times=1)
    error = await _attempt(api)
    assert isinstance(error, stripe.APIError) and error.http_status == 200
    assert (await _customers_made(api), await _attempt(api)) == (1, None)


async def test_a_hang_is_longer_than_patience_and_works_all_the_same(api: Caller) -> None:
    await api.fault("hang", "customers.create", seconds=0.6, times=1)
    impatient = Caller(api.url, key=api.key, timeout_seconds=0.2)
    with pytest.raises(stripe.APIConnectionError):
        await impatient.v1.customers.create_async({"name": "Mei"}, {"idempotency_key": "k"})
    await impatient.close()
    answer = await api.raw("POST", "/v1/customers", form={"name": "Mei"}, idempotency_key="k")
    assert answer.status_code == 409
    while answer.status_code == 409:
        answer = await api.raw("POST", "/v1/customers", form={"name": "Mei"}, idempotency_key="k")
    assert (answer.status_code, answer.headers["idempotent-replayed"]) == (200, "true")
    assert await _customers_made(api) == 1


async def test_a_disabled_account(api: Caller) -> None:
    studio = await api.account()
    await api.pay("instant")
    await api.fault("account_disabled", "transfers.create", times=1)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.transfers.create_async({"amount": 100, "currency": "eur", "destination": studio})
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    await api.fault("account_disabled", "customers.*")
    with pytest.raises(stripe.PermissionError) as forbidden:
        await api.v1.customers.create_async({})
    assert (forbidden.value.http_status, forbidden.value.error.code) == (403, "account_invalid")


async def test_faults_are_counted_listed_and_cleared_for_one_key(api: Caller) -> None:
    await api.fault("http500_before", "customers.create", times=2)
    for _ in range(3):
        await _attempt(api)
    [fault] = (await api.control("GET", "faults"))["faults"]
    assert (fault["kind"], fault["times"], fault["hits"]) == ("http500_before", 2, 2)
    other = Caller(api.url)
    assert (await other.control("GET", "faults"))["faults"] == []
    await other.close()
    await api.fault("http500_before")
    assert (await api.control("DELETE", "faults"))["faults"] == []
    assert await api.balance() == {"eur": (0, 0)}


async def test_a_probability_with_a_seed_repeats_itself(api: Caller) -> None:
    async def outcomes(seed: int) -> list[bool]:
        await api.control("DELETE", "faults")
        await api.fault("http500_before", "balance.retrieve", probability=0.4, seed=seed)
        return [(await api.raw("GET", "/v1/balance")).status_code == 500 for _ in range(24)]

    first = await outcomes(7)
    assert 3 < sum(first) < 18
    assert (await outcomes(7), await outcomes(8) == first) == (first, False)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"kind": "flood"}, {"kind": "hang", "seconds": -1}, {"kind": "refuse", "times": 0}, {"kind": "refuse", "often": True},
     {"kind": "refuse", "probability": 2}],
)  # fmt: skip
async def test_a_fault_that_is_not_understood_is_refused(api: Caller, wrong: dict[str, Any]) -> None:
    assert "error" in await api.control("POST", "faults", wrong, status=400)
