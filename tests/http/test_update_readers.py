"""Updates for some: the title for everybody, the text for those whom it is for, on the page, by mail, in the feed and the API."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crowdfund import clock
from crowdfund.campaigns import followers
from crowdfund.campaigns.actions import announce, cancel_campaign
from crowdfund.campaigns.models import Campaign, CampaignUpdate
from crowdfund.campaigns.updates import CannotWriteNow, publish_update
from crowdfund.database import Sql, atomic
from crowdfund.database.ids import public
from crowdfund.people.models import AuditEntry, Mail, StaffRole
from crowdfund.pledges.actions import cancel_pledge
from crowdfund.pledges.models import Pledge
from crowdfund.refusal import Invalid
from crowdfund.web.page_cache import forget_everything
from tests.http.campaign_world import Producer, a_producer, approved, launched
from tests.http.conftest import SignedIn, SiteUnderTest, forget_tries
from tests.http.program import code_of, fields_of, program_of
from tests.http.test_campaign_public import ATOM, Xml
from tests.world import Fan, a_card, a_tier, pledged

pytestmark = pytest.mark.pages

SECRET = "The bridge falls in the last shot."


@dataclass
class World:
    """Lin's open fund. Mei has the scarf, Wen backs it without a reward, Fay follows it, Eve does nothing of that."""

    lin: Producer
    campaign: Campaign
    scarf: int
    mei: SignedIn
    wen: SignedIn
    fay: SignedIn
    eve: SignedIn


@pytest.fixture
async def world(site: SiteUnderTest) -> World:
    lin = await a_producer(site)
    campaign = await launched(lin)
    scarf = await a_tier(campaign, price_minor=60_00)
    mei, wen, fay, eve = [await site.signed_up(name) for name in ("Mei", "Wen", "Fay", "Eve")]
    for browser, tier_id in ((mei, scarf), (wen, None)):
        fan = Fan(browser.person.id, browser.person.email)
        await a_card(fan)
        await pledged(fan, campaign, amount_minor=60_00, tier_id=tier_id)
    await followers.follow(campaign.id, by=fay.person.id)
    return World(lin, campaign, scarf, mei, wen, fay, eve)


async def mailed(site: SiteUnderTest) -> set[str]:
    await site.work()
    return {mail.to_address.partition("@")[0] for mail in await Mail.filter(subject__startswith="River Moon: ")}


@pytest.mark.parametrize(
    ("audience", "readers", "says"),
    [
        ("everyone", {"mei", "wen", "fay", "eve", "nobody"}, ""),
        ("backers", {"mei", "wen"}, "Its text is for those who back the fund."),
        ("tier", {"mei"}, "Its text is for those who back the fund with this tier."),
    ],
)
async def test_the_text_is_for_those_whom_it_is_for(
    site: SiteUnderTest, world: World, audience: str, readers: set[str], says: str
) -> None:
    campaign, desk = world.campaign, world.lin.browser
    await desk.get(f"{world.lin.base(campaign)}/updates/new")
    tier = public(world.scarf) if audience == "tier" else ""
    await desk.submit("Publish", title="How it ends", body=SECRET, audience=audience, tier=tier)
    assert desk.path == f"{campaign.path}/updates/1" and SECRET in desk.text, "its makers read what they wrote"
    ada = await site.signed_up("Ada", staff=StaffRole.REVIEWER)
    people = {"mei": world.mei, "wen": world.wen, "fay": world.fay, "eve": world.eve, "nobody": site.browser()}
    for name, browser in {**people, "ada": ada}.items():
        for path in (f"{campaign.path}/updates/1", campaign.path):
            forget_everything()
            await browser.get(path)
            assert browser.status == 200 and "How it ends" in browser.text, "everybody reads that there is one"
            assert (SECRET in browser.response.text) is (name in readers | {"ada"}), f"{name} at {path}"
            assert says in browser.text or name in readers | {"ada"}
    assert await mailed(site) == readers - {"eve", "nobody"}

    feed = Xml.fromstring((await site.browser().client.get(f"{campaign.path}/updates.atom")).content)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "How it ends"
    assert (SECRET in (entry.findtext(f"{ATOM}content") or "")) is (audience == "everyone")
    api = f"/campaigns/{public(campaign.id)}"
    anybody = await program_of(site, world.eve.person)
    (told,) = (await anybody.read(api))["updates"]
    assert (told["title"], told["audience"], told["body"]) == (
        "How it ends", audience, SECRET if audience == "everyone" else None,
    )  # fmt: skip
    assert told["tier"] == (tier or None)
    for name in ("mei", "wen", "fay"):
        (one,) = await (await program_of(site, people[name].person)).all(f"{api}/updates")  # type: ignore[union-attr]
        assert (one["body"] == SECRET) is (name in readers), name
    own = await program_of(site, desk.person)
    assert (await own.read(f"{api}/draft"))["updates"][0]["body"] == SECRET


