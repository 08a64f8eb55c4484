"""Watching a film and its shop over HTTP: the same for who has no scripts, and no cue of what may not be sold here and now."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import webvtt

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.demo.filming.river_moon import VIDEO
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.screen.models import Master, OnscreenProduct
from crowdfund.titles.models import Title
from crowdfund.web import page_cache
from tests.cinema import a_screening, bought, tickets_of
from tests.http.browser import Browser
from tests.http.conftest import SiteUnderTest
from tests.listings import a_listing, a_shop
from tests.watching import OnScreen, river_moon
from tests.world import Fan, a_campaign

pytestmark = pytest.mark.pages


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """`at(moment)`: the clock stands still there."""
    return lambda moment: monkeypatch.setattr(clock, "wall_now_us", lambda: clock.to_us(moment))


async def cues(fan: Browser, film: OnScreen, region: str = "US") -> dict[str, Any]:
    await fan.get(f"{film.path}/cues.json?region={region}")
    return fan.response.json()


def names(rows: dict[str, Any]) -> set[str]:
    return {cue["item"] for cue in rows["cues"]}


async def test_a_film_is_watched_and_what_is_in_it_is_told_in_a_table(site: SiteUnderTest) -> None:
    film, fan = await river_moon(), site.browser()
    await fan.get("/watch")
    assert film.path in fan.page.links.values() and "River Moon" in fan.page.text
    await fan.get(f"{film.path}?t=42.2")
    assert f'src="{film.path}/video?v=' in fan.response.text and "#t=42.2" in fan.response.text
    assert "Pearl drop worn by Lin" in fan.page.text and "$45.00" in fan.page.text and "$116.10" in fan.page.text
    assert fan.page.links["0:42"] == f"{film.path}?t=42.2#t=42.2"
    buy = [form for form in fan.page.forms if form.action == "/cart/lines"]
    sent = {form.fields["variant"][0]: form.fields for form in buy}
    assert set(sent) == {public(film.earring[1].id), public(film.coat[1].id)}
    assert all(fields["quantity"] == ["1"] and fields["moment"] and fields["appearance"] for fields in sent.values())
    assert "looking for a maker" in fan.page.text
    for nonsense in ("?t=-1", "?t=1e9", '?t="><script>', "?t=١"):
        await fan.get(film.path + nonsense)
        assert fan.status == 200 and "#t=" not in re.findall(r'video\?v=[^"]*"', fan.response.text)[0]


async def test_the_track_is_read_by_a_library_and_holds_what_the_page_tells(site: SiteUnderTest) -> None:
    film, fan = await river_moon(), site.browser()
    await fan.get(f"{film.path}/cues.vtt?region=US")
    assert fan.response.headers["content-type"] == "text/vtt; charset=utf-8"
    told = [(one, json.loads(one.text)) for one in webvtt.from_string(fan.response.text)]
    items = [(one.start, row["item"], row["st"]) for one, row in told if row["k"] == "item" and row.get("box")]
    assert ("00:00:42.200", "Pearl drop", "in_stock") in items and ("00:00:55.200", "Ferryman's coat", "low") in items
    assert {row["item"] for _, row in told if row.get("st") == "looking"} == {"Blue enamel lamp", "Straw hat"}
    assert len([row for _, row in told if row["k"] == "scene"]) == 8
    tag = fan.response.headers["etag"]
    again = await fan.client.get(f"{film.path}/cues.vtt?region=US", headers={"if-none-match": tag})
    assert again.status_code == 304


async def test_the_film_comes_in_pieces(site: SiteUnderTest) -> None:
    film, fan = await river_moon(), site.browser()
    whole = VIDEO.read_bytes()
    piece = await fan.client.get(f"{film.path}/video", headers={"range": "bytes=1000-1999"})
    assert (piece.status_code, piece.content) == (206, whole[1000:2000])
    assert piece.headers["content-range"] == f"bytes 1000-1999/{len(whole)}"
    assert piece.headers["content-type"] == "video/webm" and piece.headers["accept-ranges"] == "bytes"
    beyond = await fan.client.get(f"{film.path}/video", headers={"range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416
    await fan.get(f"{film.path}/captions.vtt")
    assert len(webvtt.from_string(fan.response.text)) == 14


async def test_another_country_sees_another_shop(site: SiteUnderTest) -> None:
    """The earring's licence is for China and Germany only; in the US it is not told of, as nobody looks for a maker."""
    film, fan = await river_moon(countries=("CN", "DE")), site.browser()
    await OnscreenProduct.filter(id=film.products["earring"].id).update(state="licensed")
    assert "Pearl drop" in names(await cues(fan, film, "CN"))
    assert "Pearl drop" not in names(await cues(fan, film, "US"))
    await fan.get(film.path)
    assert "Pearl drop" not in fan.page.text
    await fan.post("/region", {"region": "DE", "back": film.path})
    assert "Pearl drop" in fan.page.text and fan.path.startswith(film.path)
    await fan.get(film.item("earring") + "?region=US")
    assert fan.status == 404


