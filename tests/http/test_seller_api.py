"""The sellers' API: a program of a shop and one of a studio, from the market to a licence; and what each of them may not do."""

from __future__ import annotations

import os
import struct
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.previews.actions import forget_unused_previews
from crowdfund.merch.previews.files import FILES
from crowdfund.merch.previews.models import Preview
from crowdfund.people.models import StaffRole
from crowdfund.web.api import instant
from tests.http.campaign_world import a_picture, a_producer
from tests.http.conftest import SiteUnderTest
from tests.http.program import code_of, fields_of, program_of
from tests.http.test_seller_pages import WORDS, a_maker, embargoed, with_preview
from tests.sellers import a_licence, a_product

pytestmark = pytest.mark.pages


def terms(product: str, **more: Any) -> dict[str, Any]:
    now = clock.now()
    facts = {
        "products": [product], "countries": ["*"], "royalty_bps": 800, "currency": "USD", "starts_at": instant(now),
        "ends_at": instant(now + timedelta(days=365)), "sell_off_days": 90, "report_months": 3,
    }  # fmt: skip
    return {**facts, **more}


async def test_from_the_market_to_a_licence(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    await a_product(studio_id=lin.organisation.id, wanted=7)
    bao, shop = await a_maker(site)
    maker, studio = await program_of(site, bao.person), await program_of(site, lin.browser.person)
    hers, his = f"/organisations/{public(shop.id)}", f"/organisations/{public(lin.organisation.id)}"
    [found] = await maker.all("/market")
    assert (found["name"], found["wanted"], found["public_at"]) == ("Pearl drop earring", 7, None)
    net = await maker.read("/market/net?price_minor=4500&currency=USD&royalty_bps=800")
    assert (net["paid_minor"], net["commission_minor"], net["royalty_minor"], net["processor_minor"]) == (
        4500,
        225,
        360,
        161,
    )

    wish = {
        "product": found["id"],
        "price_minor": 4500,
        "currency": "USD",
        "units": 200,
        "ships_within_days": 14,
        "pitch": WORDS,
    }
    draft = await maker.make(f"{hers}/applications", wish)
    assert draft["state"] == "draft" and await studio.all(f"{his}/applications") == []
    one = f"{hers}/applications/{draft['id']}"
    assert code_of(await maker.post(f"{one}/submission")) == (422, "not_ready")
    with_one = await maker.make(f"{one}/samples?alt=Studs", content=a_picture(), headers={"content-type": "image/png"})
    assert len(with_one["samples"]) == 1
    assert (await maker.do(f"{one}/submission"))["state"] == "submitted"
    theirs = f"{his}/applications/{draft['id']}"
    assert code_of(await maker.post(f"{one}/refusal", {"reason": "I say no to myself."})) == (
        404,
        "no_such_application",
    )
    assert fields_of(await studio.post(f"{theirs}/refusal", {"reason": "No"})) == ["reason"]
    assert (await studio.do(f"{theirs}/shortlist", {}))["state"] == "shortlisted"
    offer = await studio.make(f"{theirs}/licence", terms(found["id"]))
    assert (offer["state"], offer["basis"], offer["royalty_bps"]) == ("offered", "net_sales", 800)
    assert code_of(await studio.post(f"{his}/licences/{offer['id']}/agreement")) == (404, "no_such_licence")
    taken = await maker.do(f"{hers}/licences/{offer['id']}/agreement")
    assert taken["state"] == "active"
    badge = (await site.browser().client.get(f"/api/v1/licences/{offer['badge']}")).json()
    assert (badge["may_sell"], badge["products"], badge["countries"]) == (True, ["Pearl drop earring"], ["*"])
    stopped = await studio.do(f"{his}/licences/{offer['id']}/suspension", {"reason": "Three orders are late."})
    assert [row["to_state"] for row in stopped["history"]] == ["offered", "accepted", "active", "suspended"]
    assert (await site.browser().client.get(f"/api/v1/licences/{offer['badge']}")).json()["may_sell"] is False


async def test_an_offer_that_overlaps_is_refused_and_a_key_makes_one(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await a_product(studio_id=lin.organisation.id)
    _bao, shop = await a_maker(site)
    studio, his = await program_of(site, lin.browser.person), f"/organisations/{public(lin.organisation.id)}"
    wish = terms(public(earring.id), title=public(earring.title_id), shop=public(shop.id), exclusivity="product")
    first = [(await studio.post(f"{his}/licences", wish, key="one")).json()["id"] for _ in range(2)]
    assert first[0] == first[1]
    assert code_of(await studio.post(f"{his}/licences", wish, key="two")) == (409, "licence_clashes")
    assert code_of(await studio.post(f"{his}/licences", {**wish, "countries": ["US", "*"]}, key="three"))[0] == 422
    assert code_of(await studio.post(f"{his}/licences", {**wish, "shop": public(lin.organisation.id)}, key="four")) == (
        422, "no_shop_to_license",
    )  # fmt: skip


async def test_previews_by_program_and_who_looked(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await embargoed(lin)
    await with_preview(lin, earring)
    bao, shop = await a_maker(site)
    maker, studio = await program_of(site, bao.person), await program_of(site, lin.browser.person)
    hers = f"/organisations/{public(shop.id)}"
    path = f"{hers}/market/{public(earring.id)}/previews"
    assert code_of(await maker.get(path)) == (403, "consent_needed")
    said = await maker.read("/market/terms")
    await maker.do(f"{hers}/preview-consents", {"version": said["version"]})
    [one] = await maker.all(path)
    assert (await bao.client.get(one["picture"])).status_code == 200
    [view] = await studio.all(f"/organisations/{public(lin.organisation.id)}/preview-views")
    assert (view["person_name"], view["product_name"]) == ("Bao", "Pearl drop earring")
    fan = await program_of(site, (await site.signed_up("Mei")).person)
    assert await fan.all("/market") == [] and len(await maker.all("/market")) == 1


async def test_a_shop_by_program(site: SiteUnderTest) -> None:
    bao, shop = await a_maker(site, returns_to="")
    maker, hers = await program_of(site, bao.person), f"/organisations/{public(shop.id)}/shop"
    before = await maker.read(hers)
    assert [step["name"] for step in before["needed"] if not step["done"]] == ["returns", "zone", "listing"]
    after = await maker.do(hers, {"returns_to": "8 Shell Lane", "about_making": "By hand."})
    assert after["needed"][2] == {"name": "returns", "done": True}
    assert (await maker.do(f"{hers}/away", {}))["is_away"] is True
    past = instant(clock.now() - timedelta(days=1))
    assert fields_of(await maker.post(f"{hers}/away", {"away_until": past}))[0] == "away_until"
    assert (await maker.do(f"{hers}/return"))["is_away"] is False
    lin = await a_producer(site)
    studio = await program_of(site, lin.browser.person)
    assert code_of(await studio.get(f"/organisations/{public(lin.organisation.id)}/shop")) == (404, "no_shop")
    assert code_of(await studio.get(hers))[0] == 404
    licence = await a_licence(shop, await a_product())
    assert (
        code_of(await studio.get(f"/organisations/{public(lin.organisation.id)}/licences/{licence.public_id}"))[0]
        == 404
    )


def a_clip(ms: int = 4_000) -> bytes:
    """As much of an MP4 as says how long it is."""

    def box(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(content), name) + content

    return box(b"ftyp", b"isom\0\0\0\0isom") + box(
        b"moov", box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, ms) + bytes(80))
    )


async def test_a_studio_puts_previews_up_and_takes_them_down(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring, studio = await embargoed(lin), await program_of(site, lin.browser.person)
    path = f"/organisations/{public(lin.organisation.id)}/products/{public(earring.id)}/previews"
    picture, mp4 = {"content-type": "image/png"}, {"content-type": "video/mp4"}
    where = f"{path}/pictures?start_ms=754500&words=Left+ear"
    sent = [await studio.post(where, content=a_picture(), headers=picture, key="one") for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 201] and sent[0].json() == sent[1].json()
    crop = sent[0].json()
    assert (crop["kind"], crop["start_ms"], crop["words"]) == ("crop", 754_500, "Left ear")
    clips = f"{path}/clips?start_ms=750000&end_ms=754000"
    nobody = await studio.post(f"{clips}&picture={'0' * 13}", content=a_clip(), headers=mp4, key="two")
    assert fields_of(nobody) == ["picture"]
    longer = await studio.post(f"{clips}&picture={crop['id']}", content=a_clip(9_000), headers=mp4, key="three")
    assert code_of(longer) == (422, "too_much_shown")
    clip = await studio.make(f"{clips}&picture={crop['id']}", content=a_clip(), headers=mp4)
    assert [one["kind"] for one in await studio.all(path)] == ["crop", "clip"]
    rows = {one.public_id: one for one in await Preview.all()}
    names = [rows[clip["id"]].file, rows[clip["id"]].poster]
    assert len(await FILES.older_than(-60)) == 3, "of what was refused nothing stays"

    bao, _shop = await a_maker(site)
    other = await program_of(site, bao.person)
    assert code_of(await other.post(f"{path}/{clip['id']}/withdrawal"))[0] == 404
    assert (await studio.do(f"{path}/{clip['id']}/withdrawal"))["id"] == clip["id"]
    assert code_of(await studio.post(f"{path}/{clip['id']}/withdrawal"))[0] == 404
    assert all(FILES.path_of(name).exists() for name in names)
    await site.work()
    assert not any(FILES.path_of(name).exists() for name in names)
    assert FILES.path_of(rows[crop["id"]].file).exists()


async def test_files_of_previews_that_nobody_sees_go_at_night(site: SiteUnderTest) -> None:
    """Of a crash between the file and its row, and of what was taken down before its files went."""
    lin = await a_producer(site)
    shown = await with_preview(lin, await embargoed(lin))
    left, fresh = await FILES.keep(b"left", ".webp"), await FILES.keep(b"fresh", ".webp")
    day_ago = clock.wall_now_us() / 1_000_000 - 90_000
    for name in (shown.file, left):
        os.utime(FILES.path_of(name), (day_ago, day_ago))
    assert await forget_unused_previews() == 1
    assert [FILES.path_of(name).exists() for name in (shown.file, left, fresh)] == [True, False, True]
    assert await forget_unused_previews() == 0


async def test_staff_stop_and_end_a_licence_by_program(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    _bao, shop = await a_maker(site)
    licence = await a_licence(shop, await a_product(studio_id=lin.organisation.id))
    root = await program_of(site, (await site.signed_up("Root", staff=StaffRole.REVIEWER)).person)
    studio = await program_of(site, lin.browser.person)
    path = f"/staff/licences/{licence.public_id}"
    assert (await studio.get(path)).status_code == 403
    assert [one["id"] for one in await root.all("/staff/licences?state=active")] == [licence.public_id]
    why = {"reason": "Fans say that it breaks."}
    assert (await root.do(f"{path}/suspension", why))["state"] == "suspended"
    his = f"/organisations/{public(lin.organisation.id)}/licences/{licence.public_id}"
    assert code_of(await studio.post(f"{his}/resumption", why)) == (403, "stopped_by_staff")
    assert (await root.do(f"{path}/resumption", why))["state"] == "active"
    ended = await root.do(f"{path}/end", why)
    assert (ended["state"], ended["history"][-1]["because"]) == ("terminated", why["reason"])
    assert code_of(await root.post(f"{path}/suspension", why))[0] == 409
    assert fields_of(await root.post(f"{path}/end", {"reason": "x"})) == ["reason"]
