"""A film with milestones, page by page: planned, read, asked for, objected to, answered, decided; on both databases."""

from __future__ import annotations

import re

import pytest

from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import Campaign, Kind
from crowdfund.campaigns.queries import budget_of
from crowdfund.database.ids import public
from crowdfund.people.models import Document, Organisation, Person, StaffRole
from crowdfund.pledges.milestones.models import ReleasePaper, ReleaseRequest
from crowdfund.pledges.models import Pledge
from crowdfund.web.page_cache import forget_everything
from tests.bank import books_proven, close_now, fans_with, pass_time
from tests.http.campaign_world import a_reviewer
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.test_transfer_pages import PDF, send
from tests.milestones import BUDGET, WORDS, a_film_draft, a_film_studio, opened, states_of
from tests.world import Fan, again, pledged

EVIDENCE = {"document": ("rushes.pdf", PDF, "application/pdf")}
NOT_SO = "Nobody was seen shooting on the river, not once."
BECAUSE = "We have called the lab: the rushes are there."


async def a_film_desk(site: SiteUnderTest) -> tuple[SignedIn, Organisation, Fan]:
    lin = await site.signed_up("Lin")
    owner = Fan(lin.person.id, lin.person.email)
    studio, _owner = await a_film_studio(owner)
    return lin, studio, owner


async def a_backer(
    site: SiteUnderTest, campaign: Campaign, name: str, amount_minor: int = 25_00
) -> tuple[SignedIn, Pledge]:
    [fan] = await fans_with("instant")
    await Person.filter(id=fan.id).update(name=name)
    made = await pledged(fan, campaign, amount_minor=amount_minor)
    return await site.signed_in(await Person.get(id=fan.id)), await Pledge.get(id=made.id)


async def typed_plan(campaign: Campaign, *shares: str, **more: str) -> dict[str, str]:
    """What the editor sends for a plan of these shares, one budget line each."""
    lines = await budget_of(campaign.id)
    typed = {}
    for number, (share, line) in enumerate(zip(shares, lines, strict=False), 1):
        typed |= {
            f"plan_{number}_title": f"Part {number}", f"plan_{number}_lines": public(line.id), f"plan_{number}_share": share,
            f"plan_{number}_month": f"2027-0{number}", f"plan_{number}_evidence": "The call sheets, all of them.",
        }  # fmt: skip
    return {**typed, **more}


async def test_a_producer_plans_milestones_and_fans_read_them_before_they_pledge(site: SiteUnderTest) -> None:
    lin, studio, owner = await a_film_desk(site)
    ada = await a_reviewer(site)
    campaign = await a_film_draft(studio, owner, plan=[])
    base = f"{studio.desk_path}/campaigns/{campaign.slug}"
    await lin.get(f"{base}/milestones")
    assert BUDGET[0][0] in lin.text and "30% of the goal" in lin.text
    await lin.submit("Save", **await typed_plan(campaign, "30", "50", "19.5"))
    assert lin.status == 422 and "The shares come to 99.5 %; together they have to be 100 %." in lin.text
    assert 'value="19.5"' in lin.page.html, "what was typed stays"
    assert await plan_of(campaign.id) == []
    await lin.submit("Save", **await typed_plan(campaign, "30", "half", "20"))
    assert lin.status == 422 and "Please write a percentage, like 30 or 33.5." in lin.text
    await lin.submit("Save", **await typed_plan(campaign, "30", "49.5", "20,5", at_once="yes"))
    assert "Saved. Fans read it before they pledge." in lin.text
    assert [(one.share_bps, one.at_once) for one in await plan_of(campaign.id)] == [(3_000, 1), (4_950, 0), (2_050, 0)]
    await lin.get(f"{base}/content")
    await lin.submit(f"{base}/content", budget_2_name="The shoot, by night")
    assert "Saved." in lin.text
    assert "The shoot, by night" in (await lin.get(f"{base}/milestones")).text, (
        "a line that is called otherwise is the same line"
    )
    await lin.get(f"{base}/content")
    await lin.submit(f"{base}/content", budget_3_name="", budget_3_amount="")
    await lin.get(base)
    assert "Milestone 3 is for a line that is not in the budget any more." in lin.text
    await lin.get(f"{base}/content")
    await lin.submit(f"{base}/content", budget_3_name="Edit and sound", budget_3_amount="20")
    await lin.get(f"{base}/milestones")
    await lin.submit("Save", **await typed_plan(campaign, "30", "49.5", "20.5", at_once="yes"))
    await lin.get(base)
    await lin.submit("Hand it in")
    await send(lin, f"{base}/milestones", **await typed_plan(campaign, "50", "50"))
    assert lin.status == 409 and "This is promised now" in lin.text
    await ada.get(f"/staff{campaign.path}")
    assert "Part 2" in ada.text and "49.5%" in ada.text
    await ada.submit("Decide", verdict="approved")
    await lin.get(base)
    await lin.submit("Open it now")
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    for words in (
        "Paid piece by piece", "Part 1", "€49.50 of the goal", "The shoot, by night", "expected Feb 2027",
        "The call sheets, all of them.", "Paid as soon as the fund has succeeded", "If 3 backers object, or 5% of them",
    ):  # fmt: skip
        assert words in visitor.text, words


