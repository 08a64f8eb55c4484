"""Photos of a claim: shown to the seller and to staff, to nobody else, and gone when they are of no use to anybody any more."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import httpx
import pytest

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.orders.returns import photos
from crowdfund.orders.returns.models import GoodsReturn, GoodsReturnPhoto
from crowdfund.people.models import Member, StaffRole
from tests.bank import pass_time
from tests.http.campaign_world import a_picture
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.program import code_of, program_of
from tests.http.test_after_sale_pages import Story, a_story

pytestmark = [pytest.mark.pages, pytest.mark.usefixtures("proven_when_idle")]


async def a_claim(site: SiteUnderTest, reason: str = "damaged") -> tuple[Story, GoodsReturn]:
    story = await a_story(site)
    await story.sent()
    return story, await story.asked_back(reason)


async def shown(browser: SignedIn, content: bytes | None = None) -> None:
    """Somebody sends a picture on the page that she is at."""
    picture = a_picture() if content is None else content
    await browser.submit("Show it to the seller", files={"image": ("clasp.png", picture, "image/png")})


async def test_the_seller_and_staff_see_it_and_nobody_else(site: SiteUnderTest) -> None:
    story, row = await a_claim(site)
    mei, bao = story.mei, story.bao
    assert "your photos" not in mei.text and "Our staff" not in mei.text
    await shown(mei)
    assert "The seller sees it now." in mei.text and mei.path == row.path
    (photo,) = await GoodsReturnPhoto.filter(return_id=row.id)
    assert f'src="{photo.path}"' in mei.response.text
    await bao.get(story.desk_of(row))
    assert f'src="{photo.path}"' in bao.response.text and "/removal" not in bao.response.text

    sun, stranger = await site.signed_up("Sun", staff=StaffRole.REVIEWER), await site.signed_up("Ann")
    await sun.get(f"/staff/goods/{public(row.order_id)}")
    assert f'src="{photo.path}"' in sun.response.text
    for who in (mei, bao, sun):
        await who.get(photo.path)
        assert who.status == 200 and who.response.headers["content-type"] == "image/webp"
        assert who.response.headers["cache-control"] == "no-store" and who.response.content.startswith(b"RIFF")
    await stranger.get(photo.path)
    assert stranger.status == 404
    nobody = site.browser()
    await nobody.get(photo.path)
    assert nobody.path == "/sign-in"
    await nobody.get(f"/images/{photo.file}")
    assert nobody.status == 404, "it lies where no picture of a page lies"
    await Member.filter(organisation_id=story.shop.id).delete()
    await bao.get(photo.path)
    assert bao.status == 404, "who has left the shop sees it no more"


async def test_four_at_most_and_the_wrong_one_goes(site: SiteUnderTest) -> None:
    story, row = await a_claim(site)
    mei = story.mei
    await shown(mei, b"no picture at all")
    assert mei.status == 422 and "Please send a picture as PNG, JPEG or WebP." in mei.text
    await mei.submit("Show it to the seller")
    assert mei.status == 422 and "Choose a picture." in mei.text
    assert await GoodsReturnPhoto.all().count() == 0
    for _ in range(4):
        await mei.get(row.path)
        await shown(mei)
    kept = await GoodsReturnPhoto.filter(return_id=row.id).order_by("position")
    assert [one.position for one in kept] == [1, 2, 3, 4]
    assert "Show it to the seller" not in mei.text
    with pytest.raises(photos.EnoughPhotos):
        await photos.add_photo(row, a_picture(), (320, 180), by=mei.person.id, key="a fifth one")
    assert len(await photos.FILES.older_than(-60)) == 4, "of what is refused no file stays"

    await mei.submit(f"{kept[1].path}/removal")
    assert "Taken away." in mei.text
    await photos.take_away(row.id, kept[1].id)  # twice is once
    await site.work()
    assert not photos.FILES.path_of(kept[1].file).exists() and photos.FILES.path_of(kept[0].file).exists()
    await mei.get(kept[1].path)
    assert mei.status == 404
    await mei.get(row.path)
    await shown(mei)
    assert sorted([one.position for one in await GoodsReturnPhoto.filter(return_id=row.id)]) == [1, 2, 3, 4]


async def test_what_a_seller_has_decided_on_stays_beside_it(site: SiteUnderTest) -> None:
    story, row = await a_claim(site)
    mei, bao = story.mei, story.bao
    await shown(mei)
    (photo,) = await GoodsReturnPhoto.all()
    await bao.get(story.desk_of(row))
    await bao.submit("Answer", answer="yes", words="We see it.")
    await mei.get(row.path)
    assert f'src="{photo.path}"' in mei.response.text and "/removal" not in mei.response.text
    await shown(mei)
    assert "The seller sees it now." in mei.text, "how it was packed, for one, may be asked for later"
    with pytest.raises(photos.AnsweredAlready):
        await photos.take_away(row.id, photo.id)
    await mei.submit(f"{row.path}/withdrawal")
    await mei.get(row.path)
    assert "Show it to the seller" not in mei.text and f'src="{photo.path}"' in mei.response.text
    with pytest.raises(photos.NotAnOpenClaim):
        await photos.add_photo(
            await GoodsReturn.get(id=row.id), a_picture(), (320, 180), by=mei.person.id, key="too late"
        )


async def test_what_only_does_not_fit_needs_no_photo(site: SiteUnderTest) -> None:
    story, row = await a_claim(site, "does_not_fit")
    await story.mei.get(row.path)
    assert "Show it to the seller" not in story.mei.text
    with pytest.raises(photos.NotAnOpenClaim):
        await photos.add_photo(row, a_picture(), (320, 180), by=story.mei.person.id, key="no claim")


async def test_half_a_year_after_the_end_they_are_forgotten(site: SiteUnderTest) -> None:
    story, row = await a_claim(site)
    await shown(story.mei)
    await story.mei.submit(f"{row.path}/withdrawal")
    (photo,) = await GoodsReturnPhoto.all()
    path = photos.FILES.path_of(photo.file)
    left = photos.FILES.path_of(await photos.FILES.keep(b"left by a process that was killed", ".webp"))
    two_days_ago = clock.wall_now_us() / 1_000_000 - 2 * 86_400
    for file in (path, left):
        os.utime(file, (two_days_ago, two_days_ago))
    await pass_time(days=179)
    assert await photos.forget_old_photos() == 0 and path.exists() and not left.exists()
    clock.advance(timedelta(days=2))
    assert await photos.forget_old_photos() == 1
    await site.work()
    assert await GoodsReturnPhoto.all().count() == 0 and not path.exists()


async def test_a_program_shows_one_and_takes_it_away(site: SiteUnderTest) -> None:
    story, row = await a_claim(site)
    buyer, seller = await program_of(site, story.mei.person), await program_of(site, story.bao.person)
    mine = f"/goods-returns/{public(row.id)}"
    kind = {"content-type": "image/png"}
    for _ in range(2):
        told = _worked(await buyer.post(f"{mine}/photos", key="one-photo", content=a_picture(), headers=kind))
    (photo,) = await GoodsReturnPhoto.all()
    assert [one["url"] for one in told["photos"]] == [f"{site.settings.base_url}{photo.path}"]
    [theirs] = await seller.all(f"/organisations/{public(story.shop.id)}/sales-returns")
    assert theirs["photos"] == told["photos"]
    assert code_of(await seller.post(f"{mine}/photos", key="hers", content=a_picture(), headers=kind))[0] == 404
    assert (await buyer.do(f"{mine}/photos/{public(photo.id)}/removal"))["photos"] == []


def _worked(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]
