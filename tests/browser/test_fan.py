"""A fan's way: from the front page to a receipt."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.bank import fans_with, pledges_with
from tests.browser.conftest import Visitors
from tests.browser.stage import a_live_film
from tests.browser.visitor import DESKTOP, PHONE
from tests.world import pledged

PASSWORD = "otter bridge saffron kite"


@pytest.mark.parametrize(("name", "scripts"), [("River Moon", True), ("Night Ferry", False)])
async def test_a_fan_finds_a_film_and_backs_it(visit: Visitors, name: str, scripts: bool) -> None:
    """Once with scripts and once without; meanwhile somebody watches the total move."""
    film = await a_live_film(name, goal_minor=1_000_00, days=2)
    await pledges_with(film, *["ok"] * 8, amount_minor=75_00)
    watcher = await visit(size=DESKTOP)
    await watcher.goes_to(film.path)
    await watcher.reads("€600", "of a goal of €1,000")
    await watcher.page.evaluate("() => { window.neverLeft = true }")
    promised = watcher.page.locator(".standing [data-live=promised]")

    fan = await visit(size=PHONE, scripts=scripts)
    await fan.goes_to("/")
    await fan.waits_for(film.name)
    await fan.follows(film.name)
    await fan.reads("everyone crosses by Lin's boat", "Two seats, any city", "If it falls short", "8 fans")
    await fan.follows("Pledge")
    await fan.reads("Sign in")
    email = f"wen.{film.slug}@example.com"
    await fan.signs_up("Wen", email, PASSWORD)

    await fan.reads("Back this film")
    await fan.picks("Two seats, any city")
    await fan.types(quantity="2", amount="10")
    await fan.picks("Keep a new card")
    await fan.presses("Pledge")
    await fan.reads("Save a card", "Simulated payments")
    await fan.presses("Save card")
    await fan.reads("Your card is saved, and your pledge counts.", "€60.00", "Promised", "Visa")
    await expect(promised).to_have_text("€660")

    await fan.follows("Change it")
    await fan.types(amount="25.50")
    await fan.presses("Change it")
    await fan.reads("Your pledge is changed.", "€75.50")
    await fan.follows("Change it")
    await fan.picks("The ferryman's scarf")
    await fan.types(quantity="1", amount="")
    await fan.presses("Change it")
    await fan.reads("The ferryman's scarf", "€60.00")
    await fan.follows("Cancel pledge")
    await fan.reads("Cancel this pledge?", "Nothing was charged, and nothing will be.")
    await fan.presses("Cancel my pledge")
    await fan.reads("Your pledge is cancelled. Nothing was charged.")
    await expect(promised).to_have_text("€600")

    await fan.goes_to(film.path)
    await fan.follows("Choose Two seats")
    await fan.presses("Pledge")
    await fan.reads("Your pledge counts from now on.", "€25.00")
    await expect(promised).to_have_text("€625")
    assert await watcher.page.evaluate("window.neverLeft"), "the total came by loading the page again"
    await fan.goes_to("/money")
    await fan.reads("What will be charged, and when", film.name, "€25.00", "if the fund gets there", "Cancelled")

    await fan.page.locator("summary", has_text="Account of Wen").click()
    await fan.presses("Sign out")
    await fan.reads("You are signed out.")
    await fan.goes_to("/money")
    await fan.types(email=email, password=PASSWORD)
    await fan.presses("Sign in")
    await fan.reads("What will be charged, and when")


@pytest.mark.landing
async def test_at_the_deadline_cards_are_charged_and_refused_ones_are_mended(visit: Visitors) -> None:
    """100 of 120 euros are needed; Anna's card works, Ben's bank wants to see him, Cora's card is declined."""
    film = await a_live_film("The Salt Road", goal_minor=100_00, days=3)
    anna, ben, cora = fans = await fans_with("ok", "authentication_always", "declines_later")
    for fan in fans:
        await pledged(fan, film, amount_minor=40_00)

    hers = await visit(anna, PHONE)
    await hers.goes_to("/money")
    await hers.reads("€40.00", "if the fund gets there", "Visa •••• 4242")
    await hers.follows("The Salt Road")
    await hers.presses("+7 days")
    await hers.reads("The clock moved on by 7 days.")
    await hers.waits_for("Receipt")
    await hers.follows("Receipt")
    await hers.reads("The Salt Road", "€40.00", "Paid on", "Mei")

    his = await visit(ben, DESKTOP, dark=True)
    await his.opens_letter("Your pledge to The Salt Road needs you", ben.email)
    await his.reads("Your bank wants to see you")
    await his.follows_its_link()
    await his.presses("Confirm with my bank")
    await his.reads("Is this you?", "€40.00")
    await his.presses("Fail")
    await his.reads("The bank did not confirm it.")
    await his.presses("Confirm with my bank")
    await his.presses("Complete")
    await his.reads("Thank you, that worked. Your pledge is paid.")

    third = await visit(cora, PHONE)
    await third.goes_to("/money")
    await third.reads("Your card for The Salt Road was refused.")
    await third.follows("Mend it")
    await third.reads("Your card was not charged.", "Give another card by")
    await third.picks("A new card")
    await third.presses("Use this card")
    await third.types(email=cora.email)
    await third.presses("Save card")
    await third.waits_for("Receipt")

    await hers.goes_to(film.path)
    await hers.waits_for("€120")
    await hers.waits_for("Funded")


async def test_a_fund_that_falls_short_charges_nobody(visit: Visitors) -> None:
    film = await a_live_film("Everything North", goal_minor=500_00, days=3)
    (anna,) = await fans_with("ok")
    await pledged(anna, film, amount_minor=40_00)
    hers = await visit(anna, PHONE, dark=True)
    await hers.goes_to(film.path)
    await hers.presses("+7 days")
    await hers.waits_for("Not funded")
    await hers.goes_to("/money")
    await hers.waits_for("Not charged")
    await hers.reads("None. A card is saved on Stripe's page when you pledge.")
    await hers.opens_letter("Everything North", anna.email)
