"""A producer's way: from a studio that nobody knows to rewards that have arrived."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from crowdfund import clock
from crowdfund.campaigns.models import Tier
from crowdfund.people.models import Person
from tests.bank import pledges_with
from tests.browser.conftest import Visitors
from tests.browser.stage import STORY, a_live_film, a_picture, a_reviewer, desk_of, somebody
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.world import Fan

PASSWORD = "gauge ribbon heron clay"


async def is_drawn(visitor: Visitor, where: str) -> bool:
    """Whether a picture has come, and is one."""
    return bool(
        await visitor.page.locator(where).evaluate("async (img) => { await img.decode(); return img.naturalWidth > 0 }")
    )


@pytest.mark.landing
@pytest.mark.parametrize(("studio", "film", "scripts"), [
    ("Wren Pictures", "The Weight of Small Birds", True), ("Ridge Films", "A Shortcut Through Winter", False),
])  # fmt: skip
async def test_a_studio_writes_a_film_and_opens_its_fund(
    visit: Visitors, tmp_path: Path, studio: str, film: str, scripts: bool
) -> None:
    """Once with scripts and once without: the studio is verified, the campaign is reviewed, changed, approved, opened."""
    lin = await visit(size=DESKTOP if scripts else PHONE, scripts=scripts)
    ada = await visit(await a_reviewer(), PHONE if scripts else DESKTOP, dark=True)
    await lin.goes_to("/start")
    await lin.signs_up("Lin Qiao", f"lin@{studio.split()[0].lower()}.example", PASSWORD)
    await the_studio_is_verified(lin, ada, studio)

    await lin.follows("Funds")
    await lin.follows("Write the first")
    await lin.types(name=film)
    await lin.chooses(currency="EUR")
    await lin.presses("Make the draft")
    await lin.follows("Overview")
    await lin.reads("Say in one line what it is.", "Choose when it closes.", "Say what the money is for")
    await lin.follows("Do it")
    await she_writes_it(lin, a_picture(tmp_path))
    await she_adds_tiers(lin)
    await lin.follows("Preview")
    await lin.reads("Only you see this", film, "Ferries and crew", "€9,000", "The ferryman's scarf")
    await lin.follows("Back to the desk")
    await lin.reads("Nothing is missing.")
    await lin.presses("Hand it in", sure=True)
    await lin.reads("Handed in.", "A person is reading it")

    await ada.goes_to("/staff")
    await ada.follows("Review", beside=film)
    await ada.types(text="Who holds the rights to the ringing books?")
    await ada.presses("Add it")
    await ada.picks("Ask for changes")
    await ada.types(because="One question, then it can go.")
    await ada.presses("Decide")

    await lin.waits_for("Who holds the rights to the ringing books?")
    await lin.types(answer="We do; the contract is attached to our profile.")
    await lin.presses("Answer")
    await lin.presses("Hand it in", sure=True)

    await ada.goes_to("/staff")
    await ada.follows("Review", beside=film)
    await ada.reads("We do; the contract is attached")
    await ada.picks("Approve: it may open")
    await ada.presses("Decide")

    await lin.waits_for("Approved: open it when you are ready")
    await lin.presses("Open it now", sure=True)
    await lin.reads("It is open. Tell everybody.", "Promised", "€0")
    await ada.goes_to("/")
    await ada.waits_for(film)
    await ada.follows(film)
    await ada.reads("€15,000", "everyone crosses by Lin's boat", "High water in March.", "200 of 200 left", studio)


async def the_studio_is_verified(lin: Visitor, ada: Visitor, studio: str) -> None:
    """She says who she is here and at the processor; staff look at it."""
    await lin.reads("Who is asking?")
    await lin.types(name=studio, about="Three people and a van.")
    await lin.chooses(country="DE")
    await lin.presses("Go on")
    await lin.reads("Here is your desk.", "we have to know who you are")
    await lin.follows("Show us")
    await lin.presses("Send it for review")
    await lin.presses("Set up payouts")
    await lin.reads("This one is simulated")
    await lin.presses("Complete verification")
    await lin.reads("Payouts work", "Being looked at")
    await ada.goes_to("/staff")
    await ada.follows("Look", beside=studio)
    await ada.types(reason="The register and the account agree.")
    await ada.presses("Verify")
    await ada.reads("Decided, and the owners are told.")
    await lin.waits_for("Fans see that you are verified.")


async def she_writes_it(lin: Visitor, picture: Path) -> None:
    """Once with an amount that is none: all she typed stands there again, the picture too."""
    await lin.types(tagline="A ferryman's daughter decides who crosses.", story=STORY, risks="High water in March.")
    await lin.hands_over("image", picture)
    await lin.types(budget_1_name="Ferries and crew", budget_1_amount="nine thousand")
    if lin.scripts:
        await lin.page.get_by_role("button", name="Add a line").click()
    await lin.types(budget_2_name="Cast", budget_2_amount="6000.00")
    await lin.types(closes_at=f"{clock.now() + timedelta(days=20):%Y-%m-%dT%H:%M}")
    await lin.presses("Save")
    await lin.reads("One thing to mend")
    assert await lin.page.locator("[name=story]").input_value() == STORY
    await lin.types(budget_1_amount="9000")
    await lin.presses("Save")
    await lin.reads("Saved.")
    assert await is_drawn(lin, "#shown-image")


async def she_adds_tiers(lin: Visitor) -> None:
    await lin.follows("Tiers")
    await lin.types(
        name="Two seats, any city", description="Any night you like.", price="25", size="200", per_fan_max="2"
    )
    await lin.presses("Add the tier")
    await lin.types(name="The ferryman's scarf", price="60.00", size="", delivers_on="2031-09")
    await lin.chooses(ships="post")
    await lin.presses("Add the tier")
    await lin.reads("The tier is there.", "Two seats, any city", "€60", "Sent by post")


@pytest.mark.landing
async def test_a_fund_is_run_paid_out_and_delivered(visit: Visitors, tmp_path: Path) -> None:
    """60 + 60 + 80 euros: less 1.15 + 1.15 + 1.45 for the processor and 5 % for us, 186.25 are hers."""
    owner = await somebody("Lin")
    film = await a_live_film("Four Winters", owner, goal_minor=150_00, days=5)
    scarf = (await Tier.get(campaign_id=film.id, ships="post")).id
    hers, _other = await pledges_with(film, "ok", "ok", amount_minor=60_00, tier_id=scarf, referrer="poster")
    await pledges_with(film, "ok", amount_minor=80_00)
    person = await Person.get(id=hers.person_id)
    desk = await desk_of(film)

    lin = await visit(owner, DESKTOP)
    await lin.goes_to(desk)
    await lin.reads("Promised", "€200", "nothing is charged before it closes", "If it ended now", "poster", "2 / 20")
    await expect(lin.page.locator(".chart__picture rect").first).to_be_visible()
    await expect(lin.page.locator(".chart table")).to_contain_text("3")
    await she_publishes_an_update(lin)
    await her_file_has_all_pledges(lin, desk, tmp_path)

    fan = await visit(Fan(person.id, person.email), PHONE)
    await fan.opens_letter("Four Winters: The first winter", person.email)
    await fan.follows_its_link()
    await fan.reads("Snow fell on the first day.")

    await lin.goes_to(desk)
    await lin.presses("+7 days")
    await lin.waits_for("€186.25")
    await lin.waits_for("Paid")
    await lin.reads("Funded", "Collected", "€200")

    await fan.opens_letter("where shall we send it?", person.email)
    await fan.follows_its_link()
    await fan.types(recipient="Mei", address="short", country="Germany")
    await fan.presses("Send it there")
    await fan.reads("One thing to mend")
    await fan.types(address="12 Orchard Lane\n10115 Berlin")
    await fan.presses("Send it there")
    await fan.reads("Thank you. We will send it there.")

    await lin.follows("Deliveries")
    await lin.presses("Begin to deliver")
    await lin.reads("Ready to send (1)", "12 Orchard Lane", "Waiting for an address (1)")
    await lin.types(tracking="KH 4711")
    await lin.presses("Sent", beside="12 Orchard Lane")
    await lin.reads("Marked as sent", "Sent (1)")
    await fan.opens_letter("On its way", person.email)
    await fan.follows_its_link()
    await fan.reads("KH 4711")
    await fan.presses("It arrived")
    await fan.reads("Glad it arrived.")
    await lin.follows("Arrived")
    await lin.reads("Arrived (1)", "Mei")
    await lin.reads("1 backer still has time to say where to.")
    await expect(lin.page.get_by_role("button", name="Close the campaign")).to_have_count(0)


async def she_publishes_an_update(lin: Visitor) -> None:
    await lin.follows("Updates")
    await lin.follows("Write the first")
    await lin.types(title="The first winter", body="Snow fell on the **first day**.")
    await lin.presses("Preview")
    await lin.reads("This is how it will look")
    await lin.presses("Publish")
    await lin.reads("Published.", "The first winter")


async def her_file_has_all_pledges(lin: Visitor, desk: str, folder: Path) -> None:
    await lin.goes_to(desk)
    async with lin.page.expect_download() as download:
        await lin.page.get_by_role("link", name="All pledges as CSV").click()
    await (await download.value).save_as(folder / "pledges.csv")
    with (folder / "pledges.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted((row["amount"], row["tier"], row["referrer"]) for row in rows) == [
        ("60.00", "The ferryman's scarf", "poster"), ("60.00", "The ferryman's scarf", "poster"), ("80.00", "", ""),
    ]  # fmt: skip