async def test_who_backs_it_no_longer_reads_it_no_longer(site: SiteUnderTest, world: World) -> None:
    await publish_update(world.campaign.id, "How it ends", SECRET, by=world.lin.id, audience="backers")
    path = f"{world.campaign.path}/updates/1"
    await world.wen.get(path)
    assert SECRET in world.wen.text
    pledge = await Pledge.get(person_id=world.wen.person.id)
    await cancel_pledge(pledge.id, person_id=pledge.person_id)
    await world.wen.get(path)
    assert SECRET not in world.wen.response.text and "It can be read as soon as your pledge counts." in world.wen.text
    assert await mailed(site) == {"mei"}, "nor is it mailed to her, though she backed it when it was written"
    await atomic(Sql("UPDATE pledge SET state = 'collected' WHERE person_id = $1").__call__)(world.mei.person.id)
    await world.mei.get(path)
    assert SECRET in world.mei.text, "also once she has paid"
    stranger = site.browser()
    await stranger.get(path)
    assert stranger.page.links["Sign in"].startswith("/sign-in") and "Do you? Then sign in" in stranger.text


async def test_the_page_that_is_kept_for_everybody_holds_no_text_for_some(site: SiteUnderTest, world: World) -> None:
    """A backer looks first, so her view of the page is the one that is kept."""
    await publish_update(world.campaign.id, "How it ends", SECRET, by=world.lin.id, audience="backers")
    stranger = site.browser()
    for _ in range(2):
        await world.mei.get(world.campaign.path)
        assert SECRET in world.mei.response.text
        await stranger.get(world.campaign.path)
        assert SECRET not in stranger.response.text
    await world.eve.get(world.campaign.path)
    assert SECRET not in world.eve.response.text


async def test_what_cant_be_is_told_and_kept(site: SiteUnderTest, world: World) -> None:
    desk, other = world.lin.browser, await launched(world.lin, name="Another")
    theirs = await a_tier(other)
    typed = {"title": "How it ends", "body": SECRET}
    for more, sentence in (
        ({"audience": "tier", "tier": ""}, "Choose the tier whose backers it is for."),
        ({"audience": "everybody"}, "Please choose one of these."),
        ({"audience": "tier", "tier": public(theirs)}, "Please choose one of these."),
        ({"audience": "tier", "tier": public(world.scarf), "next_by": "2031-01-01"}, "moves no day"),
        ({"next_by": "2020-01-01"}, "Choose a day that is still to come."),
        ({"next_by": "2031-01-01"}, "At most 90 days may pass between two updates."),
        ({"next_by": "soon"}, "Please choose a date"),
    ):
        await desk.get(f"{world.lin.base(world.campaign)}/updates/new")
        await desk.submit("Publish", **typed, **more)
        assert desk.status == 422 and sentence in desk.text, (more, desk.text)
        assert desk.form("Publish").fields["body"] == [SECRET]
    assert await CampaignUpdate.all().count() == 0
    program, api = await program_of(site, desk.person), f"/campaigns/{public(world.campaign.id)}/updates"
    for more, field in (
        ({"audience": "tier"}, "tier"), ({"tier": public(world.scarf)}, "tier"), ({"audience": "tier", "tier": public(theirs)}, "tier"),
        ({"next_by": "2031-02-31"}, "next_by"), ({"next_by": "2031-02-01"}, "next_by"), ({"audience": "friends"}, "audience"),
    ):  # fmt: skip
        forget_tries()
        answer = await program.post(api, typed | more, key="a-key")
        assert code_of(answer) == (422, "invalid"), more
        assert not answer.json().get("errors") or fields_of(answer) == [field]
    assert await CampaignUpdate.all().count() == 0


async def test_nobody_is_left_out_by_a_fund_without_backers(site: SiteUnderTest, world: World) -> None:
    coming = await approved(world.lin, name="Coming")
    await announce(coming.id, opens_at=None, by=world.lin.id)
    with pytest.raises(CannotWriteNow, match="Nobody backs this fund now"):
        await publish_update(coming.id, "Soon", SECRET, by=world.lin.id, audience="backers")
    await cancel_campaign(world.campaign.id, "The rights are gone.", by=world.lin.id)
    with pytest.raises(CannotWriteNow, match="Nobody backs this fund now"):
        await publish_update(world.campaign.id, "Sorry", SECRET, by=world.lin.id, audience="backers")
    with pytest.raises(Invalid, match="counts from the launch"):
        await publish_update(coming.id, "Soon", SECRET, by=world.lin.id, next_by=clock.now())
    assert (await publish_update(world.campaign.id, "Sorry", SECRET, by=world.lin.id)).next_due_at is None


async def test_the_audit_tells_whom_it_was_for(site: SiteUnderTest, world: World) -> None:
    await publish_update(
        world.campaign.id, "How it ends", SECRET, by=world.lin.id, audience="tier", tier_id=world.scarf
    )
    line = await AuditEntry.get(action="update_published")
    assert '"audience":"tier"' in line.after and SECRET not in line.after and "next_update_by" not in line.after