async def test_a_plan_is_for_films_and_for_their_makers(site: SiteUnderTest) -> None:
    lin, studio, owner = await a_film_desk(site)
    campaign = await a_film_draft(studio, owner)
    base = f"{studio.desk_path}/campaigns/{campaign.slug}"
    stranger = await site.signed_up("Nobody")
    await stranger.get(f"{base}/milestones")
    assert stranger.status == 404
    await Campaign.filter(id=campaign.id).update(kind=Kind.TRANSFER)
    await lin.get(f"{base}/milestones")
    assert lin.status == 404


@pytest.mark.landing
async def test_asked_for_objected_to_answered_and_paused_for_staff_who_releases_it(site: SiteUnderTest) -> None:
    lin, studio, owner = await a_film_desk(site)
    campaign = await opened(await a_film_draft(studio, owner), owner)
    backers = [await a_backer(site, campaign, name) for name in ("Mei", "Bo", "Ann", "Kim")]
    base = f"{studio.desk_path}/campaigns/{campaign.slug}"
    await close_now(campaign)
    await lin.get(base)
    assert "The next milestone is “The shoot is done”: ask for it when you can show it." in lin.text
    assert "Waits in milestones that are not released − €70.00" in lin.text
    await lin.get(f"{base}/milestones")
    assert "€50.00 waits for it, before fees." in lin.text
    await lin.submit("Ask for it", words="All shot.", files=EVIDENCE)
    assert lin.status == 422 and "Please write at least 20 characters." in lin.text
    await lin.submit("Ask for it", words=WORDS, files={"document": ("x.pdf", b"<html>", "application/pdf")})
    assert lin.status == 422 and "Please send a document as PDF, PNG or JPEG." in lin.text
    await lin.submit("Ask for it", words=WORDS)
    assert lin.status == 422 and "Choose the paper that shows it." in lin.text
    assert await ReleaseRequest.all().count() == 0
    await lin.submit("Ask for it", words=WORDS, files={**EVIDENCE, "receipt": ("till.pdf", PDF, "application/pdf")})
    assert "Asked for. Your backers have five days to object." in lin.text
    request = await ReleaseRequest.get(campaign_id=campaign.id)
    assert await ReleasePaper.filter(request_id=request.id).count() == 2
    kept = await Document.all().count()
    await send(lin, f"{base}/milestones/requests", words=WORDS)
    assert lin.status in (409, 422) and await Document.all().count() == kept
    (mei, meis), *others = backers
    await pass_time(minutes=1)
    [told] = [
        mail
        for mail in await site.mails_to((await Person.get(id=meis.person_id)).email)
        if "The shoot is done" in mail.subject
    ]
    assert (
        WORDS in told.text_body
        and "If 3 backers object" in told.text_body
        and f"{campaign.path}#milestones" in told.text_body
    )
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    assert "0 objections · 3 pause it" in visitor.text and "It is not so" not in visitor.text
    link = re.search(r'href="(/release-requests/[^"]+)"', visitor.page.html)
    assert link is not None
    paper = await site.browser().get(link[1])
    assert (paper.content, "attachment" in paper.headers["content-disposition"]) == (PDF, True)
    stranger = await site.signed_up("Nobody")
    await stranger.get(campaign.path)
    assert "It is not so" not in stranger.text
    objections = f"/release-requests/{public(request.id)}/objections"
    await send(stranger, objections, text=NOT_SO)
    assert stranger.status == 403 and "Only backers whose money is in this fund can object." in stranger.text
    await mei.get(campaign.path)
    await mei.submit("Object", text="No!")
    assert mei.status == 422 and "Please write at least 20 characters." in mei.text
    assert "What is not as it was promised" in mei.text and ">\nNo!</textarea>" in mei.page.html, "what she typed stays"
    await mei.submit("Object", text=NOT_SO)
    assert "Your objection stands there now" in mei.text
    forget_everything()
    await mei.get(campaign.path)
    assert NOT_SO in mei.text and "It is not so" not in mei.text
    await send(mei, objections, text="And once more, as loudly as I can.")
    assert "You have objected already. Each backer counts once." in mei.text
    await lin.get(base)
    assert "A backer objects to “The shoot is done”: answer." in lin.text
    await lin.get(f"{base}/milestones")
    await lin.submit("Answer", answer="Not so.")
    assert lin.status == 422 and "Please write at least 10 characters." in lin.text
    assert ">\nNot so.</textarea>" in lin.page.html, "what she typed stays"
    await lin.submit("Answer", answer="We shot at night: here are the call sheets.")
    assert "Answered, for all to read." in lin.text
    for browser, _pledge in others[:2]:
        await browser.get(campaign.path)
        await browser.submit("Object", text=NOT_SO)
    assert await states_of(campaign) == ["released", "paused", "planned"]
    ada, grace = await a_reviewer(site, StaffRole.ADMIN), await a_reviewer(site, name="Grace")
    await grace.get("/staff")
    assert "Milestones that are paused" in grace.text and "The shoot is done: 3 objections" in grace.text
    staff = f"/staff/milestones/{campaign.slug}"
    await grace.get(staff)
    assert "Release it" not in grace.text
    await send(grace, f"{staff}/release", because=BECAUSE)
    assert grace.status == 403
    await ada.get(staff)
    await ada.submit("Release it", because="so")
    assert ada.status == 422 and "Please write at least 10 characters." in ada.text
    assert ">\nso</textarea>" in ada.page.html, "what she typed stays"
    await ada.submit("Release it", because=BECAUSE)
    assert "Released: its makers are paid." in ada.text
    await send(ada, f"{staff}/release", because=BECAUSE)
    assert "No milestone waits for that now." in ada.text
    assert await states_of(campaign) == ["released", "released", "planned"]
    await pass_time(minutes=1)
    mails = [mail.subject for mail in await site.mails_to((await Person.get(id=meis.person_id)).email)]
    assert any("a milestone is paid" in subject for subject in mails)
    assert any("Your objection to “The shoot is done”" in subject for subject in mails)
    forget_everything()
    await visitor.get(campaign.path)
    assert BECAUSE in visitor.text and "We shot at night" in visitor.text
    await books_proven()