async def test_an_embargo_is_lifted_to_the_second(site: SiteUnderTest, at: Callable[[datetime], None]) -> None:
    """Asked three times within the second for which pages are kept: what was true a second before is shown to nobody."""
    film, fan = await river_moon(), site.browser()
    lifted = clock.now().replace(microsecond=0) + timedelta(hours=3)
    await OnscreenProduct.filter(id=film.products["earring"].id).update(embargo_until=lifted)
    page_cache.forget_everything()
    seen = []
    for seconds in (-1, 0, 1):
        at(lifted + timedelta(seconds=seconds))
        rows = await cues(fan, film)
        seen.append((seconds, "Pearl drop" in names(rows)))
        if seconds < 0:
            assert rows["changes"] == lifted.isoformat().replace("+00:00", "Z")
    assert seen == [(-1, False), (0, True), (1, True)]


async def test_a_licence_that_is_suspended_takes_its_cues_away(site: SiteUnderTest) -> None:
    film, fan = await river_moon(), site.browser()
    await OnscreenProduct.filter(id=film.products["earring"].id).update(state="licensed")
    assert "Pearl drop" in names(await cues(fan, film))
    await Licence.filter(id=film.licence.id).update(state="suspended")
    page_cache.forget_everything()
    assert "Pearl drop" not in names(await cues(fan, film))


async def test_small_sellers_take_turns(site: SiteUnderTest, at: Callable[[datetime], None]) -> None:
    film, fan = await river_moon(), site.browser()
    for i in (1, 2):
        await a_listing(await a_shop(f"Tailor {i}"), film.products["coat"], match="same_maker", price_minor=9000 + i)
    first = set()
    start = clock.now()
    for day in range(3):
        at(start + timedelta(days=day))
        rows = await cues(fan, film)
        first.add(
            next(cue["seller"] for cue in rows["cues"] if cue["item"] == "Ferryman's coat" and cue["start"] == 55.2)
        )
    assert first == {"Old Dock Tailors", "Tailor 1", "Tailor 2"}


async def test_a_film_for_children_has_nothing_beside_it(site: SiteUnderTest) -> None:
    film, fan = await river_moon(), site.browser()
    await Master.filter(title_id=film.title.id).update(shown_without_shop=1)
    page_cache.forget_everything()
    await fan.get(film.path)
    for part in ('kind="metadata"', 'data-part="shelf"', 'data-part="marks"'):
        assert part not in fan.response.text, part
    assert "For the grown-ups" in fan.page.text


async def test_before_it_airs_there_is_an_hour_and_no_film(site: SiteUnderTest) -> None:
    film, fan = await river_moon(), site.browser()
    await Master.filter(title_id=film.title.id).update(airs_at=clock.now() + timedelta(days=2))
    page_cache.forget_everything()
    await fan.get(film.path)
    assert fan.status == 200 and "It is shown here from" in fan.page.text and "/video" not in fan.response.text
    for part in ("/video", "/captions.vtt", "/shop"):
        await fan.get(film.path + part)
        assert fan.status == 404, part
    assert (await cues(fan, film))["cues"] == []
    await fan.get("/watch")
    assert "River Moon" not in fan.page.text


