"""Two transfer funds in a browser: one whose player comes and whose club is paid, one that falls through and asks its backers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.demo.paper import paper
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.models import Refund
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Organisation
from crowdfund.pledges.transfers.models import Election
from tests.bank import close_now, fans_with, pass_time
from tests.browser.conftest import Visitors
from tests.browser.stage import STORY, a_reviewer, until
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.money import stripe_fee_minor
from tests.transfers import a_charity, a_club, a_draft, a_recipient, opened
from tests.world import a_fan, pledged

pytestmark = pytest.mark.landing


def a_paper(folder: Path, title: str) -> Path:
    path = folder / f"{title}.pdf"
    path.write_bytes(paper(title, ["Shown to the test."]))
    return path


async def test_a_player_comes_and_the_club_is_paid(visit: Visitors, tmp_path: Path) -> None:
    """Club, two of staff and a fan, from the draft to the payout."""
    owner = await a_fan("Jens")
    club, _owner = await a_club(owner)
    jens = await visit(owner, DESKTOP)
    ada, grace = await visit(await a_reviewer(), DESKTOP), await visit(await a_reviewer(), PHONE, dark=True)
    await the_club_writes_it(jens, club, tmp_path)
    campaign = await Campaign.get(name="Bring Wesley home", organisation_id=club.id)
    await ada.goes_to(f"/staff{campaign.path}")
    await ada.reads("Wesley", "Regionalliga", "Young Hafen")
    await ada.picks("Approve: it may open")
    await ada.presses("Decide")
    await jens.goes_to(f"{club.desk_path}/campaigns/{campaign.slug}")
    await jens.presses("Open it now", sure=True)
    [backer, other] = await fans_with("instant", "instant")
    mei = await visit(backer, PHONE)
    await mei.goes_to(campaign.path)
    await mei.reads("If he does not come", "€12.50 for the clubs that trained him", "Young Hafen")
    await mei.goes_to(f"{campaign.path}/pledges/new")
    await mei.types(amount="150")
    await mei.picks("To Young Hafen")
    await mei.presses("Pledge")
    await mei.reads("Your pledge counts from now on")
    await pledged(other, campaign, amount_minor=100_00)
    await close_now(campaign)
    await until(lambda: Campaign.exists(id=campaign.id, state="funded_held"))
    await jens.goes_to(f"{club.desk_path}/campaigns/{campaign.slug}/outcome")
    await jens.reads("Nothing is paid before the player is registered")
    await jens.picks("The player is signed")
    await jens.page.locator("#field-words").last.fill("Registered since noon, shirt number nine.")
    await jens.page.locator("#field-document").last.set_input_files(a_paper(tmp_path, "Registration"))
    await jens.presses("File it")
    await jens.reads("Filed. Your backers have three days to object.")
    await ada.goes_to("/staff")
    await ada.reads("a registration to be seen")
    await ada.goes_to(f"/staff/transfers/{campaign.slug}")
    await ada.types(because="Seen in the register of the league.")
    await ada.presses("I have seen the registration")
    await ada.reads("Checked. Somebody else releases the money.")
    await pass_time(hours=72)
    await grace.goes_to(f"/staff/transfers/{campaign.slug}")
    await grace.types(because="Seen in the register, too.")
    await grace.presses("Release the money")
    await grace.reads("Released: the club is paid.")
    await pass_time(days=2)
    await mei.goes_to(campaign.path)
    await mei.reads("Signed and paid", "The player is signed", "Registration.pdf")
    paid = await Payout.get(campaign_id=campaign.id)
    fees = stripe_fee_minor(150_00) + stripe_fee_minor(100_00)
    assert (paid.state, paid.amount_minor) == ("paid", 250_00 - fees - 12_50)


async def the_club_writes_it(jens: Visitor, club: Organisation, folder: Path) -> None:
    await jens.goes_to(f"{club.desk_path}/recipients")
    await jens.picks("Youth academy")
    await jens.types(name="Young Hafen", about="Where boys and girls of the quarter learn to play.", report_days="90")
    await jens.presses("Add it")
    await jens.goes_to(f"{club.desk_path}/campaigns/new")
    await jens.picks("A transfer")
    await jens.types(name="Bring Wesley home")
    await jens.chooses(currency="EUR")
    await jens.presses("Make the draft")
    await jens.types(tagline="One more for the second half.", story=STORY)
    await jens.types(closes_at=f"{clock.now() + timedelta(days=20):%Y-%m-%dT%H:%M}")
    await jens.presses("Save")
    await jens.follows("The transfer")
    await jens.types(
        player="Wesley", selling_club="SV Werder", competition="Regionalliga", buys="The fee, and nothing else.",
        confirmed_by="Jens Hansen, board", window_closes=f"{clock.now() + timedelta(days=40):%Y-%m-%dT18:00}",
        transfer_fee="250", cap="300",
    )  # fmt: skip
    await jens.chooses(window_zone="Europe/Berlin")
    await jens.page.locator("[name=fallback]").select_option(label="Young Hafen")
    await jens.presses("Save")
    await jens.reads("Saved.", "The club's word")
    await jens.page.locator("#field-document").set_input_files(a_paper(folder, "Acceptance"))
    await jens.page.locator("[name=name]").fill("Jens Hansen, board")
    await jens.page.locator("[name=sure]").check()
    await jens.presses("Sign")
    await jens.reads("Signed by Jens Hansen, board")
    await jens.follows("Overview")
    await jens.reads("Nothing is missing.")
    await jens.presses("Hand it in", sure=True)


async def test_a_deal_falls_through_and_four_choose_and_one_is_silent(visit: Visitors, tmp_path: Path) -> None:
    """Four backers choose four ways, once without scripts; a fifth says nothing. To the last cent."""
    owner = await a_fan("Jens")
    club, _owner = await a_club(owner, name="FC Elbe")
    academy, charity = await a_recipient(club.id, name="Young Elbe"), await a_charity("Boots for All")
    campaign = await opened(
        await a_draft(club, owner, goal_minor=251_05, fallback=academy, name="One for the left"), owner
    )
    fans = await fans_with(*["instant"] * 5)
    gifts = [50_01, 50_00, 50_02, 50_00, 51_02]
    ticks = [{}, {}, {}, {}, {"if_it_fails": "fallback"}]
    pledges = [
        await pledged(fan, campaign, amount_minor=gift, **ticked)
        for fan, gift, ticked in zip(fans, gifts, ticks, strict=True)
    ]
    await close_now(campaign)
    await until(lambda: Campaign.exists(id=campaign.id, state="funded_held"))
    jens = await visit(owner, DESKTOP)
    await jens.goes_to(f"{club.desk_path}/campaigns/{campaign.slug}/outcome")
    await jens.picks("The deal fell through")
    await jens.page.locator("#field-words").last.fill("The medical failed: he stays where he is.")
    await jens.page.locator("#field-document").last.set_input_files(a_paper(tmp_path, "Letter"))
    await jens.presses("File it")
    await pass_time(hours=72)
    ways = ["Back to my card", "To Young Elbe", "Kept for the club's next target", "To Boots for All"]
    said = ["goes back to your card", "Young Elbe", "is kept for the club's next target", "Boots for All"]
    for number, (fan, way, words) in enumerate(zip(fans[:4], ways, said, strict=True)):
        visitor = await visit(fan, PHONE if number % 2 else DESKTOP, scripts=number != 1, dark=number == 3)
        await visitor.goes_to(f"/pledges/{public(pledges[number].id)}/election")
        await visitor.reads("Where shall your money go?", "fees included")
        await visitor.picks(way)
        await visitor.presses("Do it")
        await visitor.reads("It is done as you said.", words)
    await pass_time(days=14)
    await pass_time(days=1)
    await until(lambda: Campaign.exists(id=campaign.id, state="closed"))
    states = [(await Election.get(pledge_id=p.id)).state for p in pledges]
    assert states == ["refunded", "given", "kept", "given", "given"]
    assert [r.amount_minor for r in await Refund.filter(campaign_id=campaign.id)] == [50_01]
    assert await balance_minor(chart.carried(club.id, "EUR")) == 50_02
    paid = {p.recipient_id: p.amount_minor for p in await Payout.filter(campaign_id=campaign.id)}
    assert paid == {academy.id: 50_00 + 51_02, charity.id: 50_00}
    anybody = await visit(None, PHONE)
    await anybody.goes_to(academy.path)
    await anybody.reads("€101.02", "from 2 backers", "Tells what became of it by")
    await anybody.goes_to(campaign.path)
    await anybody.reads("The deal fell through", "back to their cards", "kept for the next target")
