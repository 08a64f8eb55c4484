"""Every fault of the processor on every call that tickets make to it: a fan ends with her tickets or her money, once, and never both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from crowdfund.boxoffice.settling import settle_screening
from crowdfund.orders import cancelling, paying
from crowdfund.orders.models import Order
from crowdfund.payments.models import Checkout, Refund
from crowdfund.payouts.models import Payout
from crowdfund.screenings.models import Screening
from tests import boxoffice
from tests.bank import books_proven
from tests.cinema import a_screening, bought, held, ordered, page_for, paid, pay_at, tickets_of
from tests.crash.trouble import KINDS, Trouble, choose, tried
from tests.money import at_the_processor, read
from tests.world import Fan, a_fan


async def again(order: Order) -> Order:
    return await Order.get(id=order.id)


async def an_order(fan: Fan, screening: Screening, seat: str = "A-1") -> Order:
    return await Order.get(id=(await ordered(fan, await held(fan, screening, seat), seat)).id)


async def has_her_ticket(order: Order) -> None:
    assert (await again(order)).state == "paid"
    assert [one.state for one in await tickets_of(order)] == ["sold"]
    assert await at_the_processor("charges") == (1, 11_00)
    assert not await Refund.exists()


async def has_her_money(order: Order) -> None:
    assert await tickets_of(order) == []
    assert await at_the_processor("charges") == await at_the_processor("refunds") == (1, 11_00)
    assert [one.state for one in await Refund.all()] == ["succeeded"]


# --- the page to pay on ---


async def page_made(trouble: Trouble) -> None:
    order = await an_order(await a_fan(), await a_screening())
    async with trouble.at("checkout.sessions.create"):
        await tried(page_for(order.id))
    if trouble.kind == "http500_sticky":  # its first answer is repeated for a day: her places go, and nobody paid
        await trouble.is_over()
        assert ((await again(order)).state, await at_the_processor("charges")) == ("expired", (0, 0))
        return
    await paid(order.id)
    await has_her_ticket(order)


async def payment_seen(trouble: Trouble) -> None:
    """She has paid; neither her return nor the sweep can find out for a while, and no event comes."""
    order = await an_order(await a_fan(), await a_screening())
    url = await page_for(order.id)
    async with trouble.at("checkout.sessions.retrieve"):
        await pay_at(url)
        await tried(paying.look_at_order(order))
        assert (await again(order)).state == "placed"
    await trouble.is_over()
    await has_her_ticket(order)


async def page_called_off(trouble: Trouble) -> None:
    """Her time is over and she has not paid; the page can't be closed for a while. Then nobody can pay on it."""
    order = await an_order(await a_fan(), await a_screening())
    url = await page_for(order.id)
    async with trouble.at("checkout.sessions.expire"):
        await trouble.passes(minutes=19)
    await trouble.is_over()
    assert (await again(order)).state == "expired"
    (checkout,) = await Checkout.all()
    assert (await read(f"checkout/sessions/{checkout.stripe_session_id}"))["status"] == "expired"
    assert (await pay_at(url)).status_code != 303
    assert await at_the_processor("charges") == (0, 0)


async def paid_too_late(trouble: Trouble) -> None:
    """The page could not be closed, somebody else has the seat, and she pays on it all the same: her money goes back."""
    screening = await a_screening()
    late = await an_order(await a_fan("Mei"), screening)
    url = await page_for(late.id)
    async with trouble.at("refunds.create", sure=False):
        async with trouble.at("checkout.sessions.expire"):
            await trouble.passes(minutes=19)
            bo = await held(await a_fan("Bo"), screening, "A-1")
        await pay_at(url)
        await tried(paying.look_at_order(late))
        await trouble.passes(minutes=2)
    await trouble.is_over()
    assert bo is not None
    if (await again(late)).state == "expired":  # the fault let the closing of the page through: she could not pay
        assert await at_the_processor("charges") == (0, 0)
        return
    assert (await again(late)).state in ("came_too_late", "refunded")
    assert trouble.struck["refunds.create"] > 0
    await has_her_money(late)


# --- money back, and shares ---


async def tickets_sent_back(trouble: Trouble) -> None:
    mei, screening = await a_fan(), await a_screening(days=30)
    order = await bought(mei, screening, "A-1")
    async with trouble.at("refunds.create"):
        await cancelling.send_back(
            order.id, [one.id for one in await tickets_of(order)], expected_minor=11_00, by=mei.id
        )
        await trouble.passes(minutes=2)
    await trouble.is_over()
    assert await at_the_processor("refunds") == (1, 11_00)
    assert ([one.state for one in await Refund.all()], (await again(order)).state) == (["succeeded"], "refunded")


async def refund_searched(trouble: Trouble) -> None:
    mei, screening = await a_fan(), await a_screening(days=30)
    order = await bought(mei, screening, "A-1")
    async with trouble.at("refunds.list"), trouble.lost_for_a_day("refunds.create"):
        await cancelling.send_back(
            order.id, [one.id for one in await tickets_of(order)], expected_minor=11_00, by=mei.id
        )
        await trouble.passes(minutes=2)
    await trouble.is_over()
    assert (await at_the_processor("refunds"), [one.state for one in await Refund.all()]) == ((1, 11_00), ["succeeded"])


async def shares_paid(trouble: Trouble) -> None:
    """10.00 and a fee of 1.00: half and half after the platform's share, each by one transfer."""
    run = await boxoffice.a_run(account=True)
    await boxoffice.agreed(run)
    screening = await boxoffice.on_sale(run)
    await boxoffice.sold(screening, "A-1")
    async with trouble.at("transfers.create"):
        await boxoffice.settled(screening)
        await settle_screening(screening.id)
        await trouble.passes(minutes=2)
    await trouble.passes(days=10)
    await trouble.is_over()
    payouts = await Payout.all()
    assert {one.state for one in payouts} == {"paid"} and len(payouts) == 2
    assert await at_the_processor("transfers") == (2, sum(one.amount_minor for one in payouts))


CALLS: dict[str, Callable[[Trouble], Awaitable[None]]] = {
    call.__name__: call
    for call in (
        page_made, payment_seen, page_called_off, paid_too_late, tickets_sent_back, refund_searched, shares_paid,
    )
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    choose(metafunc, list(CALLS), moving=("payment_seen", "tickets_sent_back"))


async def test_every_fault_of_every_call_ends_right(engine: str, call: str, kind: str, trouble: Trouble) -> None:
    await CALLS[call](trouble)
    await books_proven()


def test_there_are_enough_of_them() -> None:
    assert len(CALLS) * len(KINDS) >= 56
