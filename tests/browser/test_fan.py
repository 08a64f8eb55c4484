"""A fan's way: from the front page to a receipt."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from crowdfund.replay.site import Site
from tests.bank import pledges_with
from tests.browser.conftest import Visitors
from tests.browser.stage import a_live_film
from tests.browser.visitor import DESKTOP, PHONE, Visitor

PASSWORD = "otter bridge saffron kite"


async def signs_up(fan: Visitor, name: str, email: str) -> None:
    """From the page that asks her to sign in, by the link that is mailed to her, back to where she was going."""
    await fan.follows("New here? Sign up")
    await fan.types(name=name, email=email, password=PASSWORD)
    await fan.presses("Sign up")
    await fan.reads("Look into your mail")
    await fan.opens_letter("Confirm", email)
    await fan.follows_its_link()
    await fan.presses("Confirm my address")
    await fan.reads("Your e-mail address is confirmed.")


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
async def test_a_fan_finds_a_film_and_backs_it(visit: Visitors, site: Site, scripts: bool) -> None:
    film = await a_live_film(f"River Moon {scripts}", goal_minor=1_000_00, days=2)
    await pledges_with(film, *["ok"] * 8, amount_minor=75_00)
    watcher = await visit(size=DESKTOP)
    await watcher.goes_to(film.path)
    await watcher.reads("€600", "of a goal of €1,000")

    fan = await visit(size=PHONE, scripts=scripts)
    await fan.goes_to("/")
    await fan.waits_for(film.name)
    await fan.follows(film.name)
    await fan.reads("everyone crosses by Lin's boat", "Two seats, any city", "If it falls short", "8 fans")
    await fan.follows("Pledge")
    await fan.reads("Sign in")
    email = f"wen{scripts}@example.com".lower()
    await signs_up(fan, "Wen", email)

    await fan.reads("Back this film")
    await fan.picks("Two seats, any city")
    await fan.types(quantity="2", amount="10")
    await fan.picks("Keep a new card")
    await fan.presses("Pledge")
    await fan.reads("Save a card", "Simulated payments")
    await fan.presses("Save card")
    await fan.reads("Your card is saved, and your pledge counts.", "€60.00", "Promised", "Visa")
    promised = watcher.page.locator(".standing [data-live=promised]")
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
    await fan.presses("Cancel pledge", sure=True)
    await fan.reads("Your pledge is cancelled. Nothing was charged.")
    await expect(promised).to_have_text("€600")

    await fan.goes_to(film.path)
    await fan.follows("Choose Two seats")
    await fan.presses("Pledge")
    await fan.reads("Your pledge counts from now on.", "€25.00")
    await expect(promised).to_have_text("€625")
    await fan.goes_to("/money")
    await fan.reads("What will be charged, and when", film.name, "€25.00", "if the fund gets there", "Cancelled")
