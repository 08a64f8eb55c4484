"""After signing in one goes on to where one was, and nowhere else (S14)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.http.conftest import PASSWORD, SiteUnderTest
from tests.unit.test_web_paths import AWAY


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_signing_in_leads_back_with_the_query(site: SiteUnderTest) -> None:
    await site.signed_up("Lin")
    lin = site.browser()
    await lin.get("/account/tokens?a=1&b=2")
    await lin.submit("/sign-in", follow=False, email="lin@example.com", password=PASSWORD)
    assert lin.response.headers["location"] == "/account/tokens?a=1&b=2"


async def test_no_trick_leads_away(site: SiteUnderTest) -> None:
    """By the address, by the hidden field, and when one is signed in already."""
    lin = await site.signed_up("Lin")
    stranger = site.browser()
    for trick in AWAY:
        await lin.get(f"/sign-in?next={quote(trick)}", follow=False)
        assert (lin.status, lin.response.headers["location"]) == (303, "/"), trick
        await stranger.get(f"/sign-in?next={quote(trick)}")
        assert stranger.form("/sign-in").fields["next"] == [""], trick
    await stranger.get("/sign-in")
    await stranger.submit("/sign-in", follow=False, email="lin@example.com", password=PASSWORD, next="//evil.example")
    assert stranger.response.headers["location"] == "/"
    for path, fields in (
        ("/language", {"language": "en", "back": "//evil.example"}),
        ("/sandbox/clock", {"days": "1"}),
    ):
        await stranger.post(path, fields, follow=False, headers={"referer": "https://evil.example//evil.example"})
        assert stranger.response.headers["location"] == "/"


async def test_a_slash_too_many_leads_to_the_page_that_was_meant(site: SiteUnderTest) -> None:
    stranger = site.browser()
    for written, meant in (
        ("/films/", "/films"),
        ("/how-it-works/?a=1", "/how-it-works?a=1"),
        ("/no-such-page/", "/no-such-page"),
    ):
        await stranger.get(written, follow=False)
        assert (stranger.status, stranger.response.headers["location"]) == (308, meant)
    for trick in ("//evil.example/", "/%2Fevil.example/", "/\\evil.example/"):
        await stranger.get(f"http://127.0.0.1:8000{trick}", follow=False)
        assert stranger.status == 404, trick
    await stranger.get("/api/v1/pledges/", follow=False)
    assert stranger.status == 404, "a program is told, not sent"


async def test_a_page_that_is_not_there_knows_its_visitor(site: SiteUnderTest) -> None:
    lin, stranger = await site.signed_up("Lin"), site.browser()
    await lin.get("/no-such-page")
    assert lin.status == 404 and "Account of Lin" in lin.text and "/sign-in" not in lin.page.links.values()
    await stranger.get("/no-such-page")
    assert stranger.status == 404 and stranger.page.links["Sign in"] == "/sign-in"
