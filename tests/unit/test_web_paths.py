"""Where a visitor may be sent on to: no trick leads away from the site (S14)."""

from __future__ import annotations

import pytest

from crowdfund.web.paths import own_path, sign_in_path

AWAY = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example",
    "https://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example", "http:\\\\evil.example",
    "//evil.example/%2f..", "/%2fevil.example", "/%2Fevil.example", "%2f%2fevil.example", "/%5cevil.example", "/%5Cevil.example",
    "/\t/evil.example", "\t//evil.example", "/%09/evil.example", "/%0d%0aLocation:https://evil.example", "/a\r\nSet-Cookie: x=1",
    "/\n/evil.example", " //evil.example", "/ /evil.example", "javascript:alert(1)", "JavaScript:alert(1)", "/javascript:alert(1)\n",
    "data:text/html,x", "vbscript:x", "@evil.example", "evil.example", "//evil.example@127.0.0.1", "///@evil.example", ".evil.example",
    "", "/／evil.example", "／／evil.example", "/。evil.example", "/é", "/\x00", "/\x7f", "//[::1]", "/" + "a" * 600, "?next=//e", "#//e",
]  # fmt: skip
OURS = [
    "/",
    "/account",
    "/films?order=newest",
    "/films/river-moon#tiers",
    "/a/b/../c",
    "/desk/lanting?x=%20y",
    "/campaigns/%E9%9B%A8",
    "/@lin",
    "/a:b",
]


@pytest.mark.parametrize("path", AWAY)
def test_nothing_leads_away(path: str) -> None:
    assert own_path(path) is None


@pytest.mark.parametrize("path", OURS)
def test_our_own_paths_lead_on(path: str) -> None:
    assert own_path(path) == path


def test_none_is_none() -> None:
    assert own_path(None) is None


def test_the_sign_in_page_keeps_a_query() -> None:
    assert sign_in_path("/films?order=newest&x=1") == "/sign-in?next=/films%3Forder%3Dnewest%26x%3D1"
