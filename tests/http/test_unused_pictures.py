"""Pictures go when nothing shows them any more: row and files, of a deleted draft at once, of an unfinished form a day later."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.campaigns.gallery import add_picture, picture_tier
from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.campaigns.pictures import forget_pictures, forget_unused_pictures, show_art
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Image
from crowdfund.people.pictures import keep_image
from crowdfund.web import images
from tests.http.campaign_world import STORY, Producer, a_draft, a_picture, a_producer, content
from tests.http.conftest import SiteUnderTest


async def sent(lin: Producer) -> int:
    """A picture with its files, as a form leaves it."""
    image_id, picture = new_id(), await images.read_picture(a_picture())
    await images.keep(image_id, picture)
    await keep_image(image_id, picture.width, picture.height, by=lin.id)
    return image_id


async def status(site: SiteUnderTest, image_id: int) -> list[int]:
    """Of both sizes, as anybody gets them."""
    browser = site.browser()
    return [
        (await browser.get(f"/images/{public(image_id)}{size}.webp")).status_code for size in images.WIDTHS
    ]  # fmt: skip


async def pictured(lin: Producer, campaign: Campaign) -> list[int]:
    """A draft with a picture of each kind: key art, story, tier."""
    art, story, tier = [await sent(lin) for _ in range(3)]
    await atomic(show_art)(campaign.id, art)
    await add_picture(campaign.id, story, alt="Lin rows at dawn", by=lin.id)
    await picture_tier((await Tier.get(campaign_id=campaign.id)).id, tier, alt="Two seats", by=lin.id)
    return [art, story, tier]


async def test_a_deleted_draft_takes_its_pictures_along(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft, other = await a_draft(lin), await a_draft(lin, name="Second Violin")
    gone, kept = await pictured(lin, draft), await pictured(lin, other)
    assert await status(site, gone[0]) == [200, 200]
    await lin.browser.get(f"{lin.base(draft)}/deletion")
    await lin.browser.submit("Delete the draft")
    await site.work()
    assert [await status(site, one) for one in gone] == [[404, 404]] * 3
    assert [await status(site, one) for one in kept] == [[200, 200]] * 3
    assert sorted(await Image.all().values_list("id", flat=True)) == sorted(kept)


async def test_a_picture_that_another_story_shows_stays_when_its_draft_goes(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft, other = await a_draft(lin), await a_draft(lin, name="Second Violin")
    art, shown, tier = await pictured(lin, draft)
    story = f"{STORY}\n\n![Lin]({images.url_of(shown)})"
    await actions.write(other.id, content(name="Second Violin", story=story), by=lin.id)
    await lin.browser.get(f"{lin.base(draft)}/deletion")
    await lin.browser.submit("Delete the draft")
    clock.advance(timedelta(days=30))
    assert await forget_unused_pictures() == 0
    await site.work()
    assert [await status(site, one) for one in (art, shown, tier)] == [[404, 404], [200, 200], [404, 404]]


async def test_what_an_unfinished_form_left_is_forgotten_after_a_day(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    used = await pictured(lin, await a_draft(lin))
    left = await sent(lin)
    clock.advance(timedelta(hours=23))
    assert await forget_unused_pictures() == 0 and await status(site, left) == [200, 200], "its form may still be open"
    clock.advance(timedelta(hours=2))
    assert await forget_unused_pictures() == 1
    assert await forget_pictures([left, *used]) == 0, "twice is once, and what is shown stays"
    await site.work()
    assert await status(site, left) == [404, 404]
    assert [await status(site, one) for one in used] == [[200, 200]] * 3
