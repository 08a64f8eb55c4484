"""Pictures of stories and of tiers: sent with the form that they belong to, shown where they were promised, deleted while unused."""

from __future__ import annotations

import re

import pytest

from crowdfund.campaigns.gallery import PICTURES_MAX, PicturePromised, add_picture, picture_tier
from crowdfund.campaigns.models import Campaign, CampaignImage, CampaignPage, Tier
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.people.models import AuditEntry, Image
from crowdfund.people.pictures import keep_image
from crowdfund.web import images
from tests.http.campaign_world import STORY, Producer, a_draft, a_picture, a_producer, launched
from tests.http.conftest import SiteUnderTest
from tests.world import a_fan_with_card, again, pledged

pytestmark = pytest.mark.pages


def a_file(name: str = "picture", content: bytes | None = None) -> dict[str, tuple[str, bytes, str]]:
    return {name: ("boat.png", content or a_picture(), "image/png")}


async def with_picture(lin: Producer, campaign: Campaign, alt: str = "Lin rows at dawn", **typed: str) -> None:
    await lin.browser.get(f"{lin.base(campaign)}/content")
    await lin.browser.submit("Add the picture", files=a_file(), picture_alt=alt, **typed)


def lines_on(lin: Producer) -> list[str]:
    """What the page says to paste, picture by picture."""
    return re.findall(r'value="(!\[[^"]*\]\(/images/[0-9a-z]{13}\.webp\))"', lin.browser.response.text)


# --- of a story ---


