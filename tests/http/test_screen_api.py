"""What is on screen for programs: the whole way from a film to a revision, and what is refused on it."""

from __future__ import annotations

import pytest

from crowdfund.database.ids import public
from crowdfund.merch.screen.files import path_of
from crowdfund.merch.screen.models import Appearance, Master
from crowdfund.merch.screen.wanting import ask_backers
from crowdfund.people.models import Person
from tests.bank import books_proven
from tests.cinema import a_title
from tests.http.campaign_world import a_picture, a_producer
from tests.http.conftest import SiteUnderTest
from tests.http.program import code_of, fields_of, program_of
from tests.http.test_screen_pages import MP4
from tests.screen import a_master, a_product
from tests.unit.test_screen_lists import EDL, TABLE
from tests.world import a_campaign, a_pledge

pytestmark = pytest.mark.pages

EARRING = {
    "kind": "jewellery",
    "name": "Pearl drop earring",
    "designer": "Mo Chen",
    "wearer": "Lin",
    "actor": "Zhao Wei",
}


async def test_from_a_film_to_a_revision(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    title = await a_title(lin.organisation.id)
    hers = await program_of(site, lin.browser.person)
    one = f"/organisations/{public(lin.organisation.id)}/titles/{public(title.id)}/screen"
    assert code_of(await hers.get(f"{one}/master")) == (404, "no_such_master")
    master = await hers.do(f"{one}/master", {"fps": "23.976", "duration_ms": 5_400_000})
    assert (master["fps"], master["video_type"], await hers.read(f"{one}/master")) == ("23.976", "", master)

    film = await hers.post(f"{one}/master/film", content=MP4, headers={"content-type": "video/mp4"})
    assert film.status_code == 200 and film.json()["video_type"] == "video/mp4"
    assert path_of((await Master.get(title_id=title.id)).video).read_bytes() == MP4
    wrong = await hers.post(f"{one}/master/film", content=b"<html>", headers={"content-type": "video/mp4"})
    assert code_of(wrong) == (422, "not_a_film")
    assert code_of(await hers.post(f"{one}/master/film", {})) == (415, "video_expected")
    assert (await hers.do(f"{one}/master/captions", {"text": "WEBVTT\n\n00:01.000 --> 00:02.000\nWait.\n"}))[
        "has_captions"
    ]
    bad = await hers.post(f"{one}/master/captions", {"text": "Wait."})
    assert code_of(bad) == (422, "captions_not_understood")

    scene = await hers.make(f"{one}/scenes", {"code": "S12", "start_ms": 720_000, "end_ms": 900_000})
    scene = await hers.do(
        f"{one}/scenes/{scene['id']}", {"code": "S12", "name": "The gate", "start_ms": 720_000, "end_ms": 901_000}
    )
    assert await hers.all(f"{one}/scenes") == [scene]
    product = await hers.make(f"{one}/products", EARRING)
    assert (product["state"], product["wearer"], product["actor"]) == ("draft", "Lin", "Zhao Wei")
    mine = f"{one}/products/{product['id']}"
    assert code_of(await hers.post(f"{mine}/clearing")) == (409, "not_cleared")
    await hers.do(f"{mine}/clearances", {"design": "Mo Chen, contract 12", "likeness": "Zhao Wei, rider 7"})
    assert (await hers.do(f"{mine}/clearing"))["state"] == "cleared"
    assert (await hers.do(f"{mine}/opening"))["state"] == "open_for_applications"
    assert code_of(await hers.post(f"{mine}/draft")) == (409, "sellers_rely_on_it")
    pictured = await hers.make(
        f"{mine}/picture?alt=An%20earring", content=a_picture(), headers={"content-type": "image/png"}
    )
    assert "/images/" in pictured["picture_url"]
    assert "/drawn/" in (await hers.do(f"{mine}/picture/removal"))["picture_url"]

    body = {"product": product["id"], "scene": scene["id"], "start_ms": 754_200, "end_ms": 761_000, "alt": "left ear",
            "boxes": [[0, 0.62, 0.31, 0.08, 0.12], [2.4, 0.58, 0.3, 0.08, 0.12]]}  # fmt: skip
    seen = await hers.make(f"{one}/appearances", body)
    assert seen["boxes"] == body["boxes"] and await hers.all(f"{one}/appearances") == [seen]
    looked = await hers.read(one)
    assert looked["findings"] == [] and [one["kind"] for one in looked["changes"]] == ["new"]
    first = await hers.post(f"{one}/revisions", {}, key="first")
    again = await hers.post(f"{one}/revisions", {}, key="first")
    assert first.status_code == 201 and again.json() == first.json() and first.json()["appearances"] == 1
    assert code_of(await hers.post(f"{one}/revisions", {}, key="second")) == (409, "nothing_new")
    await hers.do(f"{one}/appearances/{seen['id']}", {**body, "end_ms": 762_000})
    second = await hers.make(f"{one}/revisions", {})
    assert second["number"] == 2 and second["changes"][0]["fields"] == ["end_ms"]
    assert [row["number"] for row in await hers.all(f"{one}/revisions")] == [2, 1]
    assert await hers.read(f"{one}/revisions/{second['id']}") == second
    assert (await hers.do(f"{one}/appearances/{seen['id']}/removal"))["id"] == seen["id"]
    await books_proven()


async def test_what_cant_be_is_said_with_a_code(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    title = await a_title(lin.organisation.id)
    await a_master(title.id, length="10:00")
    product = await a_product(title.id)
    hers = await program_of(site, lin.browser.person)
    one = f"/organisations/{public(lin.organisation.id)}/titles/{public(title.id)}/screen"
    good = {"product": public(product.id), "start_ms": 0, "end_ms": 5_000}
    for body, expected in (
        ({**good, "end_ms": 0}, (422, "ends_before_it_starts")),
        ({**good, "end_ms": 600_001}, (422, "outside_the_film")),
        ({**good, "boxes": [[0, 0.95, 0, 0.1, 0.1]]}, (422, "box_off_the_frame")),
        ({**good, "boxes": [[9, 0, 0, 0.1, 0.1]]}, (422, "box_not_understood")),
        ({**good, "product": public(title.id)}, (404, "no_such_product")),
        ({**good, "scene": public(title.id)}, (404, "no_such_scene")),
        ({**good, "prominence": 4}, (422, "invalid")),
        ({**good, "boxes": [[0, 0, 0.1]]}, (422, "invalid")),
        ({**good, "start_ms": -1}, (422, "invalid")),
    ):
        assert (
            code_of(await hers.post(f"{one}/appearances", body, key=f"k{len(str(body))}{expected[1]}")) == expected
        ), body
    assert await Appearance.all().count() == 0
    answer = await hers.post(f"{one}/master", {"fps": "26", "duration_ms": 1})
    assert code_of(answer) == (422, "invalid") and fields_of(answer) == ["fps"]
    cut = {"name": "TV", "pieces": [{"from_ms": 0, "to_ms": 60_000, "delta_ms": 2_000}]}
    kept = await hers.do(f"{one}/cuts", cut)
    assert await hers.all(f"{one}/cuts") == [kept] and kept["pieces"] == cut["pieces"]
    assert (await hers.do(f"{one}/cuts/{kept['id']}/removal"))["name"] == "TV"


async def test_lists_are_looked_at_and_kept_once(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    title = await a_title(lin.organisation.id)
    await a_master(title.id)
    hers = await program_of(site, lin.browser.person)
    lists = f"/organisations/{public(lin.organisation.id)}/titles/{public(title.id)}/screen/lists"
    looked = await hers.do(f"{lists}/preview", {"text": TABLE})
    assert (looked["form"], looked["new_scenes"], looked["new_appearances"]) == ("table", 1, 2)
    assert await Appearance.all().count() == 0
    assert (await hers.do(lists, {"text": TABLE}))["new_products"] == ["Pearl drop earring", "Jacket"]
    assert (await hers.do(lists, {"text": TABLE}))["same"] == 3
    assert code_of(await hers.post(lists, {"text": EDL, "fps": "24"})) == (422, "wrong_frame_rate")
    assert code_of(await hers.post(lists, {"text": "nonsense"})) == (422, "list_not_understood")
    assert (await hers.do(f"{lists}/preview", {"text": EDL}))["counted_from"] == "01:00:00:00"
    problem = await hers.do(f"{lists}/preview", {"text": "product,start,end\nHat,5,4\n"})
    assert [one["line"] for one in problem["problems"]] == [2]
    assert code_of(await hers.post(lists, {"text": "product,start,end\nHat,5,4\n"})) == (422, "list_not_fit")


async def test_backers_say_what_they_would_buy(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    product = await a_product(campaign.title_id, cleared=False)
    pledge = await a_pledge(campaign)
    mei = await program_of(site, await Person.get(id=pledge.person_id))
    wishes = f"/titles/{public(campaign.title_id)}/wishes"
    assert await mei.all(wishes) == []
    assert code_of(await mei.post(f"{wishes}/{public(product.id)}")) == (404, "no_such_product")
    await ask_backers(product.id, by=pledge.person_id)
    for _ in range(2):
        wish = await mei.do(f"{wishes}/{public(product.id)}")
        assert (wish["wanted"], wish["mine"]) == (1, True)
    eve = await program_of(site, (await site.signed_up("Eve")).person)
    assert code_of(await eve.post(f"{wishes}/{public(product.id)}")) == (403, "only_backers")
    assert [one["mine"] for one in await eve.all(wishes)] == [False]
    wish = await mei.do(f"{wishes}/{public(product.id)}/withdrawal")
    assert (wish["wanted"], wish["mine"]) == (0, False)