async def test_who_waits_for_a_film_is_let_in_by_itself(site: SiteUnderTest, at: Callable[[datetime], None]) -> None:
    """On the day itself the page asks again a second after the film begins; further off nobody waits in front of it."""
    film, fan = await river_moon(), site.browser()
    begins = clock.now().replace(microsecond=0) + timedelta(days=2)
    await Master.filter(title_id=film.title.id).update(airs_at=begins)
    for before, said in (
        (timedelta(days=1, seconds=1), None),
        (timedelta(hours=1), "3601"),
        (timedelta(seconds=4), "5"),
    ):
        at(begins - before)
        page_cache.forget_everything()
        await fan.get(film.path)
        assert fan.response.headers.get("refresh") == said, before
    at(begins + timedelta(seconds=1))
    page_cache.forget_everything()
    await fan.get(film.path)
    assert "refresh" not in fan.response.headers and f"{film.path}/video" in fan.response.text


async def test_each_thing_has_its_page_its_look_and_its_shop(site: SiteUnderTest) -> None:
    film, fan = await river_moon(), site.browser()
    await fan.get(film.item("earring"))
    assert "Licensed replica" in fan.page.text and "As worn by Lin" in fan.page.text and "Zhao Wei" in fan.page.text
    assert f"/licences/{film.licence.badge}" in fan.page.links.values()
    look = fan.page.links["As worn by Lin"]
    await fan.get(look)
    assert "Pearl drop" in fan.page.text and "Ferryman's coat" not in fan.page.text
    await fan.get(f"{film.path}/shop?kind=costume")
    assert "Straw hat" in fan.page.text and "Pearl drop" not in fan.page.text
    await fan.get(f"{film.path}/shop?kind=nonsense")
    assert "4 things that you saw" in fan.page.text
    for path in (
        f"/watch/{public(7)}",
        film.path + "/items/" + public(7),
        film.path + "/looks/" + public(7),
        "/watch/no-such",
    ):
        await fan.get(path)
        assert fan.status == 404, path


def linked(fan: Browser) -> dict[str, Any]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', fan.response.text)
    assert len(found) == 1
    return json.loads(found[0])


async def test_search_engines_read_clips_and_offers(site: SiteUnderTest) -> None:
    """What schema.org and those who read it ask of a VideoObject, a Clip and a Product; spoilers are not in it."""
    film, fan = await river_moon(), site.browser()
    await fan.get(film.path)
    video = linked(fan)
    assert (video["@context"], video["@type"], video["duration"]) == ("https://schema.org", "VideoObject", "PT0H1M24S")
    assert {"name", "description", "thumbnailUrl", "uploadDate", "contentUrl"} <= set(video)
    clips = video["hasPart"]
    assert len(clips) == 10 and all(clip["startOffset"] < clip["endOffset"] for clip in clips)
    pearl = next(clip for clip in clips if clip["startOffset"] == 42.2)
    assert pearl["url"].endswith("?t=42.2#t=42.2,54.8") and pearl["mentions"]["@type"] == "Product"
    await fan.get(film.item("earring"))
    product = linked(fan)
    offer = product["offers"][0]
    assert (product["@type"], offer["price"], offer["priceCurrency"]) == ("Product", "45.00", "USD")
    assert offer["availability"] == "https://schema.org/InStock" and offer["seller"]["name"] == "Xiu Workshop"
    await fan.get(film.item("lamp"))
    assert "offers" not in linked(fan)


async def test_a_name_cannot_end_the_script_that_it_stands_in(site: SiteUnderTest) -> None:
    film, fan = await river_moon(name="</script><script>alert(1)</script> --> &"), site.browser()
    await fan.get(film.path)
    assert (
        "<script>alert" not in fan.response.text and linked(fan)["name"] == "</script><script>alert(1)</script> --> &"
    )


