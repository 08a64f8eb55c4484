"""A set visit is drawn: written and announced at a desk, entered on a phone without scripts, drawn again by a stranger."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.community.draws import actions
from crowdfund.community.draws.models import Draw, DrawEntry, DrawWinner
from crowdfund.people.models import Person
from tests.bank import fans_with
from tests.browser.conftest import Visitors
from tests.browser.stage import a_live_film, desk_of, somebody
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.world import Fan, pledged


def later(**time: float) -> str:
    return f"{clock.now() + timedelta(**time):%Y-%m-%dT%H:%M}"


async def announced_at_the_desk(lin: Visitor, film: Campaign) -> Draw:
    await lin.goes_to(f"{await desk_of(film)}/draws")
    await lin.reads("No draw yet")
    await lin.follows("Make the first")
    await lin.types(
        title="A day on the boat", about="You come aboard while we shoot.", place="The left bank, Guizhou", travel="By bus.",
        happens_at=later(days=30), places="1", reserves="1", entries_min="2", closes_at=later(days=2), answer_by=later(days=20),
        public_what="the closing DAX of the day after", public_at=later(days=3),
    )  # fmt: skip
    await lin.presses("Keep the draft")
    await lin.reads("Say how many people the place holds.")
    await lin.types(capacity="1", capacity_by="Wei, who runs the boat", places="2")
    await lin.presses("Save")
    await lin.reads("The place holds 1, and the winners would be 2.")
    await lin.types(places="1")
    await lin.presses("Save")
    await lin.picks("has confirmed that the place holds them all")
    await lin.presses("Announce it")
    await lin.reads("Announced: backers can take part")
    draw = await Draw.get(campaign_id=film.id)
    assert draw.commitment is not None
    return draw


async def takes_part(visit: Visitors, fan: Fan, film: Campaign, *, scripts: bool) -> str:
    """Gives her entry."""
    fan_at_it = await visit(fan, PHONE, scripts=scripts)
    await fan_at_it.goes_to(film.path)
    await fan_at_it.follows("A day on the boat")
    await fan_at_it.reads("Taking part is free", "Secret until it is drawn.", "So nobody could pick who wins")
    await fan_at_it.presses("Take part")
    await fan_at_it.reads("You take part. Good luck.")
    entry = await DrawEntry.get(person_id=fan.id)
    await fan_at_it.reads(entry.entry)
    return entry.entry


@pytest.mark.landing
async def test_a_set_visit_is_drawn_and_drawn_again(visit: Visitors, tmp_path: Path) -> None:
    owner = await somebody("Lin")
    film = await a_live_film("Night Ferry", owner, goal_minor=1_000_00, days=40)
    fans = await fans_with("ok", "ok", "ok")
    for fan in fans:
        await pledged(fan, film, amount_minor=25_00)
    lin = await visit(owner, DESKTOP)
    draw = await announced_at_the_desk(lin, film)
    mei, jun, ben = fans
    entries = {await takes_part(visit, mei, film, scripts=False), await takes_part(visit, jun, film, scripts=True)}
    await actions.enter(draw.id, person_id=ben.id)

    desk = lin.path
    await lin.presses("+7 days")
    await lin.goes_to(desk)
    await lin.waits_for("You announced: the closing DAX of the day after.")
    await lin.types(public_value="16843.21", public_value_again="16843.12", public_source="the exchange's own page")
    await lin.presses("Draw the winners")
    await lin.reads("These two are not the same.")
    await lin.types(public_value_again="16843.21")
    await lin.presses("Draw the winners")
    await lin.reads("Drawn. Winners hear of it by mail.")

    winner = await DrawWinner.get(draw_id=draw.id, rank=1)
    entry = await DrawEntry.get(id=winner.entry_id)
    person = await Person.get(id=entry.person_id)
    hers = await visit(Fan(person.id, person.email), PHONE, scripts=False)
    await hers.opens_letter("You won: A day on the boat", person.email)
    await hers.follows_its_link()
    await hers.types(contact="+81 3 1234", note="No nuts, please.")
    await hers.presses("I come")
    await hers.reads("They look forward to you.", "You come", entry.entry)
    await lin.goes_to(desk)
    await lin.reads("+81 3 1234", "No nuts, please.")

    stranger = await visit(size=PHONE)
    await stranger.goes_to(draw.path)
    await stranger.reads_no("+81 3 1234", person.email)
    async with stranger.page.expect_download() as download:
        await stranger.page.get_by_role("link", name="The file of the draw").click()
    path = tmp_path / "draw.json"
    await (await download.value).save_as(path)
    told = json.loads(path.read_bytes())
    assert told["winners"] == [entry.entry] and entries < set(told["entries"]) and len(told["entries"]) == 3
    await stranger.follows("Draw it again yourself")
    await stranger.types(pasted="")
    await stranger.hands_over("file", path)
    await stranger.presses("Draw it again")
    await stranger.reads(
        "It was drawn as it should be", "It is what this site has published of this draw.", entry.entry
    )

    other = next(one for one in told["entries"] if one != entry.entry)
    without = await visit(size=DESKTOP, scripts=False)
    await without.goes_to(f"{draw.path}/verification")
    await without.types(pasted=json.dumps(told | {"winners": [other]}))
    await without.presses("Draw it again")
    await without.reads("Something is wrong", "Other winners come out.", "It is not what this site has published")
    await stranger.goes_to("/draws/how-it-works")

    verify = [sys.executable, "-m", "crowdfund", "draw", "verify", str(path)]
    done = await asyncio.to_thread(subprocess.run, verify, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and f"winner 1: {entry.entry}" in done.stdout
