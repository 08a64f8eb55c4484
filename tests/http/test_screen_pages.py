"""What is on screen at its makers' desk, page by page; and what backers say they would buy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from fractions import Fraction
from typing import Any

import pytest

from crowdfund.database.ids import public
from crowdfund.merch.screen import wanting
from crowdfund.merch.screen.files import path_of
from crowdfund.merch.screen.models import Appearance, CueRevision, Cut, Master, OnscreenProduct, Scene, Wearer
from crowdfund.people.models import Person
from crowdfund.titles.models import Title
from crowdfund.web import page_cache
from tests.bank import books_proven
from tests.cinema import a_title
from tests.http.campaign_world import Producer, a_producer
from tests.http.conftest import SiteUnderTest, forget_tries
from tests.http.nasty import NASTY
from tests.screen import a_master, a_product, a_scene, an_appearance, published
from tests.unit.test_screen_lists import EDL, TABLE
from tests.world import a_campaign, a_pledge

pytestmark = pytest.mark.pages

MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"\x00" * 2_000
VTT = b"WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nWait.\n"


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


@pytest.fixture
async def lin(site: SiteUnderTest) -> Producer:
    return await a_producer(site)


@pytest.fixture
async def title(lin: Producer) -> Title:
    return await a_title(lin.organisation.id)


def screen_of(lin: Producer, title: Title) -> str:
    return f"{lin.desk}/screen/{public(title.id)}"


async def test_from_the_film_to_the_first_revision(lin: Producer, title: Title) -> None:
    her, desk = lin.browser, screen_of(lin, title)
    await her.get(f"{lin.desk}/titles/{public(title.id)}")
    assert her.page.links["On screen"] == desk
    await her.get(desk)
    assert "From the screen to the shop" in her.text
    await her.get(f"{desk}/master")
    await her.submit(f"{desk}/master", fps="24", duration="01:30:00:12")
    master = await Master.get(title_id=title.id)
    assert (master.fps, master.duration_ms) == (Fraction(24), 5_400_500), (
        "half a second in frames, at the rate chosen beside it"
    )

    await her.get(f"{desk}/scenes")
    await her.submit(f"{desk}/scenes", code="S12", name="The gate", start="12:00", end="15:00")
    assert "The scene is there." in her.text and "00:12:00.000 – 00:15:00.000" in her.text
    scene = await Scene.get()

    await her.get(f"{desk}/products/new")
    await her.submit(
        f"{desk}/products", name="Pearl drop earring", kind="jewellery", designer="Mo Chen", wearer="Lin", actor="Zhao Wei",
    )  # fmt: skip
    assert "Here it is, as a draft." in her.text and "whose design it is has not agreed" in her.text
    product = await OnscreenProduct.get()
    mine = f"{desk}/products/{public(product.id)}"
    await her.submit(f"{mine}/clearances", design="Mo Chen, contract 12", likeness="")
    assert "who wears it has not agreed" in her.text and "sold as worn by Zhao Wei" in her.text
    await her.submit(f"{mine}/clearances", likeness="Zhao Wei, rider 7")
    await her.submit("Clear it")
    assert "It is cleared: it may be shown and made." in her.text

    await her.get(f"{desk}/appearances/new?product={public(product.id)}&at=12:34.2")
    assert her.form(f"{desk}/appearances").fields["start"] == ["00:12:34.200"]
    await her.submit(
        f"{desk}/appearances", end="12:41", scene=public(scene.id), alt="left ear", boxes="0 0.62 0.31 0.08 0.12\n2.4 0.58 0.3 0.08 0.12",
    )  # fmt: skip
    assert "The appearance is there." in her.text
    seen = await Appearance.get()
    assert (seen.start_ms, seen.end_ms, len(seen.box_list)) == (754_200, 761_000, 2)

    await her.get(desk)
    assert "Nothing looks wrong" in her.text and "nobody but you sees what is here" in her.text
    await her.submit("Publish")
    assert "Revision 1 is published." in her.text and "Nothing: viewers see what is written down here." in her.text
    revision = await CueRevision.get()
    await her.get(f"{desk}/revisions/1")
    assert revision.sha256 in her.text and "Pearl drop earring" in her.text
    await her.get(f"{desk}/appearances/{public(seen.id)}")
    await her.submit(f"{desk}/appearances/{public(seen.id)}", end="12:42")
    await her.get(desk)
    assert "What publishing would change" in her.text and "00:12:34.200 – 00:12:42.000" in her.text
    await her.submit("Publish")
    await her.get(f"{desk}/revisions/2")
    assert "What changed from the one before" in her.text and "end" in her.text


async def test_a_film_its_captions_and_a_cut(lin: Producer, title: Title) -> None:
    her, desk = lin.browser, screen_of(lin, title)
    await a_master(title.id, length="10:00")
    await her.get(f"{desk}/master")
    await her.submit(f"{desk}/master/film", files={"video": ("film.mp4", b"GIF89a not a film", "video/mp4")})
    assert her.status == 422 and "Please send a film as MP4 or WebM." in her.text
    await her.submit(f"{desk}/master/film")
    assert her.status == 422 and "Please choose a file." in her.text
    await her.submit(f"{desk}/master/film", files={"video": ("film.mp4", MP4, "video/mp4")})
    assert "The film is there." in her.text
    first = await Master.get(title_id=title.id)
    assert first.video_type == "video/mp4" and path_of(first.video).read_bytes() == MP4
    response = await her.client.get(f"{desk}/master/film", headers={"range": "bytes=4-7"})
    assert (response.status_code, response.content, response.headers["content-type"]) == (206, b"ftyp", "video/mp4")
    await her.submit(f"{desk}/master/film", files={"video": ("film.mp4", MP4 + b"2", "video/mp4")})
    second = await Master.get(title_id=title.id)
    assert second.video != first.video and not path_of(first.video).exists(), "the one before is gone for good"
    await her.submit(f"{desk}/master/captions", files={"captions": ("a.vtt", b"1\n00:00", "text/vtt")})
    assert her.status == 422 and "begins with WEBVTT" in her.text
    await her.submit(f"{desk}/master/captions", files={"captions": ("a.vtt", VTT, "text/vtt")})
    assert "There are captions." in her.text
    await her.submit(f"{desk}/master/cuts", name="TV", offsets="00:00 01:00 +2\n02:00 10:00 -58\n")
    assert "00:02:00.000 00:10:00.000 -00:00:58.000" in her.text
    cut = await Cut.get()
    for offsets, words in (
        ("0 60", "a piece is from, to and shift"),
        ("0 601 +0", "outside the film"),
        ("x 5 +0", "00:12:34.200"),
    ):
        await her.submit(f"{desk}/master/cuts", name="TV", offsets=offsets)
        assert her.status == 422 and words in her.text, offsets
        assert her.form(f"{desk}/master/cuts").fields["offsets"] == [offsets], "what was typed stays"
    await her.submit("Drop this cut")
    assert not await Cut.exists(id=cut.id)
    await her.get(f"{desk}/master")
    await her.submit("Take the film away")
    assert "The film is gone." in her.text and not path_of(second.video).exists()
    await her.get(f"{desk}/master/film")
    assert her.status == 404


async def test_what_cant_be_is_said_beside_its_field_and_changes_nothing(lin: Producer, title: Title) -> None:
    her, desk = lin.browser, screen_of(lin, title)
    await a_master(title.id, length="10:00")
    product = await a_product(title.id, "Earring")
    await her.get(f"{desk}/appearances/new?product={public(product.id)}")
    good: dict[str, Any] = {"start": "1:00", "end": "1:05"}
    for typed, words in (
        (good | {"end": "0:59"}, "It has to end after it starts."),
        (good | {"end": "10:01"}, "outside the film, which ends at 00:10:00.000"),
        (good | {"start": "noon"}, "noon is none"),
        (good | {"boxes": "0.95 0 0.1 0.1"}, "off the frame"),
        (good | {"boxes": "1 2 3"}, "A box is five numbers"),
        (good | {"product": "x"}, "Please choose one of these."),
    ):
        await her.submit(f"{desk}/appearances", **typed)
        assert her.status == 422 and words in her.text, typed
        assert her.form(f"{desk}/appearances").fields["end"] == [typed["end"]]
    assert await Appearance.all().count() == 0
    await her.get(f"{desk}/scenes")
    await her.submit(f"{desk}/scenes", code="S1", start="9:00", end="10:00.001")
    assert her.status == 422 and "outside the film" in her.text
    await her.get(f"{desk}/appearances/new")
    for i in range(5):
        await an_appearance(await a_product(title.id, f"Lamp {i}"), "1:00", "1:05")
    await her.submit(f"{desk}/appearances", product=public(product.id), boxes="0 0 0.1 0.1", **good)
    assert her.status == 422 and "One box too many" in her.text


@pytest.mark.landing
async def test_anything_typed_anywhere_is_answered(lin: Producer, title: Title, long: bool) -> None:
    her, desk = lin.browser, screen_of(lin, title)
    await a_master(title.id)
    product, scene = await a_product(title.id), await a_scene(title.id)
    seen = await an_appearance(product)
    pages = [
        ("/master", "/master"), ("/master", "/master/cuts"), ("/scenes", "/scenes"), (f"/scenes/{public(scene.id)}",) * 2,
        ("/products/new", "/products"), (f"/products/{public(product.id)}",) * 2,
        (f"/products/{public(product.id)}", f"/products/{public(product.id)}/clearances"), ("/appearances/new", "/appearances"),
        (f"/appearances/{public(seen.id)}",) * 2,
    ]  # fmt: skip
    values = NASTY if long else [*NASTY[::6], "\x00", "\ud800", "9" * 400]
    for page, action in pages:
        await her.get(desk + page)
        good = her.form(desk + action).fields
        names = [name for name in good if name != "csrf"]
        for number, nasty in enumerate(values):
            forget_tries()
            typed = [nasty.encode("utf-8", "replace").decode()]
            only = names[number % len(names)]
            for wish in ({**good, **dict.fromkeys(names, typed)}, {**good, only: typed}):
                await her.post(desk + action, wish, follow=False)
                assert her.status < 500, (action, nasty[:40], her.response.text[:500])
    for number, nasty in enumerate(values):
        forget_tries()
        await her.get(f"{desk}/list")
        content = nasty.encode("utf-8", "surrogatepass") * (1 + number % 2)
        await her.submit(f"{desk}/list/preview", files={"file": ("x", content or b" ", "text/csv")}, follow=False)
        assert her.status == 422, nasty[:40]
    for query in ("?at=noon", "?at=99:99:99", "?product=zzz", "?at=" + "9" * 60):
        await her.get(f"{desk}/appearances/new{query}")
        assert her.status == 200
    for query in ("?page=0", "?page=-1", "?page=x", "?page=99999", "?product=x"):
        await her.get(f"{desk}/appearances{query}")
        assert her.status == 200
    for revision in ("0", "x", "9999999999999999999999", "1.5"):
        await her.get(f"{desk}/revisions/{revision}")
        assert her.status == 404


async def test_a_table_is_looked_at_and_kept(lin: Producer, title: Title) -> None:
    her, desk = lin.browser, screen_of(lin, title)
    await a_master(title.id)
    await her.get(f"{desk}/list")
    await her.submit(f"{desk}/list/preview")
    assert her.status == 422 and "Please choose a file." in her.text
    await her.submit(f"{desk}/list/preview", files={"file": ("a.csv", TABLE.encode(), "text/csv")})
    assert (
        "Read as a table (CSV)." in her.text
        and "Pearl drop earring" in her.text
        and "drafts, until they are cleared" in her.text
    )
    assert await Appearance.all().count() == 0, "looked at, and nothing kept"
    await her.submit(f"{desk}/list")
    assert "The list is kept." in her.text and await Appearance.all().count() == 2
    assert {one.name for one in await Wearer.all()} == {"Lin"}
    await her.get(f"{desk}/list")
    await her.submit(f"{desk}/list/preview", files={"file": ("a.csv", TABLE.encode(), "text/csv")})
    assert "All of it was there already." in her.text
    broken = TABLE.replace("12:41", "12:31")
    await her.get(f"{desk}/list")
    await her.submit(f"{desk}/list/preview", files={"file": ("a.csv", broken.encode(), "text/csv")})
    assert "To mend in the list" in her.text and "Line 3" in her.text and "It has to end after it starts." in her.text


async def test_an_edl_in_the_wrong_rate_is_refused_with_a_sentence(lin: Producer, title: Title) -> None:
    her, desk = lin.browser, screen_of(lin, title)
    await a_master(title.id)
    await her.get(f"{desk}/list")
    await her.submit(f"{desk}/list/preview", fps="24", files={"file": ("a.edl", EDL.encode(), "text/plain")})
    assert her.status == 422
    assert (
        "This list is at 24 frames a second, and the master at 25: ask the editor for a list at the master's rate."
        in her.text
    )
    wrong = EDL.replace("01:12:03:21", "01:12:03:27")
    await her.submit(f"{desk}/list/preview", fps="25", files={"file": ("a.edl", wrong.encode(), "text/plain")})
    assert her.status == 422 and "at 25 a second has only frames 0 to 24" in her.text
    await her.submit(f"{desk}/list/preview", files={"file": ("a.edl", EDL.encode(), "text/plain")})
    assert "counted from 01:00:00:00" in her.text and "PEARL EARRING" in her.text
    await her.submit(f"{desk}/list")
    assert await Scene.all().count() == 2 and await Appearance.all().count() == 2
    junk = {"file": ("a.csv", b"\xff\xfe\x00", "text/csv")}
    await her.get(f"{desk}/list")
    await her.submit(f"{desk}/list/preview", files=junk)
    assert her.status == 422 and "UTF-8" in her.text


async def test_lint_stands_on_the_desk(lin: Producer, title: Title) -> None:
    her, desk = lin.browser, screen_of(lin, title)
    await a_master(title.id)
    await an_appearance(await a_product(title.id, "Earring"))
    await an_appearance(await a_product(title.id, "Jacket", cleared=False), "20:00", "20:05")
    await her.get(desk)
    assert "Jacket is not cleared: its appearances are left out of what you publish." in her.text
    await her.submit("Publish")
    assert her.status == 409 and "Not cleared: Jacket. Clear it, or publish without it." in her.text
    await her.submit("Publish", leaving_out="yes")
    assert "Revision 1 is published." in her.text


async def test_a_viewer_looks_and_another_studio_sees_nothing(site: SiteUnderTest, lin: Producer, title: Title) -> None:
    desk = screen_of(lin, title)
    await a_master(title.id)
    other = await a_producer(site, "Bo")
    await other.browser.get(f"{other.desk}/screen/{public(title.id)}")
    assert other.browser.status == 404
    await other.browser.get(desk)
    assert other.browser.status == 404
    theirs = await a_title(other.organisation.id)
    await a_master(theirs.id)
    seen = await an_appearance(await a_product(theirs.id))
    await lin.browser.get(f"{desk}/appearances/{public(seen.id)}")
    assert lin.browser.status == 404


async def test_backers_say_what_they_would_buy(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await a_campaign(studio_id=lin.organisation.id)
    title = await Title.get(id=campaign.title_id)
    product = await a_product(title.id, "Pearl drop earring", cleared=False)
    desk, wishes = screen_of(lin, title), f"/watch/{public(title.id)}/wishes"
    anonymous = site.browser()
    await anonymous.get(wishes)
    assert anonymous.status == 404, "nobody asks"
    await lin.browser.get(f"{desk}/products/{public(product.id)}")
    assert "Once the film's fund has backers you can ask them" in lin.browser.text
    pledge = await a_pledge(campaign)
    mei = await site.signed_in(await Person.get(id=pledge.person_id))
    await lin.browser.get(f"{desk}/products/{public(product.id)}")
    await lin.browser.submit("Ask backers whether they would buy it")
    assert "Backers of its fund are asked" in lin.browser.text
    await anonymous.get(campaign.path)
    assert anonymous.page.links["Say so"] == wishes and "0 would buy it" in anonymous.text
    await anonymous.get(wishes)
    assert "Pearl drop earring" in anonymous.text and "Back the film to say so" in anonymous.text
    assert "I would buy this" not in anonymous.text
    await mei.get(wishes)
    action = f"{wishes}/{public(product.id)}"
    await mei.submit(action)
    assert "Noted: you would buy it." in mei.text and "1 backer would buy it" in mei.text
    await mei.post(action, {"csrf": mei.form(f"{action}/withdrawal").fields["csrf"][0]})
    assert (await OnscreenProduct.get(id=product.id)).wanted == 1, "said twice it counts once"
    await mei.submit(f"{action}/withdrawal")
    assert "Taken back." in mei.text and (await OnscreenProduct.get(id=product.id)).wanted == 0
    stranger = await site.signed_up("Stranger")
    await stranger.get("/account")
    await stranger.get("/account")
    await stranger.post(action, {"csrf": stranger.form("/account/name").fields["csrf"][0]})
    assert "Only backers of this film's fund are asked." in stranger.text
    await lin.browser.submit("Ask no further")
    assert not wanting.is_asked(await OnscreenProduct.get(id=product.id))
    page_cache.forget_everything()
    await anonymous.get(campaign.path)
    assert wishes not in anonymous.page.links.values(), "nobody asks any more"


async def test_a_published_products_history_is_told(lin: Producer, title: Title) -> None:
    her, desk = lin.browser, screen_of(lin, title)
    await a_master(title.id)
    product = await a_product(title.id, "Earring", is_open=True)
    await an_appearance(product)
    await published(title.id)
    mine = f"{desk}/products/{public(product.id)}"
    await her.get(mine)
    assert "Open to sellers" in her.text and "00:12:34.200 – 00:12:41.000" in her.text
    await her.submit(f"{mine}/clearances", design="")
    assert her.status == 409 and "Sellers rely on this clearance." in her.text
    await her.submit("Close it to sellers")
    await her.submit("Back to a draft")
    assert "It is a draft again." in her.text
    await her.submit("Put it away")
    assert "Put away" in her.text
