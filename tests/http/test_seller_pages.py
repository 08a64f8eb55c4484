"""From the screen to a licence, page by page and without a script: a studio previews, a shop looks, applies, and is licensed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.database.ids import public
from crowdfund.merch.applications.models import Application
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.previews.models import Preview, PreviewView
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.shops.models import Shop
from crowdfund.people.models import Organisation, StaffRole
from crowdfund.worker import work_until_idle
from tests.http.campaign_world import Producer, a_picture, a_producer
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.sellers import ShopMade, a_licence, a_product, a_shop
from tests.world import Fan

pytestmark = pytest.mark.pages
WORDS = "Freshwater pearls from Suzhou, set by hand in silver, each pair a little different."


async def a_maker(site: SiteUnderTest, name: str = "Bao", **more: Any) -> tuple[SignedIn, ShopMade]:
    browser = await site.signed_up(name)
    shop = await a_shop(f"{name}'s Pearls", owner=Fan(browser.person.id, browser.person.email), **more)
    return browser, shop


async def embargoed(lin: Producer, **more: Any) -> OnscreenProduct:
    until = clock.now() + timedelta(days=30)
    return await a_product(studio_id=lin.organisation.id, embargo_until=until, **more)


async def with_preview(lin: Producer, product: OnscreenProduct) -> Preview:
    path = f"{lin.organisation.desk_path}/previews/{public(product.id)}"
    await lin.browser.get(path)
    await lin.browser.submit(
        path,
        kind="crop",
        start="12:34.5",
        words="Left ear, close",
        files={"image": ("ear.png", a_picture(), "image/png")},
    )
    return await Preview.get(product_id=product.id)


async def test_opening_a_shop_and_what_it_lacks(site: SiteUnderTest) -> None:
    bao = await site.signed_up("Bao")
    await bao.get("/market")
    await bao.get("/start?kind=shop")
    await bao.submit("/start", kind="shop", name="Bao's Pearls", country="CN", about="We string pearls.")
    shop = await Organisation.get(name="Bao's Pearls")
    assert (shop.kind, bao.path) == ("shop", f"{shop.desk_path}/shop")
    assert "0 of 5 done" in bao.page.text and "No licence yet" in bao.page.text
    await bao.get(f"{shop.desk_path}/shop/details")
    await bao.submit(
        f"{shop.desk_path}/shop/details", returns_to="8 Shell Lane\nSuzhou\nChina", about_making="By hand."
    )
    assert "1 of 5 done" in bao.page.text and "8 Shell Lane" in bao.page.text
    assert (await bao.get(f"/shops/{shop.slug}")).status_code == 404  # nobody knows yet who it is
    await bao.get(shop.desk_path)
    assert bao.path == f"{shop.desk_path}/shop"


async def test_away_and_back(site: SiteUnderTest) -> None:
    bao, shop = await a_maker(site)
    desk = shop.organisation.desk_path
    await bao.get(f"{desk}/shop")
    yesterday = f"{clock.now() - timedelta(days=1):%Y-%m-%d}"
    await bao.submit(f"{desk}/shop/away", away_from="", away_until=yesterday)
    assert bao.status == 422 and "passed already" in bao.page.text and yesterday in bao.page.html
    assert (await Shop.get(organisation_id=shop.id)).away_from is None
    until = f"{clock.now() + timedelta(days=10):%Y-%m-%d}"
    await bao.submit(f"{desk}/shop/away", away_from="", away_until=until)
    assert "away until" in bao.page.text
    await site.browser().get("/")
    visitor = site.browser()
    await visitor.get(f"/shops/{shop.organisation.slug}")
    assert visitor.status == 200 and "away until" in visitor.page.text
    await bao.submit(f"{desk}/shop/return")
    assert "open again" in bao.page.text


async def test_the_market_tells_everybody_of_what_is_public_and_shops_of_the_rest(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    await embargoed(lin)
    await a_product("Rain jacket", studio_id=lin.organisation.id, kind="costume", wanted=12)
    visitor = site.browser()
    await visitor.get("/market")
    assert "Rain jacket" in visitor.page.text and "Pearl drop earring" not in visitor.page.text
    assert "12 fans would buy it" in visitor.page.text and "1 more thing is under embargo" in visitor.page.text
    bao, _shop = await a_maker(site)
    await bao.get("/market")
    assert "Pearl drop earring" in bao.page.text and "Under embargo until" in bao.page.text
    await bao.get("/market?kind=costume")
    assert "Rain jacket" in bao.page.text and "Pearl drop earring" not in bao.page.text
    assert (await visitor.get("/market?kind=nonsense")).status_code == 200


async def test_a_preview_is_seen_after_consent_marked_and_written_down(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await embargoed(lin)
    preview = await with_preview(lin, earring)
    assert (preview.start_ms, preview.media_type) == (754_500, "image/webp")
    bao, shop = await a_maker(site)
    path = f"/market/{public(earring.id)}"
    assert (await site.browser().get(path)).status_code == 404  # not even that there is such a thing
    await bao.get(path)
    assert "Before you look" in bao.page.text and "/previews/" not in bao.page.html
    await bao.submit(f"{path}/consent?shop={shop.organisation.slug}", version="1")
    assert bao.status == 422 and "tick this box" in bao.page.text
    await bao.submit(f"{path}/consent?shop={shop.organisation.slug}", version="1", agreed="yes")
    link = re.search(r'src="(/previews/[^"]+/picture)"', bao.page.html)
    assert link is not None
    seen = await bao.client.get(link[1])
    assert (seen.status_code, seen.headers["content-type"], seen.headers["cache-control"]) == (
        200,
        "image/webp",
        "no-store",
    )
    assert [one.person_id for one in await PreviewView.all()] == [bao.person.id]
    await lin.browser.get(f"{lin.organisation.desk_path}/previews")
    assert "Bao" in lin.browser.page.text and shop.organisation.name in lin.browser.page.text

    rival, _theirs = await a_maker(site, "Rival")  # the same link in other hands
    assert (await rival.client.get(link[1])).status_code == 410
    assert (await site.browser().client.get(link[1])).status_code in (303, 401)
    tampered = link[1].replace(public(preview.id), public(preview.id + 1))
    assert (await bao.client.get(tampered)).status_code == 410
    assert (await site.browser().client.get(f"/previews/{preview.public_id}/picture")).status_code == 404
    with time_machine.travel(clock.now() + timedelta(minutes=15), tick=False):
        assert (await bao.client.get(link[1])).status_code == 410
    assert await PreviewView.all().count() == 1
    await lin.browser.get(f"{lin.organisation.desk_path}/previews/{public(earring.id)}")
    await lin.browser.submit(
        f"{lin.organisation.desk_path}/previews/{public(earring.id)}/{preview.public_id}/withdrawal"
    )
    assert (await bao.client.get(link[1])).status_code == 404  # a link to what was taken down


async def test_an_embargo_lifts_to_the_second(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await embargoed(lin)
    preview = await with_preview(lin, earring)
    assert earring.embargo_until is not None
    path, second = f"/previews/{preview.public_id}/picture", timedelta(seconds=1)
    for moment, status in ((-second, 404), (timedelta(0), 200), (second, 200)):
        with time_machine.travel(earring.embargo_until + moment, tick=False):
            assert (await site.browser().client.get(path)).status_code == status
            assert (await site.browser().get(f"/market/{public(earring.id)}")).status_code == status


async def test_previews_that_show_too_much_are_refused_and_what_was_typed_stays(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await embargoed(lin)
    path = f"{lin.organisation.desk_path}/previews/{public(earring.id)}"
    await lin.browser.get(path)
    picture = {"image": ("ear.png", a_picture(), "image/png")}
    for typed, said in (
        ({"kind": "crop", "start": "12:99"}, "moment like"),
        ({"kind": "clip", "start": "10", "end": "15"}, "Choose the clip"),
        ({"kind": "crop", "start": "12", "files": {}}, "Choose a picture"),
    ):
        files = typed.pop("files", picture)
        await lin.browser.submit(path, words="An ear", files=files, **typed)
        assert lin.browser.status == 422 and said in lin.browser.page.text, typed
        assert "An ear" in lin.browser.page.html
    await lin.browser.submit(
        path, kind="clip", start="10", end="15", files={**picture, "clip": ("a.mp4", b"nonsense", "video/mp4")}
    )
    assert lin.browser.status == 422 and "MP4 or WebM" in lin.browser.page.text
    assert await Preview.all().count() == 0


async def test_from_an_application_to_a_licence_that_anybody_checks(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await a_product(studio_id=lin.organisation.id, wanted=40)
    bao, shop = await a_maker(site)
    desk = shop.organisation.desk_path
    await bao.get(f"/market/{public(earring.id)}")
    new = f"{desk}/applications/new/{public(earring.id)}"
    await bao.get(new)
    await bao.submit(new, price="forty", currency="USD", units="200", ships_within_days="14", pitch=WORDS)
    assert bao.status == 422 and "plain digits" in bao.page.text and WORDS in bao.page.text
    await bao.submit(new, price="45.00", currency="USD", units="200", ships_within_days="14", pitch=WORDS)
    application = await Application.get(organisation_id=shop.id)
    path = f"{desk}/applications/{application.public_id}"
    assert bao.path == path and "Show at least one picture" in bao.page.text
    await bao.submit(f"{path}/samples", alt="Pearl studs", files={"image": ("s.png", a_picture(), "image/png")})
    assert "Pearl studs" in bao.page.html and "Send it to" in bao.page.text
    await bao.submit(f"{path}/submission")
    assert "The studio has 14 days" in bao.page.text
    assert "would like to make" in (await site.mails_to("lin@example.com"))[0].subject

    theirs = f"{lin.organisation.desk_path}/applications/{application.public_id}"
    await lin.browser.get(f"{lin.organisation.desk_path}/applications")
    assert "Pearl drop earring" in lin.browser.page.text
    await lin.browser.get(theirs)
    assert WORDS in lin.browser.page.text and "40 fans would buy it" in lin.browser.page.text
    await lin.browser.submit(f"{theirs}/refusal", reason="No.")
    assert lin.browser.status == 422 and "at least 10" in lin.browser.page.text
    await lin.browser.submit(f"{theirs}/shortlist", words="Lovely.")
    assert "shortlist" in (await site.mails_to("bao@example.com"))[0].subject
    await lin.browser.get(f"{theirs}/licence")
    await lin.browser.submit(f"{theirs}/licence", royalty="8.5", countries="CN, Franc")
    assert lin.browser.status == 422 and "no country" in lin.browser.page.text and "CN, Franc" in lin.browser.page.html
    await lin.browser.submit(f"{theirs}/licence", royalty="8.5", countries="CN, France")
    licence = await Licence.get(licensee_id=shop.id)
    assert (licence.state, licence.royalty_bps, licence.unit_cap, licence.application_id) == (
        "offered",
        850,
        200,
        application.id,
    )

    visitor = site.browser()
    assert (await visitor.get(licence.path)).status_code == 404  # nobody has taken it
    ours = f"{desk}/licences/{licence.public_id}"
    await bao.get(ours)
    assert "8.5%" in bao.page.text and "without tax and shipping" in bao.page.text
    await bao.submit(f"{ours}/agreement")
    assert (await Licence.get(id=licence.id)).state == "active"
    await visitor.get(licence.path)
    assert "may sell this" in visitor.page.text and "China, France" in visitor.page.text and "<svg" in visitor.page.html
    await lin.browser.get(f"{lin.organisation.desk_path}/licences/{licence.public_id}")
    await lin.browser.submit(
        f"{lin.organisation.desk_path}/licences/{licence.public_id}/suspension", reason="Three orders are late."
    )
    await visitor.get(licence.path)
    assert "may not sell this for now" in visitor.page.text
    await site.work()
    assert any("Suspended" in mail.subject for mail in await site.mails_to("bao@example.com"))


async def test_others_find_nothing_of_an_application_or_a_licence(site: SiteUnderTest) -> None:
    lin, eve = await a_producer(site), await a_producer(site, "Eve")
    earring = await a_product(studio_id=lin.organisation.id)
    _bao, shop = await a_maker(site)
    rival, theirs = await a_maker(site, "Rival")
    licence = await a_licence(shop, earring, state="offered")
    for browser, desk in ((rival, theirs.organisation.desk_path), (eve.browser, eve.organisation.desk_path)):
        assert (await browser.get(f"{desk}/licences/{licence.public_id}")).status_code == 404
        await browser.get(f"{desk}/licences")
        answer = await browser.post(f"{desk}/licences/{licence.public_id}/agreement", browser.form("/sign-out").fields)
        assert answer.status_code == 404
    await lin.browser.get(f"{lin.organisation.desk_path}/licences")
    token = lin.browser.form("/sign-out").fields
    answer = await lin.browser.post(f"{lin.organisation.desk_path}/licences/{licence.public_id}/agreement", token)
    assert answer.status_code == 404  # the studio can't take its own offer
    assert (await Licence.get(id=licence.id)).state == "offered"


async def test_a_studio_offers_a_licence_to_a_shop_that_has_not_applied(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await a_product(studio_id=lin.organisation.id)
    _bao, shop = await a_maker(site)
    path = f"{lin.organisation.desk_path}/licences/new?title={public(earring.title_id)}"
    await lin.browser.get(path)
    ends = f"{clock.now() + timedelta(days=99):%Y-%m-%d}"
    sent = {"shop": public(shop.id), "products": public(earring.id), "royalty": "8", "ends_at": ends}
    await lin.browser.submit(path, **{**sent, "ends_at": "2020-01-01"})
    assert lin.browser.status == 422
    await lin.browser.submit(path, **sent, exclusivity="product")
    assert "Offered." in lin.browser.page.text
    await lin.browser.get(path)
    await lin.browser.submit(path, **sent)
    assert lin.browser.status == 409 and "It overlaps with the licence of Bao's Pearls" in lin.browser.page.text
    assert await Licence.all().count() == 1


async def test_staff_stop_a_licence_and_only_they_let_it_go_on(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await a_product(studio_id=lin.organisation.id)
    _bao, shop = await a_maker(site)
    licence = await a_licence(shop, earring)
    ann = await site.signed_up("Ann", staff=StaffRole.REVIEWER)
    await ann.get("/staff/licences")
    await ann.get(f"/staff/licences/{licence.public_id}")
    await ann.submit(f"/staff/licences/{licence.public_id}/suspension", reason="Buyers say these are not real.")
    assert "It goes on" not in ann.page.text and (await Licence.get(id=licence.id)).state == "suspended"
    ours = f"{lin.organisation.desk_path}/licences/{licence.public_id}"
    await lin.browser.get(ours)
    await lin.browser.submit(f"{ours}/resumption", reason="We think that they are real.")
    assert lin.browser.status == 403 and "only we can let it go on" in lin.browser.page.text
    await ann.submit(f"/staff/licences/{licence.public_id}/resumption", reason="We have looked at them.")
    assert (await Licence.get(id=licence.id)).state == "active"


async def test_the_calculator_says_who_gets_what(site: SiteUnderTest) -> None:
    visitor = site.browser()
    await visitor.get("/market/calculator")
    assert "Type a price" in visitor.page.text
    await visitor.get("/market/calculator?price=40.50&currency=USD&royalty=8&tax=7&shipping=6&cost=10&units=2")
    text = visitor.page.text
    assert "$81.00" not in text and "$92.67" in text  # two of 40.50, 6.00 for shipping, 5.67 of tax
    assert "$6.48" in text and "$4.05" in text and "$2.99" in text and "$5.67" in text
    await visitor.get("/market/calculator?price=NaN&currency=USD")
    assert visitor.status == 422 and "plain digits" in visitor.page.text
    await visitor.get("/market/calculator?price=1&currency=ZZZ&royalty=999&units=0")
    assert visitor.status == 422


async def test_the_worker_moves_a_licence_and_an_application_on(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    earring = await a_product(studio_id=lin.organisation.id)
    _bao, shop = await a_maker(site)
    now = clock.now()
    licence = await a_licence(
        shop, earring, state="accepted", starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=9)
    )
    await atomic(Licence.filter(id=licence.id).update)(accepted_at=now)
    with time_machine.travel(now + timedelta(days=2), tick=False):
        await work_until_idle()
        assert (await Licence.get(id=licence.id)).state == "active"
        assert any("It begins" in mail.subject for mail in await site.mails_to("bao@example.com"))
