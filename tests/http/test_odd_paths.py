"""Paths that no page of ours has: each is told so, and none of them is asked of the database."""

from __future__ import annotations

import pytest

from tests.http.campaign_world import a_producer, a_reviewer
from tests.http.conftest import SiteUnderTest
from tests.world import a_campaign

pytestmark = pytest.mark.pages

ODD = ["%00", "river%00moon", "%ff%fe", "%ed%a0%80", "%F0%9F%8E%AC", "%EF%BF%BF", "%252e%252e", "a%5Cb", "x" * 3_000]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
async def test_nothing_is_there(site: SiteUnderTest, odd: str) -> None:
    await a_campaign()
    lin, ada = await a_producer(site), await a_reviewer(site)
    for path in (
        "/campaigns/{}", "/embed/{}", "/studios/{}", "/desk/{}/members", "/campaigns/{}/updates.atom", "/campaigns/{}/updates/1",
        "/campaigns/{}/versions/1", "/pledges/{}", "/images/{}.webp", "/api/v1/campaigns/{}", f"{lin.desk}/campaigns/{{}}", "/{}",
        "/invitations/{}", "/news/{}",
    ):  # fmt: skip
        await lin.browser.get(path.format(odd))
        assert lin.browser.status in (404, 410), (path, lin.browser.status)
    for path in ("/staff/campaigns/{}", "/staff/organisations/{}", "/staff/pledges/{}", "/staff/sales/{}"):
        assert (await ada.get(path.format(odd))).status_code == 404, path
