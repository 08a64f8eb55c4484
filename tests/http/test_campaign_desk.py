"""A producer writes a campaign, has it reviewed, opens it, and runs it: page by page, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.campaigns.models import BudgetLine, Campaign, CampaignUpdate, Tier
from crowdfund.campaigns.opening import open_due
from crowdfund.database import Sql, atomic, new_id
from crowdfund.people.models import AuditEntry, Member, Organisation, Role, StaffRole
from crowdfund.pledges.actions import cancel_pledge
from crowdfund.titles.models import Title
from crowdfund.web.page_cache import forget_everything
from crowdfund.web.rate_limit import Limit
from tests.http.campaign_world import (
    STORY,
    Producer,
    a_draft,
    a_picture,
    a_producer,
    a_reviewer,
    approved,
    content,
    later,
    launched,
    submitted,
)
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.nasty import NASTY
from tests.http.test_people_fuzz import SENSIBLE, fuzz
from tests.world import a_pledge, again

pytestmark = pytest.mark.pages

JOBS = Sql("SELECT COUNT(*) AS n FROM job WHERE kind = $1")


async def a_member(site: SiteUnderTest, producer: Producer, role: Role, name: str) -> SignedIn:
    browser = await site.signed_up(name)
    await Member.create(
        id=new_id(),
        organisation_id=producer.organisation.id,
        person_id=browser.person.id,
        role=role,
        made_at=clock.now(),
    )
    return browser


# --- the whole way ---


async def test_from_nothing_to_an_open_fund(site: SiteUnderTest) -> None:
    lin, ada = await a_producer(site), await a_reviewer(site)
    desk = lin.browser
    await desk.get(lin.desk)
    assert "No fund yet" in desk.text
    await desk.get(desk.page.links["Write the first"])
    await desk.submit("Make the draft", name="River Moon", currency="EUR")
    assert desk.path == f"{lin.desk}/campaigns/river-moon/content"
    await desk.submit(
        f"{lin.desk}/campaigns/river-moon/content", tagline="She decides who crosses.", story=STORY, risks="High water.",
        budget_1_name="Boats", budget_1_amount="1450.50", budget_2_name="Cast", budget_2_amount="1100", closes_at=later(days=30),
    )  # fmt: skip
    assert "Saved." in desk.text
    campaign = await Campaign.get(slug="river-moon")
    assert (campaign.goal_minor, campaign.rule) == (2_550_50, "strict")
    await desk.get(f"{lin.base(campaign)}/tiers")
    await desk.submit("Add the tier", name="Two seats", price="25.00", size="40", delivers_on="2027-09", ships="post")
    assert "0 of 40 taken" in desk.text and "Sept 2027" in desk.text
    await desk.get(f"{lin.base(campaign)}/preview")
    assert "Only you see this" in desk.text and "€2,550.50" in desk.text
    await desk.get(lin.base(campaign))
    assert "Nothing is missing" in desk.text
    await desk.submit("Hand it in")
    assert "A person is reading it" in desk.text

    await ada.get("/staff")
    await ada.get(ada.page.links["Review"])
    await ada.submit("Add it", text="Who holds the rights?")
    await ada.submit("Decide", verdict="changes_requested", because="One question, then it can go.")
    assert "the producers are told" in ada.text

    await desk.get(lin.base(campaign))
    assert "Who holds the rights?" in desk.text
    assert "Answer the reviewer's remark below" in desk.text
    await desk.submit("Answer", answer="We do, since 2024.")
    await desk.submit("Hand it in")
    await ada.get(f"/staff{campaign.path}")
    assert "We do, since 2024." in ada.text
    await ada.submit("Decide", verdict="approved")

    await desk.get(f"{lin.base(campaign)}/schedule")
    await desk.submit("Announce it", opens_at=later(days=2), closes_at=later(days=20))
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    assert "Nothing can be pledged yet" in visitor.text
    clock.advance(timedelta(days=2, minutes=1))
    assert await open_due() == 1
    await visitor.get(campaign.path)
    assert visitor.page.links["Pledge"] == f"{campaign.path}/pledges/new"
    told = [mail.subject for mail in await site.mails_to("lin@example.com")]
    assert len(told) == 2, "both verdicts were told by mail"
    actions_done = (
        await AuditEntry.filter(subject=f"campaign:{campaign.id}").order_by("id").values_list("action", flat=True)
    )
    assert list(actions_done) == [
        "campaign_made", "tier_added", "campaign_submitted", "campaign_changes_requested", "campaign_submitted", "campaign_approved",
        "campaign_scheduled", "campaign_prelaunch", "campaign_live",
    ]  # fmt: skip


async def test_a_fund_that_cannot_open_at_its_hour_holds_up_no_other_and_its_makers_are_told(
    site: SiteUnderTest,
) -> None:
    lin, wen = await a_producer(site), await a_producer(site, "Wen")
    stopped, other = await approved(lin), await approved(wen)
    for producer, campaign in ((lin, stopped), (wen, other)):
        await actions.announce(campaign.id, opens_at=clock.now() + timedelta(days=1), by=producer.id)
    await Organisation.filter(id=lin.organisation.id).update(state="suspended")
    clock.advance(timedelta(days=1, minutes=1))
    await open_due()
    assert ((await again(stopped)).state, (await again(other)).state) == ("prelaunch", "live")
    assert (await again(stopped)).opens_at is None and await open_due() == 0
    (told,) = [mail for mail in await site.mails_to("lin@example.com") if mail.subject == "River Moon could not open"]
    assert "has to be verified" in told.text_body
    await actions.cancel_campaign(stopped.id, "The studio was stopped.", by=lin.id)
    assert (await again(stopped)).state == "cancelled"


async def test_opening_at_once_and_cancelling_for_good(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await approved(lin)
    desk = lin.browser
    await desk.get(lin.base(campaign))
    await desk.submit("Open it now")
    assert "It is open" in desk.text
    pledge = await a_pledge(campaign, amount_minor=25_00)
    await desk.get(f"{lin.base(campaign)}/cancellation")
    assert "1 pledge of together €25 is let go" in desk.text
    await desk.submit(f"{lin.base(campaign)}/cancellation", reason="The bay did not freeze.")
    assert desk.status == 422 and "can't be taken back" in desk.text
    assert "The bay did not freeze." in desk.response.text
    await desk.submit(f"{lin.base(campaign)}/cancellation", reason="The bay did not freeze.", sure="yes")
    assert (await again(campaign)).state == "cancelled"
    assert pledge.state == "active"


async def test_a_paused_fund_is_not_launched_again_by_its_makers(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    await actions.pause(campaign.id, "The rights are in doubt.", by=lin.id)
    await lin.browser.get(lin.base(campaign))
    assert "We paused this fund" in lin.browser.text
    await lin.browser.post(f"{lin.base(campaign)}/launch", {"csrf": await token(lin.browser)})
    assert "Only an approved campaign can be launched" in lin.browser.text
    assert (await again(campaign)).state == "suspended"


async def token(browser: SignedIn) -> str:
    await browser.get("/account")
    return browser.page.forms[-1].fields.get("csrf", browser.form("/sign-out").fields["csrf"])[0]


# --- writing ---


async def test_a_draft_may_be_saved_half_written_and_says_what_is_missing(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    await lin.browser.get(f"{lin.base(draft)}/content")
    await lin.browser.submit(f"{lin.base(draft)}/content", tagline="Only this.")
    assert "Saved." in lin.browser.text
    await lin.browser.get(lin.base(draft))
    for words in ("Tell the story", "Say what the money is for", "Choose when it closes"):
        assert words in lin.browser.text
    assert not any(form.action.endswith("/submission") for form in lin.browser.page.forms)
    await lin.browser.post(f"{lin.base(draft)}/submission", {"csrf": await token(lin.browser)})
    assert "Tell the story" in lin.browser.text
    assert (await again(draft)).state == "draft"


FIELDS = {"name": "River Moon", "story": STORY, "budget_1_name": "Boats", "budget_1_amount": "100.00", "rule": "strict"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"story": "x" * 5_000_000}, "keep this to 50000 characters; it has 5000000"),
        ({"story": "Once\x00upon"}, "leave out the invisible control characters"),
        ({"tagline": "two\nlines"}, "in one line"),
        ({"tagline": "x" * 141}, "keep this to 140 characters"),
        ({"budget_1_amount": "１２"}, "plain digits, like 25.00"),
        ({"budget_1_amount": "-1"}, "can't be less than zero"),
        ({"budget_1_amount": "1.000,50"}, "leave out what separates the thousands, as in 1000.00"),
        ({"budget_1_amount": "1e9"}, "plain digits, like 25.00"),
        ({"budget_1_amount": "99999999999.00"}, "too large"),
        ({"budget_1_name": ""}, "fill this in"),
        ({"closes_at": "2020-01-01T12:00"}, "passed already"),
        ({"closes_at": "２０３０-01-01T12:00"}, "choose a date and a time"),
        ({"closes_at": "2030-02-30T12:00"}, "choose a date and a time"),
        ({"rule": "threshold"}, "which share of the goal"),
        ({"rule": "threshold", "threshold": "49"}, "from 50 to 100"),
        ({"rule": "whatever"}, "choose one of these"),
        ({"name": " "}, "fill this in"),
    ],
)
async def test_what_cant_be_is_told_beside_its_field_and_stays_typed(
    site: SiteUnderTest, typed: dict[str, str], sentence: str
) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    path = f"{lin.base(draft)}/content"
    sent = FIELDS | {"tagline": "Kept as typed."} | typed
    csrf = await token(lin.browser)
    await lin.browser.post(path, sent | {"csrf": csrf}, files={"nothing": ("", b"")})
    assert lin.browser.status == 422
    assert sentence in lin.browser.text
    form = lin.browser.form(path)
    for field, value in sent.items():
        if field != "rule":
            kept = value.replace("\x00", "")
            assert form.fields[field][0].strip("\n") == kept, field
    assert (await again(draft)).tagline == ""
    assert await BudgetLine.filter(campaign_id=draft.id).count() == 0, "nothing is half-written"


async def test_more_than_two_pictures_can_be_is_refused_as_a_whole(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    csrf = await token(lin.browser)
    await lin.browser.post(f"{lin.base(draft)}/content", FIELDS | {"csrf": csrf, "story": "x" * 26_000_000})
    assert lin.browser.status == 413
    assert "at most 5 MB" in lin.browser.text


@pytest.mark.parametrize("name", ["活着", "Up", "M"])
async def test_a_film_may_have_a_short_name(site: SiteUnderTest, name: str) -> None:
    lin = await a_producer(site)
    await lin.browser.get(f"{lin.desk}/campaigns/new")
    await lin.browser.submit("Make the draft", name=name)
    assert "Here is your draft" in lin.browser.text and (await Campaign.all().first()).name == name  # type: ignore[union-attr]


async def test_a_picture_becomes_the_key_art_and_stays_while_the_rest_is_mended(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    path = f"{lin.base(draft)}/content"
    await lin.browser.get(path)
    await lin.browser.submit(path, files={"image": ("art.png", a_picture(), "image/png")}, **FIELDS | {"name": " "})
    assert lin.browser.status == 422
    assert lin.browser.form(path).fields["image_kept"][0], "the picture was fine: it is kept"
    await lin.browser.submit(path, **FIELDS)
    title = await Title.get(id=draft.title_id)
    assert title.image_id is not None
    await lin.browser.get(f"{lin.base(draft)}/preview")
    address = lin.browser.response.text.split('class="hero__art" src="')[1].split('"')[0]
    assert address.startswith("/images/")
    assert (await lin.browser.get(address)).headers["content-type"] == "image/webp"
    await lin.browser.get(path)
    await lin.browser.submit("Take the picture away")
    assert (await Title.get(id=draft.title_id)).image_id is None


@pytest.mark.parametrize(
    "sent", [b"GIF89a not a picture", b"<svg onload='alert(1)'/>", a_picture()[:60], b"\x00" * 1000]
)
async def test_a_wrong_picture_is_told(site: SiteUnderTest, sent: bytes) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    path = f"{lin.base(draft)}/content"
    await lin.browser.get(path)
    await lin.browser.submit(path, files={"image": ("art.png", sent, "image/png")}, **FIELDS)
    assert lin.browser.status == 422
    assert "PNG, JPEG or WebP" in lin.browser.text
    assert lin.browser.form(path).fields["budget_1_name"] == ["Boats"]


async def test_somebody_elses_picture_is_not_taken(site: SiteUnderTest) -> None:
    lin, wei = await a_producer(site), await a_producer(site, "Wei")
    theirs, ours = await a_draft(wei, written=False), await a_draft(lin, written=False, name="Second")
    path = f"{wei.base(theirs)}/content"
    await wei.browser.get(path)
    await wei.browser.submit(path, files={"image": ("art.png", a_picture(), "image/png")}, **FIELDS | {"name": " "})
    kept = wei.browser.form(path).fields["image_kept"][0]
    await lin.browser.get(f"{lin.base(ours)}/content")
    await lin.browser.submit(f"{lin.base(ours)}/content", **FIELDS | {"image_kept": kept})
    assert (await Title.get(id=ours.title_id)).image_id is None


# --- tiers ---


async def test_a_backed_tier_stays_what_it_was_and_only_grows(site: SiteUnderTest) -> None:
    """40 places at 25.00; one is taken, and given back again: what was promised to anybody stays promised."""
    lin = await a_producer(site)
    campaign = await launched(lin)
    tier = await Tier.get(campaign_id=campaign.id)
    desk = lin.browser
    await desk.get(f"{lin.base(campaign)}/tiers")
    path = desk.page.links["Change"]
    await desk.get(path)
    assert "Fans have taken this tier" not in desk.text
    await desk.submit(path, description="Now in every city.")
    assert "The tier is changed" in desk.text
    pledge = await a_pledge(campaign, amount_minor=25_00, tier_id=tier.id)
    await cancel_pledge(pledge.id, person_id=pledge.person_id)
    assert (await Tier.get(id=tier.id)).taken == 0
    await desk.get(path)
    assert "Fans have taken this tier, so what it says stays as it is." in desk.text
    assert "Name Two seats What backers get Now in every city. Price €25 Delivery Nothing is sent by post" in desk.text
    for field, other, sentence in (
        ("price", "20.00", "its price stays"),
        ("name", "One seat", "its name stays"),
        ("description", "In one cinema.", "what they get stays"),
        ("ships", "post", "how it reaches them stays"),
        ("delivers_on", "2031-09", "the month it is expected in stays"),
        ("size", "39", "may only rise"),
    ):
        await desk.get(path)
        await desk.submit(path, **{field: other})
        assert desk.status == 422 and sentence in desk.text
        assert f'id="error-{field}"' in desk.response.text, "beside its field"
        assert desk.form(path).fields[field] == [other], "what was typed is kept"
    await desk.get(path)
    await desk.submit(path, size="60", per_fan_max="3", closes_at=later(days=20))
    assert "The tier is changed" in desk.text
    now = await Tier.get(id=tier.id)
    assert (now.name, now.price_minor, now.size, now.per_fan_max, now.ships) == ("Two seats", 25_00, 60, 3, "nothing")


async def test_a_page_from_before_a_fan_took_it_tells_all_that_stays(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    tier = await Tier.get(campaign_id=campaign.id)
    desk = lin.browser
    await desk.get(f"{lin.base(campaign)}/tiers")
    await desk.get(path := desk.page.links["Change"])
    await a_pledge(campaign, amount_minor=25_00, tier_id=tier.id)
    await desk.submit(path, name="One seat", price="30.00", ships="post")
    assert desk.status == 422 and "3 things to mend" in desk.text
    assert "Promised" in desk.text and "Name Two seats" in desk.text
    typed = desk.form(path).fields
    assert (typed["name"], typed["price"], typed["ships"]) == (["One seat"], ["30.00"], ["post"])
    assert await Tier.filter(id=tier.id, name="Two seats", price_minor=25_00, ships="nothing").exists()


@pytest.mark.parametrize(
    "change",
    ["name = 'x'", "description = 'x'", "price_minor = 1", "size = 39", "ships = 'post'", "delivers_on = '2031-09'"],
)
async def test_the_database_holds_a_promise_too(site: SiteUnderTest, change: str) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    tier = await Tier.get(campaign_id=campaign.id)
    write = atomic(Sql(f"UPDATE tier SET {change} WHERE id = $1").__call__)
    pledge = await a_pledge(campaign, amount_minor=25_00, tier_id=tier.id)
    await cancel_pledge(pledge.id, person_id=pledge.person_id)
    for statement in (write, atomic(Sql("UPDATE tier SET first_taken_at = NULL WHERE id = $1").__call__)):
        with pytest.raises(Exception, match="keeps what it promises"):
            await statement(tier.id)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"price": "0"}, "The least is €0.50"),
        ({"price": "0.49"}, "The least is €0.50"),
        ({"price": "1000000.00"}, "The most is €999,999.99"),
        ({"price": "２５"}, "plain digits"),
        ({"price": "25,0"}, "plain digits"),
        ({"price": "25.125"}, "separates the thousands"),
        ({"price": "2500.125"}, "more decimals than this currency"),
        ({"size": "0"}, "whole number from 1"),
        ({"size": "1.5"}, "whole number from 1"),
        ({"per_fan_max": "101"}, "whole number from 1 to 100"),
        ({"delivers_on": "September"}, "keep this to 7 characters"),
        ({"delivers_on": "2027-13"}, "choose a month"),
        ({"delivers_on": "2019-01"}, "That month is over"),
        ({"closes_at": "2020-01-01T12:00"}, "This moment has passed already"),
        ({"opens_at": "2031-01-02T00:00", "closes_at": "2031-01-01T00:00"}, "close after it opens"),
        ({"ships": "drone"}, "choose one of these"),
        ({"name": "\u200b"}, "fill this in"),
    ],
)
async def test_a_tier_that_cant_be_is_told(site: SiteUnderTest, typed: dict[str, str], sentence: str) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    await lin.browser.get(f"{lin.base(draft)}/tiers")
    await lin.browser.submit(f"{lin.base(draft)}/tiers", **{"name": "Two seats", "price": "25.00"} | typed)
    assert lin.browser.status == 422
    assert sentence in lin.browser.text
    assert await Tier.filter(campaign_id=draft.id).count() == 0


async def test_a_tier_keeps_to_the_day_its_fund_closes(site: SiteUnderTest) -> None:
    lin, ada = await a_producer(site), await a_reviewer(site)
    draft = await a_draft(lin, days=60)
    desk, base = lin.browser, lin.base(draft)
    await desk.get(f"{base}/tiers")
    soon = f"{clock.now() + timedelta(days=20):%Y-%m}"
    await desk.submit(f"{base}/tiers", name="Too early", price="30", delivers_on=soon)
    assert desk.status == 422 and "The fund is still open then." in desk.text
    await desk.submit(f"{base}/tiers", delivers_on="", opens_at=later(days=61))
    assert desk.status == 422 and "nobody could take it" in desk.text
    await desk.submit(f"{base}/tiers", name="Late seats", opens_at=later(days=50))
    assert "The tier is there." in desk.text
    # The fund's own day is drawn nearer afterwards: that is told where it is handed in.
    await actions.write(draft.id, content(days=40), by=lin.id)
    await desk.get(base)
    assert "One of its tiers could be taken only after the fund has closed." in desk.text
    assert desk.page.links["Do it"] == f"{base}/tiers"
    await actions.write(draft.id, content(days=55), by=lin.id)
    await actions.submit(draft.id, by=lin.id)
    clock.advance(timedelta(days=56))
    await ada.get(f"/staff{draft.path}")
    assert "Its closing day has passed. Choose a later one." in ada.text


# --- pressed twice ---


async def test_a_button_pressed_twice_does_it_once(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    csrf = await token(lin.browser)
    once = {"csrf": csrf, "key": "the-same"}
    for _ in range(2):
        await lin.browser.post(f"{lin.desk}/campaigns", once | {"name": "Twice", "currency": "EUR"})
        await lin.browser.post(
            f"{lin.base(campaign)}/tiers", once | {"name": "Scarf", "price": "30", "per_fan_max": "1", "ships": "post"}
        )
        await lin.browser.post(
            f"{lin.base(campaign)}/updates", once | {"title": "We have a boat", "body": "She is called Heron."}
        )
        assert lin.browser.status == 200
    assert await Campaign.filter(name="Twice").count() == 1
    assert await Tier.filter(name="Scarf").count() == 1
    assert await CampaignUpdate.all().count() == 1
    assert await JOBS.value("update_published") == 1, "and mails go out once"


# --- updates ---


async def test_an_update_is_shown_first_then_published_and_mailed(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    mei = await site.signed_up("Mei")
    await mei.get(campaign.path)
    await mei.submit("Follow")
    desk = lin.browser
    await desk.get(f"{lin.base(campaign)}/updates/new")
    await desk.submit("Preview", title="We have a boat", body="She is called *Heron*.")
    assert "<em>Heron</em>" in desk.response.text
    assert await CampaignUpdate.all().count() == 0
    await desk.submit("Publish")
    assert desk.path == f"{campaign.path}/updates/1"
    assert any("We have a boat" in mail.subject + mail.text_body for mail in await site.mails_to("mei@example.com"))
    await desk.get(f"{lin.base(campaign)}/updates/new")
    await desk.submit("Publish", title=" ", body="short")
    assert desk.status == 422 and "fill this in" in desk.text and "at least 10 characters" in desk.text


async def test_what_people_can_see_changes_in_versions(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    desk = lin.browser
    await desk.get(f"{lin.base(campaign)}/content")
    assert "what they said before stays readable" in desk.text
    await desk.submit("Publish this version", story=f"{STORY} And then it rained.")
    assert "Version 2" in desk.text
    await desk.get(f"{lin.base(campaign)}/versions")
    assert "Version 1" in desk.text and "Version 2" in desk.text
    await desk.post(f"{lin.base(campaign)}/content", FIELDS | {"csrf": await token(desk)})
    assert desk.status == 409 and "promised now" in desk.text, "goal and rule are promised"
    assert (await again(campaign)).goal_minor == 4_000_00


# --- who may ---


async def test_only_those_who_belong_to_it_and_only_what_their_role_allows(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin)
    stranger = await site.signed_up("Stranger")
    other = await a_producer(site, "Wei")
    viewer = await a_member(site, lin, Role.VIEWER, "Vera")
    manager = await a_member(site, lin, Role.MANAGER, "Max")
    base = lin.base(draft)
    for ending in (
        "",
        "/content",
        "/tiers",
        "/preview",
        "/updates",
        "/versions",
        "/pledges.csv",
        "/schedule",
        "/cancellation",
    ):
        answers = []
        for path in (base + ending, f"/desk/no-such/campaigns/{draft.slug}{ending}"):
            await stranger.get(path)
            answers.append((stranger.status, stranger.text))
        assert answers[0] == answers[1], f"{ending}: somebody else's and none at all are told alike"
        assert answers[0][0] == 404
        await other.browser.get(f"{other.desk}/campaigns/{draft.slug}{ending}")
        assert other.browser.status == 404, "not through one's own organisation either"
    for ending, may in (
        ("", 200),
        ("/tiers", 200),
        ("/preview", 200),
        ("/content", 403),
        ("/pledges.csv", 403),
        ("/cancellation", 403),
    ):
        assert (await viewer.get(base + ending)).status_code == may, ending
    assert (await manager.get(base + "/content")).status_code == 200
    assert (await manager.get(base + "/cancellation")).status_code == 403, "ending it is the owner's"
    csrf = await token(viewer)
    assert (await viewer.post(base + "/submission", {"csrf": csrf})).status_code == 403


async def test_another_campaigns_tier_is_none_of_ours(site: SiteUnderTest) -> None:
    lin, wei = await a_producer(site), await a_producer(site, "Wei")
    ours, theirs = await a_draft(lin), await a_draft(wei, name="Theirs")
    await wei.browser.get(f"{wei.base(theirs)}/tiers")
    tier = wei.browser.page.links["Change"].rpartition("/")[2]
    csrf = await token(lin.browser)
    assert (await lin.browser.get(f"{lin.base(ours)}/tiers/{tier}")).status_code == 404
    assert (await lin.browser.post(f"{lin.base(ours)}/tiers/{tier}/removal", {"csrf": csrf})).status_code == 404
    assert await Tier.filter(campaign_id=theirs.id).count() == 1


async def test_an_unverified_studio_is_told_before_it_hands_in(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin)
    await atomic(Sql("UPDATE organisation SET state = 'unverified' WHERE id = $1").__call__)(lin.organisation.id)
    await lin.browser.get(lin.base(draft))
    assert "You have to be verified" in lin.browser.text
    await lin.browser.get(lin.desk)
    assert "we have to know who you are" in lin.browser.text


@pytest.mark.landing
async def test_no_field_of_a_desk_breaks_a_page(
    site: SiteUnderTest, long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(self: Limit, key: str) -> None:
        """Thousands of tries are too many for any limit."""

    monkeypatch.setattr(Limit, "take", always)
    lin = await a_producer(site)
    ada = await a_reviewer(site, StaffRole.ADMIN)
    draft, open_one, waiting = (
        await a_draft(lin),
        await launched(lin, name="Open"),
        await submitted(lin, name="Waiting"),
    )
    for name, value in {
        "title": "We have a boat",
        "body": "She is called Heron.",
        "reason": "Because it is so.",
        "price": "25.00",
    }.items():
        monkeypatch.setitem(SENSIBLE, name, value)
    every = 1 if long else 12
    values = [
        value
        for i, value in enumerate(NASTY)
        if i % every == 0 or value in ("\x00", "a\x00b", "\ud800", "１２", "9" * 400)
    ]
    sent = 0
    for path in (f"{lin.desk}/campaigns/new", f"{lin.base(draft)}/tiers", f"{lin.base(open_one)}/updates/new"):
        sent += await fuzz(lin.browser, path, values)
    sent += await fuzz(ada, f"/staff{waiting.path}", values)
    await ada.get("/staff/audit")
    for value in values:
        for field in ("action", "subject", "by", "from", "to", "before"):
            assert (
                await ada.client.get("/staff/audit", params={field: value.encode("utf-8", "replace").decode()})
            ).status_code == 200
        for field in ("q", "state", "order", "page"):
            assert (
                await ada.client.get("/films", params={field: value.encode("utf-8", "replace").decode()})
            ).status_code == 200
    assert sent > 100
