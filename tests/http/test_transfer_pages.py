"""A club's transfer fund, page by page: written, signed, reviewed, backed, ended, and each backer's choice, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation, Person, StaffRole
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, Outcome, OutcomeKind
from crowdfund.web.page_cache import forget_everything
from tests.bank import books_proven, close_now, fans_with, pass_time
from tests.http.campaign_world import STORY, a_reviewer, later
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.transfers import a_charity, a_club, a_draft, a_recipient, file, opened
from tests.world import Fan, again, pledged

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EVIDENCE = {"document": ("medical.pdf", PDF, "application/pdf")}
PAPER = {"document": ("acceptance.pdf", PDF, "application/pdf")}


async def a_clubs_desk(site: SiteUnderTest) -> tuple[SignedIn, Organisation]:
    jens = await site.signed_up("Jens")
    club, _owner = await a_club(Fan(jens.person.id, jens.person.email))
    return jens, club


async def test_a_club_writes_signs_and_opens_a_transfer_fund(site: SiteUnderTest) -> None:
    jens, club = await a_clubs_desk(site)
    ada = await a_reviewer(site)
    await jens.get(f"{club.desk_path}/recipients")
    await jens.submit(
        "Add it",
        kind="academy",
        name="Young Hafen",
        about="Where boys and girls of the quarter learn to play.",
        report_days="90",
    )
    assert "It can be announced now." in jens.text
    await jens.get(f"{club.desk_path}/campaigns/new")
    await jens.submit("Make the draft", kind="transfer", name="Bring Wesley home", currency="EUR")
    base = f"{club.desk_path}/campaigns/bring-wesley-home"
    await jens.submit(f"{base}/content", tagline="One more for the second half", story=STORY, closes_at=later(days=30))
    await jens.get(f"{base}/transfer")
    closes = clock.now() + timedelta(days=45)
    await jens.submit(
        "Save", sub_type="named_target", player="Wesley", selling_club="SV Werder", competition="Regionalliga",
        buys="The fee, and nothing else.", confirmed_by="Jens Hansen, board", window_closes=f"{closes:%Y-%m-%dT18:00}",
        window_zone="Europe/Berlin", transfer_fee="900000", tax="120000", platform_fee="60000", committed="80000", cap="1200000",
        surplus="refund", fallback=public((await Recipient.get(organisation_id=club.id)).id),
    )  # fmt: skip
    assert "Saved." in jens.text, jens.text[:1200]
    campaign = await Campaign.get(slug="bring-wesley-home")
    assert (campaign.goal_minor, campaign.cap_minor) == (1_000_000_00, 1_200_000_00)
    await jens.get(base)
    assert "The club has to sign first" in jens.text
    await jens.get(f"{base}/transfer")
    await jens.submit(
        "Sign", name="Jens Hansen, board", sure="yes", files={"document": ("x.pdf", b"<html>", "application/pdf")}
    )
    assert jens.status == 422 and "Please send a document as PDF, PNG or JPEG." in jens.text
    await jens.submit("Sign", name="Jens Hansen, board", sure="yes", files=PAPER)
    assert "Signed by Jens Hansen, board" in jens.text
    await jens.get(base)
    assert "Nothing is missing" in jens.text
    await jens.submit("Hand it in")
    await ada.get(f"/staff{campaign.path}")
    assert "Wesley" in ada.text and "Young Hafen" in ada.text
    await ada.submit("Decide", verdict="approved")
    await jens.get(base)
    await jens.submit("Open it now")
    assert (await again(campaign)).state == "live"
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    for words in (
        "Fee to the selling club",
        "€45,000 for the clubs that trained him",
        "−€80,000",
        "€1,000,000",
        "If he does not come",
    ):
        assert words in visitor.text, words


async def send(browser: SignedIn, path: str, **typed: str) -> None:
    """A form that stands on no page any more, as an old tab still sends it."""
    token = next(form.fields["csrf"] for form in browser.page.forms if "csrf" in form.fields)
    await browser.post(path, {**typed, "csrf": token})


async def a_backer(site: SiteUnderTest, name: str) -> tuple[SignedIn, Fan]:
    """Somebody with a card, in a browser of her own."""
    [fan] = await fans_with("instant")
    await Person.filter(id=fan.id).update(name=name)
    return await site.signed_in(await Person.get(id=fan.id)), fan


@pytest.mark.landing
async def test_backers_tick_and_choose_where_their_money_goes(site: SiteUnderTest) -> None:
    jens, club = await a_clubs_desk(site)
    owner = Fan(jens.person.id, jens.person.email)
    academy, charity = await a_recipient(club.id), await a_charity("Goals for Girls")
    campaign = await opened(await a_draft(club, owner, goal_minor=150_00, fallback=academy), owner)
    mei, mei_fan = await a_backer(site, "Mei")
    await mei.get(f"{campaign.path}/pledges/new")
    for words in (
        "To Young Hafen",
        "Kept for the club's next target",
        "To Goals for Girls",
        "He does not come".lower(),
    ):
        assert words in mei.text, words
    await mei.submit("Pledge", amount="50.00", if_it_fails=f"charity-{public(charity.id)}")
    pledge = await Pledge.get(person_id=mei_fan.id)
    assert (pledge.if_it_fails, pledge.charity_id, pledge.fallback_id) == ("charity", charity.id, academy.id)
    await mei.get(f"{pledge.path}/amendment")
    await mei.submit(f"{pledge.path}/amendment", if_it_fails="fallback")
    pledge = await Pledge.get(id=pledge.id)
    assert (pledge.if_it_fails, pledge.charity_id) == ("fallback", None)
    bo, bo_fan = await a_backer(site, "Bo")
    bos = await pledged(bo_fan, campaign, amount_minor=100_00)
    _ann, ann_fan = await a_backer(site, "Ann")
    anns = await pledged(ann_fan, campaign, amount_minor=20_00)
    await mei.get(f"{pledge.path}/election")
    assert mei.status == 404, "nothing to decide yet"
    await close_now(campaign)
    await jens.get(f"{club.desk_path}/campaigns/{campaign.slug}/outcome")
    await jens.submit("File it", kind="window_closed", words="The window closed before he could come.", files=EVIDENCE)
    assert jens.status == 422 and "The registration window is still open." in jens.text
    await jens.submit(
        "File it", kind="collapsed", words="The medical failed, and he stays where he is.", files=EVIDENCE
    )
    assert "Backers can object until" in jens.text
    outcome = await Outcome.get(campaign_id=campaign.id)
    paper = await site.browser().get(f"/outcomes/{public(outcome.id)}/evidence")
    assert (paper.content, paper.headers["content-disposition"]) == (PDF, "attachment; filename*=UTF-8''medical.pdf")
    await pass_time(hours=72)
    assert (await again(campaign)).state == "electing"
    [asked] = [mail for mail in await site.mails_to(mei_fan.email) if "Where shall your money go" in mail.subject]
    assert f"{pledge.path}/election" in asked.text_body and "the academy that was announced" in asked.text_body
    await bo.get(f"{pledge.path}/election")
    assert bo.status == 404, "a link from somebody else's mail"
    await bo.get(f"{campaign.path}/election")
    assert bo.path == f"/pledges/{public(bos.id)}/election"
    for path in (academy.path, charity.path, f"{campaign.path}#outcome"):
        assert f'href="{path}"' in bo.page.html, "she reads who they are, and why she is asked, before she decides"
    await bo.submit("Do it", choice="")
    assert bo.status == 422
    await bo.submit("Do it", choice="refund")
    assert "€100.00 goes back to your card." in bo.text
    await send(bo, f"/pledges/{public(bos.id)}/election", choice="next")
    assert bo.status == 409 and "This has been decided already" in bo.text
    await mei.get(f"{pledge.path}/election")
    await mei.submit("Do it", choice=f"charity-{public(charity.id)}")
    assert "Goals for Girls" in mei.text
    await mei.get(f"{pledge.path}/receipt")
    for words in ("Given to Goals for Girls −€50.00", "You chose this.", f"Held for {club.name}", "What became of it"):
        assert words in mei.text, words
    await mei.get(pledge.path)
    assert "If he does not come" not in mei.text, "it has been decided"
    await bo.get(f"/pledges/{public(bos.id)}/receipt")
    assert "Refunded" in bo.text and "You chose this." in bo.text and "Given to" not in bo.text
    await choose(anns.id, Choice.NEXT, person_id=ann_fan.id)
    forget_everything()
    await pass_time(days=14)
    assert (await again(campaign)).state == "closed"
    visitor = site.browser()
    await visitor.get(charity.path)
    assert "€50.00" in visitor.text and "from 1 backer" in visitor.text and "Tells what became of it by" in visitor.text
    await visitor.get(campaign.path)
    assert "The deal fell through" in visitor.text
    await books_proven()


@pytest.mark.landing
async def test_two_of_staff_release_the_money_and_an_objection_comes_first(site: SiteUnderTest) -> None:
    jens, club = await a_clubs_desk(site)
    owner = Fan(jens.person.id, jens.person.email)
    campaign = await opened(await a_draft(club, owner, goal_minor=100_00), owner)
    mei, mei_fan = await a_backer(site, "Mei")
    await pledged(mei_fan, campaign, amount_minor=100_00)
    stranger = await site.signed_up("Nobody")
    await close_now(campaign)
    await file(campaign, OutcomeKind.SIGNED, by=owner)
    forget_everything()
    await stranger.get(campaign.path)
    assert "It was not so" not in stranger.text
    await mei.get(campaign.path)
    await mei.submit("Object", text="Not so!")
    assert mei.status == 422 and "Please write at least 20 characters." in mei.text
    assert ">\nNot so!</textarea>" in mei.page.html, "what she typed stays"
    await mei.submit("Object", text="He was seen training with another club yesterday.")
    assert "We look into it before anything moves." in mei.text
    objections = f"/outcomes/{public((await Outcome.get(campaign_id=campaign.id)).id)}/objections"
    await send(mei, objections, text="And once more, as loudly as I can.")
    assert "You have objected already" in mei.text
    ada, grace = await a_reviewer(site, StaffRole.ADMIN), await a_reviewer(site, StaffRole.ADMIN, "Grace")
    await ada.get("/staff")
    assert "1 objection to be looked into" in ada.text
    staff = f"/staff/transfers/{campaign.slug}"
    await ada.get(staff)
    await ada.submit("I have seen the registration", because="seen in the register of the association")
    assert "Checked. Somebody else releases the money." in ada.text
    await ada.submit("Release the money", because="seen in the register of the association")
    assert ada.status == 409 and "Two people confirm a registration" in ada.text
    assert "seen in the register of the association</textarea>" in ada.page.html, "what she typed stays"
    await pass_time(hours=72)
    await grace.get(staff)
    await send(grace, f"{staff}/release", because="seen in the register, too")
    assert "An objection has not been answered yet." in grace.text
    await grace.submit("It stands all the same", because="No.")
    assert grace.status == 422 and ">\nNo.</textarea>" in grace.page.html
    await grace.submit("It stands all the same", because="We called the league: he is registered for Hafen.")
    await grace.submit("Release the money", because="seen in the register, too")
    assert "Released: the club is paid." in grace.text
    assert (await again(campaign)).state == "released"
    await pass_time(days=2)
    forget_everything()
    await mei.get(campaign.path)
    assert "If he does not come" not in mei.text, "he has"
    assert "Signed and paid" in mei.text and "He is registered for Hafen".lower() in mei.text.lower()
    await books_proven()
