"""The country one buys in: said, guessed, and never taken from what is none."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from crowdfund.web.region import DEFAULT, guessed, region_of
from tests.http.conftest import SiteUnderTest


@pytest.fixture
def engine() -> str:
    return "sqlite"


def asked(cookie: str = "", language: str = "") -> str:
    headers = [(b"cookie", cookie.encode()), (b"accept-language", language.encode())]
    return region_of(Request({"type": "http", "headers": headers, "state": {}}))


@pytest.mark.parametrize(
    ("language", "country"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "AT"),
        ("zh-Hans-SG", "SG"),
        ("zh", "CN"),
        ("en", "US"),
        ("ja", "JP"),
        ("en;q=0.2, fr-CA;q=0.9", "CA"),
        ("*, tlh, pt-br", "BR"),
        ("xx-ZZ", DEFAULT),
        ("", DEFAULT),
        ("de-AT" * 3000, DEFAULT),
    ],
)
def test_a_language_lets_one_guess(language: str, country: str) -> None:
    assert guessed(language) == country


def test_what_was_said_counts_and_nonsense_does_not() -> None:
    assert asked("region=CN", "de-AT") == "CN"
    for nonsense in ("cn", "ZZ", "EU", "USA", "<b", ""):
        assert asked(f"region={nonsense}", "de-AT") == "AT", nonsense


async def test_a_browser_says_where_it_buys(site: SiteUnderTest) -> None:
    fan = site.browser()
    await fan.post("/region", {"region": "CN", "back": "/films?a=1"}, follow=False)
    assert (fan.status, fan.response.headers["location"]) == (303, "/films?a=1")
    assert fan.client.cookies["region"] == "CN"
    for region, back in (("ZZ", "//evil.example"), ("", ""), ("C\x00", "/\\evil"), ("JP", "https://evil.example")):
        await fan.post("/region", {"region": region, "back": back}, follow=False)
        assert (fan.status, fan.response.headers["location"]) == (303, "/")
    assert fan.client.cookies["region"] == "JP"