@pytest.mark.landing
async def test_staff_asks_for_other_evidence_and_then_gives_the_rest_back(site: SiteUnderTest) -> None:
    lin, studio, owner = await a_film_desk(site)
    campaign = await opened(await a_film_draft(studio, owner), owner)
    mei, meis = await a_backer(site, campaign, "Mei", 100_00)
    await close_now(campaign)
    base = f"{studio.desk_path}/campaigns/{campaign.slug}"
    await lin.get(f"{base}/milestones")
    await lin.submit("Ask for it", words=WORDS, files=EVIDENCE)
    ada = await a_reviewer(site, StaffRole.ADMIN)
    staff = f"/staff/milestones/{campaign.slug}"
    await ada.get(staff)
    await ada.submit("Pause it", because="A call came in about it.")
    assert "Paused: nothing is paid" in ada.text
    await ada.submit("Ask for other evidence", because="Show us the rushes themselves, please.")
    assert "Sent back" in ada.text
    await lin.get(f"{base}/milestones")
    assert "Show us the rushes themselves, please." in lin.text
    await lin.submit("Ask for it", words=WORDS, files=EVIDENCE)
    milestone = await Milestone.get(campaign_id=campaign.id, state="requested")
    await lin.submit(f"{base}/milestones/{public(milestone.id)}/withdrawal", because="the wrong reel was sent")
    assert "Taken back. Ask again when you can show it." in lin.text
    await ada.get(staff)
    await ada.submit("End it: give the rest back", because="Nothing was shot, and nothing will be.")
    assert "€70.00 goes back to all backers." in ada.text
    await pass_time(minutes=1)
    mails = [mail.subject for mail in await site.mails_to((await Person.get(id=meis.person_id)).email)]
    assert any("the rest goes back to you" in subject for subject in mails)
    assert "€70.00 is on its way back to you" in mails
    forget_everything()
    await mei.get(campaign.path)
    assert "Nothing was shot, and nothing will be." in mei.text and "Back to backers €70.00" in mei.text
    assert await states_of(await again(campaign)) == ["released", "refunded", "refunded"]
    await books_proven()


@pytest.mark.landing
async def test_its_makers_give_the_rest_back_themselves(site: SiteUnderTest) -> None:
    lin, studio, owner = await a_film_desk(site)
    campaign = await opened(await a_film_draft(studio, owner), owner)
    await a_backer(site, campaign, "Mei", 100_00)
    await close_now(campaign)
    base = f"{studio.desk_path}/campaigns/{campaign.slug}"
    await lin.get(f"{base}/milestones")
    await lin.submit("Give it back", because="Over.")
    assert lin.status == 422 and ">\nOver.</textarea>" in lin.page.html and "Please write at least 10" in lin.text
    await lin.submit("Give it back", because="Our lead has fallen ill, and there is no other.")
    assert "€70.00 goes back to your backers." in lin.text
    await lin.get(f"{base}/milestones")
    assert "All that this fund collected has been released or given back." in lin.text
    await pass_time(minutes=1)
    await books_proven()


async def test_a_draft_with_milestones_is_thrown_away_whole(site: SiteUnderTest) -> None:
    lin, studio, owner = await a_film_desk(site)
    campaign = await a_film_draft(studio, owner)
    await lin.get(f"{studio.desk_path}/campaigns/{campaign.slug}/deletion")
    await lin.submit(f"{studio.desk_path}/campaigns/{campaign.slug}/deletion")
    assert (await Campaign.exists(id=campaign.id), await Milestone.all().count()) == (False, 0)
