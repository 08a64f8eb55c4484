"""Pages of tickets without scripts: chosen step by step, kept, ordered, sent back; and whatever else is typed there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.ids import public
from crowdfund.orders import cancelling, paying
from crowdfund.orders.models import Asking, Order
from crowdfund.screenings import holding
from crowdfund.screenings.models import Hold, Screening, Ticket
from crowdfund.screenings.prices import PriceAsked, change_prices
from crowdfund.screenings.queries import path_of
from crowdfund.worker import work_until_idle
from tests.bank import books_proven
from tests.cinema import a_hall_plan, a_screening, bought, held, pay_at, tickets_of
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import Fan, a_fan

pytestmark = pytest.mark.pages


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await work_until_idle()
    await books_proven()


def fan_of(browser: SignedIn) -> Fan:
    return Fan(browser.person.id, browser.person.email)


@pytest.mark.landing
async def test_chosen_without_a_script_kept_for_who_signs_in_and_paid(site: SiteUnderTest) -> None:
    screening = await a_screening()
    here, anybody = path_of(screening.id), site.browser()
    await anybody.get(here)
    await anybody.submit(f"{here}/holds", pick="A-1")
    assert anybody.status == 200 and "row A, seat 1" in anybody.text
    await anybody.submit(f"{here}/holds", pick="A-2")
    assert anybody.form(f"{here}/holds").fields["seat"] == ["A-1", "A-2"]
    await anybody.submit("Keep these places", follow=False)
    leads = anybody.response.headers["location"]
    assert leads.startswith("/sign-in?next=") and "seat%3DA-1" in leads
    mei = await site.signed_up("Mei")
    await mei.get(f"{here}?seat=A-1&seat=A-2&seat=Z-9")
    await mei.submit("Keep these places")
    assert mei.path.startswith("/holds/") and "€22.00" in mei.text
    await mei.submit("Pay", follow=False)
    url = mei.response.headers["location"]
    assert url.startswith(site.settings.sandbox_origin)
    assert (await pay_at(url)).status_code == 303
    order = await Order.get()
    await mei.get(f"{order.path}/return")
    assert "Paid. Here are your tickets." in mei.text and "A 1" in mei.text
    pdf = await mei.get(f"{order.path}/tickets.pdf")
    assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    calendar = await mei.get(f"{order.path}/screening.ics")
    assert "SUMMARY:River Moon" in calendar.text and calendar.headers["content-type"].startswith("text/calendar")


async def test_a_taken_seat_is_told_beside_what_was_chosen(site: SiteUnderTest) -> None:
    screening, mei = await a_screening(per_fan_max=3), await site.signed_up("Mei")
    here = path_of(screening.id)
    await held(await a_fan("Bo"), screening, "A-1")
    await mei.get(f"{here}?seat=A-2")
    await mei.post(f"{here}/holds", {**mei.form(f"{here}/holds").fields, "seat": ["A-1", "A-2"], "keep": "yes"})
    assert mei.status == 409 and "row A, seat 1 is in somebody's cart" in mei.text
    assert mei.form(f"{here}/holds").fields["seat"] == ["A-2"], "what was free of it still stands"
    await mei.submit("Keep these places", seat=["B-1", "B-2", "B-3", "B-4"])
    assert mei.status == 409 and "At most 3 tickets" in mei.text
    await mei.post(f"{here}/holds", {**mei.form(f"{here}/holds").fields, "seat": [], "keep": "yes"})
    assert mei.status == 422 and "Please choose a seat." in mei.text
    await mei.post(f"{here}/holds", {**mei.form(f"{here}/holds").fields, "find": "best", "best": "99"})
    assert mei.status == 200, "as many as one fan may have"
    assert await Hold.filter(person_id=mei.person.id).count() == 0


async def test_a_hall_in_carts_says_when_places_may_come_back_and_a_full_one_that_it_is_sold_out(
    site: SiteUnderTest,
) -> None:
    screening = await a_screening(plan=a_hall_plan(1, 2))
    mei, anybody = await a_fan("Mei"), site.browser()
    await held(mei, screening, "A-1", "A-2")
    await anybody.get(path_of(screening.id))
    assert "All in carts: the next may come back at" in anybody.text
    clock.advance(timedelta(minutes=9))
    await bought(mei, screening, "A-1", "A-2")
    await anybody.get(path_of(screening.id))
    assert "Sold out" in anybody.text
    told = (await anybody.get(f"{path_of(screening.id)}/seats")).json()
    assert told["taken"] == ["A-1", "A-2"] and told["next_back_at"] is None


async def test_before_the_sale_opens_the_hour_is_told(site: SiteUnderTest) -> None:
    screening = await a_screening(sale_opens_at=clock.now() + timedelta(days=1))
    anybody = site.browser()
    await anybody.get(path_of(screening.id))
    assert "Tickets from" in anybody.text and "Keep these places" not in anybody.text
    draft = await a_screening(on_sale=False)
    assert (await anybody.get(path_of(draft.id))).status_code == 404


async def test_a_cart_that_is_over_or_somebody_elses(site: SiteUnderTest) -> None:
    screening, mei, bo = await a_screening(), await site.signed_up("Mei"), await site.signed_up("Bo")
    kept = await held(fan_of(mei), screening, "A-1")
    cart = f"/holds/{public(kept.id)}"
    assert (await bo.get(cart)).status_code == 404
    await mei.get(cart)
    await change_prices(screening.id, [PriceAsked("usual", "Full", 12_00)], by=mei.person.id)
    await mei.submit("Pay")
    assert mei.status == 409 and "Please look again" in mei.text and "€13.00" in mei.text
    await mei.submit("Pay", total="1")
    assert mei.status == 200 and "€13.00" in mei.text and await Order.all().count() == 0
    clock.advance(timedelta(minutes=9))
    await mei.get(cart)
    assert "The time is over" in mei.text
    assert (await mei.get("/holds/nonsense")).status_code == 404


async def test_places_are_let_go_and_free_at_once(site: SiteUnderTest) -> None:
    screening, mei = await a_screening(), await site.signed_up("Mei")
    kept = await held(fan_of(mei), screening, "A-1")
    await mei.get(f"/holds/{public(kept.id)}")
    await mei.submit("Let these places go")
    assert "Let go: others can have these places now." in mei.text
    await held(await a_fan("Bo"), screening, "A-1")


async def test_an_order_of_somebody_else_and_its_tickets_are_none(site: SiteUnderTest) -> None:
    screening, mei, bo = await a_screening(), await site.signed_up("Mei"), await site.signed_up("Bo")
    order = await bought(fan_of(mei), screening, "A-1")
    ticket = await Ticket.get(order_id=order.id)
    for path in (
        order.path,
        f"{order.path}/tickets.pdf",
        f"{order.path}/cancellation",
        ticket.path,
        f"{ticket.path}/gift",
    ):
        assert (await bo.get(path)).status_code == 404, path
        assert (await mei.get(path)).status_code == 200, path


async def test_sent_back_in_two_steps_where_no_script_adds_up(site: SiteUnderTest) -> None:
    screening, mei = await a_screening(), await site.signed_up("Mei")
    order = await bought(fan_of(mei), screening, "A-1", "A-2")
    first = (await Ticket.filter(order_id=order.id).order_by("id"))[0]
    await mei.get(f"{order.path}/cancellation")
    await mei.submit("Send back", ticket=[public(first.id)])
    assert mei.status == 409 and "You get €11.00 back for these." in mei.text
    await mei.submit("Send back")
    assert "€11.00 is on its way" in mei.text
    await mei.get(f"{order.path}/cancellation")
    await mei.post(f"{order.path}/cancellation", {**mei.form(f"{order.path}/cancellation").fields, "ticket": []})
    assert mei.status == 422


async def test_a_cinema_cancels_and_moves_what_is_its_own(site: SiteUnderTest) -> None:
    screening, gu, eve = await a_screening(), await site.signed_up("Gu"), await site.signed_up("Eve")
    member = Sql("INSERT INTO member (id, organisation_id, person_id, role, made_at) VALUES ($1, $2, $3, 'manager', 0)")
    await atomic(member.__call__)(new_id(), screening.organisation_id, gu.person.id)
    slug = (await Screening.get(id=screening.id)).organisation_id
    desk = f"/desk/cinema-{slug}/screenings/{public(screening.id)}"
    await bought(await a_fan("Mei"), screening, "A-1")
    assert (await eve.get(f"{desk}/cancellation")).status_code == 404
    await gu.get(f"{desk}/reschedule")
    await gu.submit("Move the screening", starts_at="2020-01-01T20:00", reason="The director comes later.")
    assert gu.status == 422 and "It starts in the past." in gu.text and "The director comes later." in gu.text
    later = clock.now() + timedelta(days=20)
    await gu.submit("Move the screening", starts_at=f"{later:%Y-%m-%dT%H:%M}", follow=False)
    assert gu.status == 303
    asked = await Asking.get()
    assert (await Screening.get(id=screening.id)).state == "rescheduled" and asked.to_screening_id is not None
    await gu.get(f"{desk}/answers")
    assert "Not answered yet" in gu.text
    again = f"/desk/cinema-{slug}/screenings/{public(asked.to_screening_id or 0)}"
    await gu.get(f"{again}/cancellation")
    await gu.submit("Cancel the screening", reason="short")
    assert gu.status == 422
    await gu.submit("Cancel the screening", reason="The whole house is closed.", follow=False)
    assert gu.status == 303 and urlsplit(gu.response.headers["location"]).path == f"{again}/answers"
    assert (await Screening.get(id=asked.to_screening_id or 0)).state == "cancelled"


async def test_who_returns_before_the_bank_has_answered_is_told_to_wait(site: SiteUnderTest) -> None:
    screening, mei = await a_screening(), await site.signed_up("Mei")
    kept = await held(fan_of(mei), screening, "A-1")
    await mei.get(f"/holds/{public(kept.id)}")
    await mei.submit("Pay", follow=False)
    order = await Order.get()
    await mei.get(f"{order.path}/return")
    assert "Not paid yet" in mei.text
    await paying.end_unpaid()
    assert (await Order.get(id=order.id)).state == "placed"


async def test_past_the_queue_a_calm_page_lets_the_fan_straight_back_in(
    site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What she chose is on that page, and sent again from there by the same key."""
    screening, mei = await a_screening(), await site.signed_up("Mei")
    await mei.get(path_of(screening.id))
    with monkeypatch.context() as full:
        full.setattr(holding._batch, "_waiting_max", 0)
        await mei.submit("Keep these places", seat="A-1", follow=False)
        assert mei.status == 503 and mei.response.headers["retry-after"] == "1"
        assert "The house is full for a moment." in mei.text and "Please try again in a moment." in mei.text
    assert not await Hold.exists()
    again = mei.form("Send it again")
    assert again.fields["seat"] == ["A-1"] and again.fields["key"]
    await mei.submit("Send it again")
    assert mei.path.startswith("/holds/")
    hold = await Hold.get()
    assert hold.person_id == mei.person.id


async def test_what_came_back_of_tickets_stands_among_her_refunds(site: SiteUnderTest) -> None:
    screening, mei = await a_screening(), await site.signed_up("Mei")
    order = await bought(Fan(mei.person.id, mei.person.email), screening, "A-1")
    await cancelling.send_back(order.id, [(await tickets_of(order))[0].id], expected_minor=11_00, by=mei.person.id)
    await mei.get("/money")
    assert mei.status == 200 and "River Moon" in mei.text and "€11.00" in mei.text and order.path in mei.response.text
