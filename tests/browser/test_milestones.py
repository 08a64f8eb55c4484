"""A film in a browser that is paid piece by piece: one piece paused by its backers, and what was not released given back to all."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.demo.paper import paper
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments.models import Refund
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Organisation
from crowdfund.pledges.models import Pledge
from tests.bank import fans_with, pass_time
from tests.browser.conftest import Visitors
from tests.browser.stage import a_reviewer
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.milestones import BUDGET, WORDS, a_film_draft, a_film_studio
from tests.money import stripe_fee_minor
from tests.world import Fan, pledged

pytestmark = pytest.mark.landing

NOT_SO = "Nobody was seen shooting on the river, not once."


async def test_a_milestone_is_paused_by_objections_and_the_rest_refunded_pro_rata(
    visit: Visitors, tmp_path: Path
) -> None:
    """Its makers on a desktop, backers on phones, one of them without scripts; staff by night."""
    studio, owner = await a_film_studio()
    draft = await a_film_draft(studio, owner, plan=[], days=3, name="Forty Years of Ferry")
    base = f"{studio.desk_path}/campaigns/{draft.slug}"
    lin, ada = await visit(owner, DESKTOP), await visit(await a_reviewer(), DESKTOP, dark=True)
    await the_makers_plan_it(lin, base)
    await lin.goes_to(base)
    await lin.presses("Hand it in", sure=True)
    await ada.goes_to(f"/staff{draft.path}")
    await ada.reads("The shoot", "the call sheets and the rushes", "50%")
    await ada.picks("Approve: it may open")
    await ada.presses("Decide")
    await lin.goes_to(base)
    await lin.presses("Open it now", sure=True)

    gave = (33_33, 33_33, 33_34)
    fans = await fans_with(*["instant"] * 3)
    for fan, minor in zip(fans, gave, strict=True):
        await pledged(fan, draft, amount_minor=minor)
    [mei, bo, ann] = [await visit(fan, PHONE, scripts=fan is not fans[1]) for fan in fans]
    await mei.goes_to(draft.path)
    await mei.reads("Paid piece by piece", "€50 of the goal", "If 3 backers object, or 5% of them where that is more")
    await pass_time(days=3, minutes=1)
    await lin.goes_to(f"{base}/milestones")
    await lin.waits_for("Ask for “The shoot is done”")
    await lin.types(words=WORDS)
    await lin.hands_over("document", a_paper(tmp_path, "Call sheets"))
    await lin.presses("Ask for it")
    await lin.reads("Asked for. Your backers have five days to object.", "Call sheets.pdf", "3 pause it")

    await mei.opens_letter("Forty Years of Ferry: The shoot is done", fans[0].email)
    await mei.follows_its_link()
    await objects(mei, draft)
    await lin.goes_to(f"{base}/milestones")
    await lin.types(answer="We shot at night: the call sheets say so.")
    await lin.presses("Answer")
    await lin.reads("Answered, for all to read.")
    await objects(bo, draft)
    await bo.reads("We shot at night")
    await objects(ann, draft)
    await ann.waits_for("We look into it. Nothing is paid until then.")
    clock.advance(timedelta(days=6))

    await ada.goes_to("/staff")
    await ada.reads("Milestones that are paused", "Forty Years of Ferry, The shoot is done: 3 objections")
    await ada.goes_to(f"/staff/milestones/{draft.slug}")
    await ada.types(because="Nothing was shot, and nothing will be.")
    await ada.presses("End it: give the rest back")
    await ada.reads("€70.00 goes back to all backers.")
    await the_money_is_where_it_belongs(draft, studio, fans, gave)
    await mei.goes_to(draft.path)
    await mei.waits_for("Back to backers")
    await mei.reads("€70.00", "Nothing was shot, and nothing will be.")
    await mei.opens_letter("Forty Years of Ferry: the rest goes back to you", fans[0].email)
    await mei.goes_to((await Pledge.get(campaign_id=draft.id, person_id=fans[0].id)).path)
    await mei.waits_for("€23.33")


async def the_makers_plan_it(lin: Visitor, base: str) -> None:
    await lin.goes_to(f"{base}/milestones")
    titles, shares = ("Pre-production", "The shoot is done", "The film is finished"), ("30", "50", "19")
    for number, (title, share) in enumerate(zip(titles, shares, strict=True), 1):
        if number > 1:
            await lin.page.get_by_role("button", name="Add a milestone").click()
        row = lin.page.locator(f"[data-line='{number}']")
        await row.get_by_text(BUDGET[number - 1][0], exact=True).click()
        await lin.types(**{
            f"plan_{number}_title": title, f"plan_{number}_share": share, f"plan_{number}_month": f"2031-0{number}",
            f"plan_{number}_evidence": "The call sheets and the rushes.",
        })  # fmt: skip
    await lin.picks("Pay it as soon as the fund has succeeded")
    await lin.presses("Save")
    await lin.reads("The shares come to 99 %; together they have to be 100 %.")
    await lin.types(plan_3_share="20")
    await lin.presses("Save")
    await lin.reads("Saved. Fans read it before they pledge.")


async def objects(backer: Visitor, campaign: Campaign) -> None:
    await backer.goes_to(campaign.path)
    await backer.page.locator("summary", has_text="It is not so").click()
    await backer.types(text=NOT_SO)
    await backer.presses("Object")
    await backer.reads("Your objection stands there now")


def a_paper(folder: Path, title: str) -> Path:
    path = folder / f"{title}.pdf"
    path.write_bytes(paper(title, ["Shown to the test."]))
    return path


async def the_money_is_where_it_belongs(
    campaign: Campaign, studio: Organisation, fans: list[Fan], gave: tuple[int, ...]
) -> None:
    """To the cent: 30 % to the makers less the fees on it, 70 % to three backers, each her share."""
    await pass_time(minutes=1)
    back = [
        sum([one.amount_minor for one in await Refund.filter(subject=f"pledge:{pledge.id}")])
        for pledge in [await Pledge.get(campaign_id=campaign.id, person_id=fan.id) for fan in fans]
    ]
    assert (sum(back), sorted(back)) == (70_00, [23_33, 23_33, 23_34])
    assert await balance_minor(chart.fund(campaign.id, "EUR")) == 0
    costs = sum(stripe_fee_minor(minor) for minor in gave)
    paid = await Payout.filter(campaign_id=campaign.id)
    assert [one.amount_minor for one in paid] == [30_00 - round(costs * 0.3) - 1_50]
    assert paid[0].organisation_id == studio.id
