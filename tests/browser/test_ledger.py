"""The money of a film in a browser: told by its makers, read by everybody, hers by a backer, signed, and checked elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.payouts.models import Payout
from tests.bank import close_now, fans_with, pass_time
from tests.browser.conftest import Visitors
from tests.browser.stage import a_live_film, desk_of, somebody, until
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.money import stripe_fee_minor
from tests.world import pledged


def a_receipt(folder: Path) -> Path:
    path = folder / "boatyard.png"
    Image.linear_gradient("L").resize((320, 200)).convert("RGB").save(path)
    return path


async def saved(visitor: Visitor, words: str, folder: Path, name: str) -> Path:
    """Press a link that gives a file, and keep it."""
    async with visitor.page.expect_download() as coming:
        await visitor.page.get_by_role("link", name=words).first.click()
    await (await coming.value).save_as(folder / name)
    return folder / name


def run(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """The program on a computer that has nothing else of the site: no settings, no database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CROWDFUND_")}
    command = [sys.executable, "-m", "crowdfund", *map(str, words)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.landing
@pytest.mark.parametrize("scripts", [True, False])
async def test_a_film_tells_what_it_spent_and_a_stranger_checks_the_month(
    visit: Visitors, tmp_path: Path, scripts: bool
) -> None:
    maker = await somebody("Lin")
    film = await a_live_film("The Upper Pool" if scripts else "The Lower Pool", maker, goal_minor=100_00, days=3)
    backers = await fans_with("instant", "instant")
    for backer in backers:
        await pledged(backer, film, amount_minor=60_00)
    await close_now(film)
    await pass_time(days=3)
    await until(lambda: Payout.exists(campaign_id=film.id))
    paid_minor = 120_00 - 2 * stripe_fee_minor(60_00) - 6_00
    assert (await Payout.get(campaign_id=film.id)).amount_minor == paid_minor == 111_70
    lin = await visit(maker, DESKTOP if scripts else PHONE, scripts=scripts)
    await lin.goes_to(await desk_of(film))
    await lin.follows("Expenses")
    await lin.reads("Not told of yet", "€111.70")
    await she_tells(lin, tmp_path, amount="200")
    await lin.reads("€111.70 was paid out, and all but €111.70 of it is told of already.")
    await she_tells(lin, tmp_path, amount="40.20")
    await lin.reads("Everybody can read it now.", "Boatyard", "€40.20", "€71.50")

    mei = await visit(backers[0], PHONE, scripts=scripts, dark=True)
    await mei.goes_to(film.path)
    await mei.follows("Every cent of it, for anybody to read")
    await mei.reads("Where your €60 went", "Spent by the makers: Ferries and crew", "€20.10")
    await mei.follows("Your pledge")
    await mei.reads("Where your €60 went", "€20.10", "Charged to your card")

    anybody = await visit(size=DESKTOP, scripts=scripts)
    await anybody.goes_to(f"{film.path}/ledger")
    await anybody.reads("Collected", "€120", "Paid out", "€111.70", "boatyard.png", "Day by day")
    await anybody.follows("All receipts")
    receipt = await saved(anybody, "boatyard.png", tmp_path, "saved.png")
    assert receipt.read_bytes() == a_receipt(tmp_path).read_bytes()
    await the_months_are_checked(anybody, film, tmp_path)


async def she_tells(lin: Visitor, folder: Path, *, amount: str) -> None:
    await lin.page.locator("main select[name='line']").select_option(label="Ferries and crew")
    await lin.types(amount=amount, payee="Boatyard", spent_on=f"{clock.now():%Y-%m-%d}", words="Two boats for a week.")
    await lin.hands_over("document", a_receipt(folder))
    await lin.presses("Publish")


async def the_months_are_checked(anybody: Visitor, film: Campaign, folder: Path) -> None:
    await pass_time(days=32)
    await anybody.goes_to(f"{film.path}/ledger")
    await anybody.follows("Signed each month")
    await anybody.reads("Signed, month by month", "Check one yourself")
    text = await saved(anybody, "The signed text", folder, "month.json")
    keys = folder / "keys.json"
    answer = await anybody.page.request.get(f"{anybody.url}/.well-known/crowdfund-statement-keys.json")
    keys.write_bytes(await answer.body())
    good = run("statement", "verify", text, "--key", keys, folder=folder)
    assert good.returncode == 0 and "WRONG" not in good.stdout and film.name in good.stdout, good.stdout + good.stderr
    text.write_bytes(re.sub(rb'"closing":(\d+)\d', rb'"closing":\g<1>5', text.read_bytes(), count=1))
    bad = run("statement", "verify", text, "--key", keys, folder=folder)
    assert bad.returncode == 1 and "WRONG  the signature is that of the key in it" in bad.stdout
    month = anybody.page.locator("tbody th a").first
    name = await month.inner_text()
    await anybody.follows(name)
    await anybody.reads("What lay where", "The seal under it", "Cards charged")