async def test_saved_for_after_the_credits(site: SiteUnderTest) -> None:
    film, mei = await river_moon(), await site.signed_up("Mei")
    saved = film.item("earring") + "/saved"
    await mei.get(film.item("earring"))
    await mei.submit(saved)
    assert "Saved for after the credits." in mei.page.text and mei.form(saved).fields["keep"] == ["no"]
    await mei.get("/watch")
    assert film.item("earring") in mei.page.links.values() and "River Moon, 0:20" in mei.page.text
    await mei.get(film.item("earring"))
    await mei.submit(saved)
    await mei.get("/watch")
    assert film.item("earring") not in mei.page.links.values()
    await mei.get(film.item("coat"))
    for fields in ({"keep": "perhaps"}, {"keep": "yes", "moment": "-1"}, {"keep": "yes", "moment": "9" * 30}):
        await mei.submit(film.item("coat") + "/saved", **fields)
        assert "nothing was saved" in mei.page.text
    await mei.submit(film.item("coat") + "/saved", keep="yes", appearance="no-such", back="//evil.example")
    assert mei.path.startswith(film.item("coat"))


async def test_other_pages_lead_to_the_film(site: SiteUnderTest) -> None:
    campaign, fan = await a_campaign(), site.browser()
    film = await river_moon(title=await Title.get(id=campaign.title_id))
    await fan.get("/")
    assert fan.page.links["Watch"] == "/watch" and f'href="{film.path}"' in fan.response.text
    await fan.get(campaign.path)
    assert fan.page.links["Watch it here"] == film.path
    await fan.get(f"/on-sale/{public(film.title.id)}")
    assert fan.page.links["Watch it here"] == film.path
    await fan.get("/sitemap.xml")
    assert f"<loc>http://127.0.0.1:8000{film.path}</loc>" in fan.response.text


async def test_a_ticket_leads_to_what_was_in_the_film_once_it_was_shown(site: SiteUnderTest) -> None:
    mei = await site.signed_up("Mei")
    screening = await a_screening(days=1)
    film = await river_moon(title=await Title.get(id=screening.title_id))
    [ticket] = await tickets_of(await bought(Fan(mei.person.id, mei.person.email), screening, "A-1"))
    await mei.get(f"/tickets/{public(ticket.id)}")
    assert mei.status == 200 and "You saw it on the screen" not in mei.page.text
    clock.advance(timedelta(days=3))
    await mei.get(f"/tickets/{public(ticket.id)}")
    assert "You saw it on the screen" in mei.page.text and film.path + "/shop" in mei.page.links.values()


async def test_a_program_reads_the_shop(site: SiteUnderTest) -> None:
    film, fan = await river_moon(countries=("DE",)), site.browser()
    listed = (await fan.get("/api/v1/films")).json()
    assert [one["name"] for one in listed["items"]] == ["River Moon"] and listed["items"][0]["cues"].endswith(
        "/cues.vtt"
    )
    one = f"/api/v1/films/{public(film.title.id)}"
    things = {thing["name"]: thing for thing in (await fan.get(f"{one}/shop?region=DE")).json()["things"]}
    assert set(things) == {"Pearl drop", "Ferryman's coat", "Blue enamel lamp", "Straw hat"}
    pearl = things["Pearl drop"]
    assert (pearl["standing"], pearl["worn_by"], pearl["moments"][1]["start_ms"]) == ("offered", "Lin", 42200)
    assert [(o["price_minor"], o["match"], o["badge"]) for o in pearl["offers"]] == [
        (4500, "licensed_replica", film.licence.badge)
    ]
    there = (await fan.get(f"{one}/things/{pearl['id']}?region=US")).json()
    assert (there["standing"], there["offers"]) == ("looking", [])
    for path, status in (
        (f"{one}/things/{public(7)}", 404),
        (f"/api/v1/films/{public(7)}/shop", 404),
        (f"{one}/shop?region=x", 400),
    ):
        assert (await fan.get(path)).status_code == status, path