async def test_a_picture_is_sent_pasted_and_seen_by_fans(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    await with_picture(lin, campaign, story=f"{STORY} Half-written")
    assert lin.browser.status == 200 and "It stands in a story" not in lin.browser.text
    (line,) = lines_on(lin)
    assert line.startswith("![Lin rows at dawn](/images/")
    assert (await CampaignPage.get(campaign_id=campaign.id)).story.endswith("Half-written"), "no typed word is lost"
    await lin.browser.submit("Save", story=f"{STORY}\n\n{line}\n")
    assert "It stands in a story" in lin.browser.text
    await lin.browser.get(f"{lin.base(campaign)}/preview")
    address = line.partition("(")[2].rstrip(")")
    shown = re.search(rf'<img[^>]*src="{re.escape(address)}"[^>]*>', lin.browser.response.text)
    assert shown is not None and 'alt="Lin rows at dawn"' in shown[0]
    assert (await lin.browser.get(address)).headers["content-type"] == "image/webp"


async def test_several_pictures_stand_in_the_order_in_which_they_were_sent(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    for alt in ("the boat", "the [bridge] \\ unfinished", "the engineers"):
        await with_picture(lin, campaign, alt)
    assert [line.partition("](")[0] for line in lines_on(lin)] == [
        "![the boat",
        "![the \\[bridge\\] \\\\ unfinished",
        "![the engineers",
    ]
    story = f"{STORY}\n\n" + "\n\n".join(lines_on(lin))
    await lin.browser.submit("Save", story=story)
    await lin.browser.get(f"{lin.base(campaign)}/preview")
    assert 'alt="the [bridge] \\ unfinished"' in lin.browser.response.text


async def test_it_has_to_say_what_it_shows_and_is_kept_until_it_does(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    await with_picture(lin, campaign, "", story=f"{STORY} Typed")
    assert (lin.browser.status, await CampaignImage.all().count()) == (422, 0)
    assert "not everybody can see it" in lin.browser.text and "Typed" in lin.browser.response.text
    await lin.browser.submit("Add the picture", picture_alt="a boat")  # the file itself is not sent again
    assert (lin.browser.status, await CampaignImage.all().count()) == (200, 1)


@pytest.mark.parametrize("content", [b"GIF89a not one of ours", b"", b"\x89PNG broken"])
async def test_what_is_no_picture_is_told_and_adds_nothing(site: SiteUnderTest, content: bytes) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    await lin.browser.get(f"{lin.base(campaign)}/content")
    files = {"picture": ("x.png", content, "image/png")}
    await lin.browser.submit("Add the picture", files=files, picture_alt="a boat")
    assert (lin.browser.status, await CampaignImage.all().count()) == (422, 0)
    assert "error-picture" in lin.browser.response.text


async def test_a_wrong_budget_does_not_lose_the_picture(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    await with_picture(lin, campaign, budget_1_amount="much")
    assert (lin.browser.status, len(lines_on(lin))) == (422, 1)


async def test_it_is_deleted_while_nothing_shows_it(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    await with_picture(lin, campaign, "the boat")
    await with_picture(lin, campaign, "the bridge")
    first, second = lines_on(lin)
    await lin.browser.submit("Save", story=f"{STORY}\n\n{first}")
    drops = re.findall(r'value="drop:([0-9a-z]{13})"', lin.browser.response.text)
    assert drops == [second.partition("/images/")[2][:13]], "only the unused one can be deleted"
    form = lin.browser.form(f"{lin.base(campaign)}/content")
    await lin.browser.post(form.action, {**form.fields, "then": f"drop:{drops[0]}"})
    assert lines_on(lin) == [first]
    assert (await lin.browser.get(f"/images/{drops[0]}.webp")).status_code == 404
    assert not list(site.settings.uploads.rglob(f"{drops[0]}*"))
    used = first.partition("/images/")[2][:13]
    await lin.browser.post(form.action, {**form.fields, "story": STORY, "then": f"drop:{used}"})
    assert (lin.browser.status, await CampaignImage.all().count()) == (200, 0), (
        "taken out of the story, and then deleted"
    )


async def test_what_another_version_or_an_update_shows_stays(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    base = lin.base(campaign)
    await lin.browser.get(f"{base}/content")
    await lin.browser.submit("Add the picture", files=a_file(), picture_alt="the boat", story=f"{STORY} Half a thought")
    assert "Half a thought" in lin.browser.response.text and (await again(campaign)).page_version == 1, (
        "nothing is published"
    )
    (line,) = lines_on(lin)
    await lin.browser.submit("Publish this version", story=f"{STORY}\n\n{line}")
    await lin.browser.get(f"{base}/content")
    await lin.browser.submit("Publish this version", story=STORY)
    assert (await again(campaign)).page_version == 3
    await lin.browser.get(f"{base}/content")
    assert "It stands in a story" in lin.browser.text
    form = lin.browser.form(f"{base}/page")
    await lin.browser.post(form.action, {**form.fields, "then": f"drop:{line.partition('/images/')[2][:13]}"})
    assert (lin.browser.status, await CampaignImage.all().count()) == (422, 1)
    assert "Take it out there first" in lin.browser.text


async def test_nobody_deletes_the_pictures_of_others(site: SiteUnderTest) -> None:
    lin, eve = await a_producer(site), await a_producer(site, "Eve")
    campaign, theirs = await a_draft(lin), await a_draft(eve, name="Other")
    await with_picture(lin, campaign)
    image_id = public((await CampaignImage.get()).image_id)
    await eve.browser.get(f"{eve.base(theirs)}/content")
    form = eve.browser.form(f"{eve.base(theirs)}/content")
    await eve.browser.post(form.action, {**form.fields, "then": f"drop:{image_id}"})
    assert "There is no such picture" in eve.browser.text
    assert await CampaignImage.all().count() == 1


async def test_a_story_has_at_most_so_many(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    for _ in range(PICTURES_MAX):
        await keep_image(image_id := new_id(), 320, 180, by=lin.id)
        await add_picture(campaign.id, image_id, alt="a boat", by=lin.id)
    await with_picture(lin, campaign)
    assert lin.browser.status == 422 and f"at most {PICTURES_MAX} pictures" in lin.browser.text


# --- of a tier ---


async def only_tier() -> Tier:
    return await Tier.get()


async def test_a_tier_is_shown_with_its_picture(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin, written=False)
    await lin.browser.get(f"{lin.base(campaign)}/tiers")
    typed = {"name": "A poster", "price": "25.00", "image_alt": "The poster: a boat under the moon"}
    await lin.browser.submit("Add the tier", files=a_file("image"), **typed)
    tier = await only_tier()
    assert tier.image_id is not None and "The tier is there" in lin.browser.text
    url = images.url_of(tier.image_id, small=True)
    for path in (f"{lin.base(campaign)}/tiers", f"{lin.base(campaign)}/preview"):
        await lin.browser.get(path)
        shown = re.search(rf'<img[^>]*src="{re.escape(url)}"[^>]*>', lin.browser.response.text)
        assert shown is not None and 'alt="The poster: a boat under the moon"' in shown[0], path
    assert (await lin.browser.get(url)).status_code == 200


async def test_a_tiers_picture_needs_words_too(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin, written=False)
    await lin.browser.get(f"{lin.base(campaign)}/tiers")
    await lin.browser.submit("Add the tier", files=a_file("image"), name="A poster", price="25.00")
    assert (lin.browser.status, await Tier.all().count()) == (422, 0)
    await lin.browser.submit("Add the tier", image_alt="The poster")
    assert (await only_tier()).image_id is not None, "the picture need not be sent again"


async def test_the_picture_of_a_tier_is_changed_and_taken_away_until_fans_take_it(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await launched(lin)
    tier = await only_tier()
    path = f"{lin.base(campaign)}/tiers/{public(tier.id)}"
    await lin.browser.get(path)
    await lin.browser.submit("Save", files=a_file("image"), image_alt="two seats")
    first = (await only_tier()).image_id
    await lin.browser.get(path)
    await lin.browser.submit("Save", image_alt="two red seats")
    assert ((await only_tier()).image_id, (await Image.get(id=first)).alt) == (first, "two red seats")
    await lin.browser.get(path)
    await lin.browser.submit("Take the picture away")
    assert (await only_tier()).image_id is None
    await lin.browser.submit("Save", files=a_file("image"), image_alt="two seats again")
    kept = (await only_tier()).image_id

    await pledged(await a_fan_with_card(), campaign, tier_id=tier.id, amount_minor=tier.price_minor)
    await lin.browser.get(path)
    assert "the picture stays" in lin.browser.text and "Take the picture away" not in lin.browser.text
    await keep_image(other := new_id(), 320, 180, by=lin.id)
    with pytest.raises(PicturePromised):
        await picture_tier(tier.id, other, alt="something else", by=lin.id)
    assert (await only_tier()).image_id == kept
    fan = await site.signed_up("Mei")
    await fan.get(f"{campaign.path}/pledges/new")
    assert 'alt="two seats again"' in fan.response.text, "where she chooses it, too"
    assert await AuditEntry.filter(action="tier_pictured").count() == 2
