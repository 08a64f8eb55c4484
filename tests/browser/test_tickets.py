"""A fan's way to a seat, with scripts and without, on a phone: chosen, paid, shown at the door, given away, kept when it moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from crowdfund import clock
from crowdfund.orders import asking
from crowdfund.screenings import giving
from crowdfund.screenings.models import Ticket, TicketGift
from crowdfund.screenings.queries import path_of
from crowdfund.screenings.rescheduling import Hours
from tests.browser.conftest import Visitors
from tests.browser.stage import somebody
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.cinema import a_hall_plan, a_screening


@pytest.mark.parametrize("scripts", [True, False])
async def test_from_what_is_on_to_a_ticket(visit: Visitors, scripts: bool) -> None:
    screening = await a_screening(plan=a_hall_plan(8, 14), price_minor=12_00)
    mei = await somebody("Mei")
    fan = await visit(mei, size=PHONE, scripts=scripts)
    await fan.goes_to("/on-sale")
    await fan.follows("River Moon")
    await fan.goes_to(path_of(screening.id))
    await fan.reads("€12.00 + €1.00 fee", "Free: 112")
    if scripts:
        await fan.page.locator("button.seat-map__zone").click()
        await fan.page.locator("button.seat[value='C-4']").click()
        await fan.page.locator("button.seat[value='C-5']").click()
        await fan.reads("row C, seat 4", "row C, seat 5 · €26.00")
        await fan.presses("Keep")
    else:
        await fan.types(best="2")
        await fan.presses("Find")
        await fan.presses("Keep these places")
    await fan.reads("Kept for you", "Altogether", "€26.00")
    await fan.presses("Pay")
    await fan.reads("Pay €26.00")
    await fan.picks("Works")
    await fan.presses("Pay €26.00")
    await fan.reads("Paid. Here are your tickets.")
    await fan.follows("Open")
    await expect(fan.page.locator(".slip__qr svg")).to_be_visible()
    await fan.opens_letter("Your 2 tickets for River Moon", mei.email)


@pytest.mark.landing
async def test_a_seat_that_somebody_else_has_in_her_cart_is_told_and_what_was_chosen_stands(visit: Visitors) -> None:
    screening = await a_screening(plan=a_hall_plan(3, 5))
    mei, bo = await visit(await somebody("Mei"), size=DESKTOP), await visit(await somebody("Bo"), size=DESKTOP)
    for fan in (mei, bo):
        await fan.goes_to(path_of(screening.id))
        await fan.page.locator("button.seat[value='A-1']").click()
    await mei.presses("Keep these places")
    await bo.page.locator("button.seat[value='A-2']").click()
    await bo.presses("Keep these places")
    await bo.reads("row A, seat 1 is in somebody's cart. It may come back at")
    await expect(bo.page.locator("button.seat[value='A-2']")).to_have_attribute("data-state", "chosen")
    await bo.presses("Keep these places")
    await bo.reads("Kept for you")


@pytest.mark.landing
async def test_a_ticket_is_given_away(visit: Visitors) -> None:
    screening = await a_screening()
    mei, bo = await somebody("Mei"), await somebody("Bo")
    fan, friend = await visit(mei, size=PHONE), await visit(bo, size=PHONE)
    await buys(fan, screening.id)
    ticket = await Ticket.get(screening_id=screening.id)
    await fan.goes_to(ticket.path)
    before = await fan.page.locator(".slip__typed").inner_text()
    await fan.follows("Give it to somebody")
    await fan.types(email="bo@nowhere")
    await fan.presses("Write the letter")
    await fan.reads("Please write a full e-mail address")
    await fan.types(email=bo.email)
    await fan.presses("Write the letter")
    await fan.reads("The ticket stays yours until the link is used.")
    await friend.opens_letter("Mei has a ticket for you", bo.email)
    gift = await TicketGift.get(ticket_id=ticket.id, state="offered")
    await friend.goes_to(f"/gifts/{giving.secret_of(gift.id)}")
    await friend.presses("Yes, I take it")
    await friend.reads("It is yours.")
    assert await friend.page.locator(".slip__typed").inner_text() != before
    await fan.goes_to("/tickets")
    await fan.reads_no("River Moon")


@pytest.mark.landing
async def test_a_screening_moves_and_three_fans_answer(visit: Visitors) -> None:
    screening = await a_screening(days=20)
    people = [await somebody(name) for name in ("Keep", "Back", "Late")]
    fans = [await visit(person, size=PHONE) for person in people]
    for fan in fans:
        await buys(fan, screening.id)
    starts = clock.now() + timedelta(days=25)
    hours = Hours(starts - timedelta(minutes=30), starts, starts + timedelta(hours=2), starts)
    moved = await asking.reschedule(screening.id, hours, "The director comes a week later.", by=people[0].id)
    keep, back, _late = fans
    for fan, choice, told in (
        (keep, "Keep my place", "Kept: your new tickets"),
        (back, "My money back", "on its way back"),
    ):
        await fan.goes_to("/tickets")
        await fan.page.locator(".fixtures a").first.click()
        await fan.reads("The cinema has moved this screening.")
        await fan.follows("Say what you would like")
        await fan.presses("That is what I want")
        await fan.reads("Please choose one of these.")
        await fan.picks(choice)
        await fan.presses("That is what I want")
        await fan.reads(told)
    assert await Ticket.filter(screening_id=moved.id, state="sold").count() == 1


@pytest.mark.landing
async def test_tickets_are_sent_back_by_the_ladder(visit: Visitors) -> None:
    screening = await a_screening()
    fan = await visit(await somebody("Mei"), size=PHONE)
    await buys(fan, screening.id, seats=2)
    await fan.follows("Send tickets back")
    await fan.page.locator("input[name=ticket]").first.uncheck()
    await fan.reads("You get back €11.00")
    await fan.presses("Send back")
    await fan.reads("Sent back. €11.00 is on its way to your card.")


async def buys(fan: Visitor, screening_id: int, *, seats: int = 1) -> None:
    """The best seats, paid."""
    await fan.goes_to(path_of(screening_id))
    await fan.types(best=str(seats))
    await fan.presses("Find")
    await fan.presses("Keep these places")
    await fan.presses("Pay")
    await fan.picks("Works")
    await fan.presses("Pay €")
    await fan.reads("Paid. Here are your tickets.")
