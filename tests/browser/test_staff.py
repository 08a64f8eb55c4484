"""What the people who run the site do: verify, review, pause, give back; and that all of it is written down."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from crowdfund.campaigns import actions
from crowdfund.campaigns.models import Campaign
from tests.bank import fans_with
from tests.browser.conftest import Visitors
from tests.browser.stage import a_draft, a_reviewer, a_studio, somebody
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.world import pledged


@pytest.mark.landing
async def test_staff_review_pause_and_refund_and_all_is_in_the_audit(visit: Visitors) -> None:
    lin, ada = await somebody("Lin"), await a_reviewer()
    studio = await a_studio(lin, "Third Row Pictures")
    film = await a_draft("The Slow Movement", studio, lin, goal_minor=100_00)
    staff = await visit(ada, DESKTOP)
    await staff.goes_to("/staff")
    await staff.reads("What needs a person", "Organisations to verify")
    await staff.follows("Look", beside="Third Row Pictures")
    await staff.types(reason="The register and the account agree.")
    await staff.presses("Verify")

    await actions.submit(film.id, by=lin.id)
    await staff.goes_to("/staff")
    await staff.follows("Review", beside="The Slow Movement")
    await staff.reads("Third Row Pictures", "Verified", "The ferryman's scarf", "High water in March.")
    await staff.types(text="A hall like that costs more than you think.")
    await staff.presses("Add it")
    await staff.follows("As fans will see it")
    await staff.reads("This is how fans will see it, if it is approved.")
    await staff.follows("Back to the desk")
    await staff.picks("Reject")
    await staff.presses("Decide")
    await staff.reads("Say why: the producer reads it.")
    await staff.picks("Approve: it may open")
    await staff.types(because="Honest, and the numbers add up.")
    await staff.presses("Decide")
    await staff.reads("Decided, and the producers are told.")
    await actions.launch(film.id, by=lin.id)

    (mei,) = await fans_with("ok")
    await pledged(mei, film, amount_minor=100_00)
    await the_fund_is_paused_and_resumed(staff, await visit(size=PHONE), film)

    await staff.presses("+7 days")
    fan = await visit(mei, PHONE)
    await fan.goes_to("/money")
    await fan.waits_for("Receipt")
    await staff.goes_to("/staff/pledges")
    await staff.types(q=mei.email)
    await staff.presses("Look")
    await staff.follows("The Slow Movement")
    await staff.reads("Pledge of Mei", "€100.00", mei.email)
    await staff.types(amount="1000", reason="A seat was sold twice.")
    await staff.presses("Refund")
    await staff.reads("One thing to mend")
    await staff.types(amount="40")
    await staff.presses("Refund")
    await staff.reads("Give €40.00 back?", "€60.00 of the pledge stays.")
    await staff.presses("Yes, give it back")
    await staff.reads("The refund is on its way.", "A seat was sold twice.")
    await fan.opens_letter("€40.00 is on its way back to you", mei.email)
    await fan.goes_to("/money")
    await fan.waits_for("Done")
    await fan.reads("Refunds", "€40.00", "A seat was sold twice.")
    await fan.follows("Receipt")
    await fan.reads("−€40.00")

    await staff.goes_to("/staff/audit")
    await staff.types(by=ada.email)
    await staff.presses("Filter")
    rows = staff.page.locator("tbody tr")
    for said in (
        "The register and the account agree.", "Honest, and the numbers add up.", "The rights are in doubt.",
        "The contract has come.", "A seat was sold twice.",
    ):  # fmt: skip
        await expect(rows.filter(has_text=said)).to_have_count(1)


async def the_fund_is_paused_and_resumed(staff: Visitor, passer_by: Visitor, film: Campaign) -> None:
    await staff.goes_to("/staff/campaigns?state=live")
    await staff.follows("The Slow Movement")
    await staff.types(reason="The rights are in doubt.")
    await staff.presses("Pause it")
    await staff.reads("Done, and written down.", "Paused")
    await passer_by.goes_to(film.path)
    await passer_by.waits_for("Paused while we look into it")
    await expect(passer_by.page.get_by_role("link", name="Pledge", exact=True)).to_have_count(0)
    await staff.reads("the time it was paused is given back")
    await staff.types(reason="The contract has come.")
    await staff.presses("Open it again")
    await staff.reads("Done, and written down.", "Live")
    await passer_by.waits_for("days left")
    await expect(passer_by.page.get_by_role("link", name="Pledge", exact=True).filter(visible=True)).to_have_count(1)
