"""A picture that was kept is served for ever under its own name; nothing else of the disk is (S15)."""

from __future__ import annotations

import pytest

from crowdfund.database import ids
from crowdfund.people.models import Image
from crowdfund.people.pictures import keep_image
from crowdfund.web import images
from tests.http.conftest import SiteUnderTest
from tests.unit.test_web_images import photo, written


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_a_kept_picture_is_served_in_two_sizes(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    picture = await images.read_picture(written(photo(3000, 2000), "JPEG"))
    image_id = ids.new_id()
    await images.keep(image_id, picture)
    await keep_image(image_id, picture.width, picture.height, by=lin.person.id, alt="River Moon")
    row = await Image.get(id=image_id)
    assert (row.width, row.height, row.alt) == (1600, 1067, "River Moon")
    browser = site.browser()
    for url, width in ((images.url_of(image_id), 1600), (images.url_of(image_id, small=True), 640)):
        await browser.get(url)
        assert browser.status == 200
        assert browser.response.headers["content-type"] == "image/webp"
        assert browser.response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert browser.response.headers["x-content-type-options"] == "nosniff"
        assert browser.response.content == picture.files["" if width == 1600 else "-640"]
    assert not list(site.settings.uploads.rglob("*.part"))


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "0123456789abc-320",
        "0123456789abc",
        "x",
        "-640",
        "a" * 500,
        "%00",
        "0123456789abc.webp",
    ],
)
async def test_nothing_else_is_served(site: SiteUnderTest, name: str) -> None:
    browser = site.browser()
    (site.settings.uploads / "passwd.webp").parent.mkdir(parents=True, exist_ok=True)
    (site.settings.uploads / "passwd.webp").write_text("a secret")
    await browser.get(f"/images/{name}.webp")
    assert browser.status == 404
    assert "secret" not in browser.response.text
