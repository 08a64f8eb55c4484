"""The pages of listings: a seller's desk from the first earring to a counted shelf, the page that buyers read, and who doubts it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest
import time_machine

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.listings.models import Listing, ListingImage, RealReport, ShippingZone, Variant
from crowdfund.people.models import Organisation, OrganisationState, Role, StaffRole
from tests.http.campaign_world import a_picture
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.desk_world import belongs
from tests.http.nasty import NASTY
from tests.listings import a_licence, a_listing, a_product, a_shop, a_title, a_variant, a_zone
from tests.world import a_studio

pytestmark = pytest.mark.pages


async def a_seller(site: SiteUnderTest, name: str = "Bao", role: Role = Role.OWNER) -> tuple[SignedIn, Organisation]:
    browser, shop = await site.signed_up(name), await a_shop()
    await belongs(browser, shop, role)
    return browser, shop


async def sent_by(browser: SignedIn, path: str, **typed: str) -> httpx.Response:
    """A form of this site that no page has offered."""
    await browser.get("/account")
    token = browser.form("/sign-out").fields["csrf"][0]
    return await browser.post(path, {**typed, "csrf": token})


def linked(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return orjson.loads(found[1])


# --- a seller's desk ---


async def test_an_earring_from_the_screen_to_the_shelf(site: SiteUnderTest) -> None:
    bao, shop = await a_seller(site)
    product = await a_product(name="Pearl drop earring")
    await a_licence(shop, product, countries=["CN"])
    await bao.get(f"{shop.desk_path}/listings")
    assert "Nothing on the shelf yet" in bao.text
    await bao.get(f"{shop.desk_path}/listings/new")
    assert "You have a licence for these" in bao.text and "Pearl drop earring" in bao.text
    await bao.get(f"{shop.desk_path}/listings/new?product={public(product.id)}")
    await bao.submit("Keep as a draft", name="Mei's earrings", about="Freshwater pearls, 42 mm.", ships_within_days="5")
    listing = await Listing.get(name="Mei's earrings")
    assert (listing.match, listing.state, listing.currency) == ("licensed_replica", "draft", "EUR")
    assert "Say what it costs." in bao.text and "Say where you ship to" in bao.text
    await bao.submit("Save variants", variant_1_price="45.00", variant_1_stock="12")
    assert (await Variant.get()).on_hand == 12
    await bao.get(f"{shop.desk_path}/listings/shipping")
    await bao.submit("Ship there", name="China", countries="China, jp", currency="EUR", first="6", more="1.50")
    zone = await ShippingZone.get()
    assert (zone.countries, zone.first_minor, zone.more_minor) == ("CN JP", 600, 150)
    await bao.get(listing.path_in(shop.desk_path))
    await bao.submit("Put it on sale")
    assert "It is on sale." in bao.text
    response = await site.browser(headers={"accept-language": "en-CN"}).get(listing.path)
    assert "€45.00" in response.text and "Add to basket" in response.text and "Licensed replica" in response.text


async def test_what_was_typed_is_kept_and_each_mistake_is_told(site: SiteUnderTest) -> None:
    bao, shop = await a_seller(site)
    product = await a_product()
    await bao.get(f"{shop.desk_path}/listings/new?product={public(product.id)}")
    await bao.submit("Keep as a draft", name="Two rings", ships_within_days="0", discount="95")
    assert bao.status == 422
    assert "Please choose one of these." in bao.text, "the label can't be missing"
    assert (
        bao.form("Keep as a draft").fields["name"] == ["Two rings"]
        and "from 1 to 120" in bao.text
        and "from 0 to 90" in bao.text
    )
    assert await Listing.all().count() == 0
    await bao.submit("Keep as a draft", match="licensed_replica", ships_within_days="5", discount="")
    assert bao.status == 422 and "A licensed replica needs a licence." in bao.text
    await bao.submit("Keep as a draft", match="inspired")
    listing = await Listing.get()
    await bao.submit("Save variants", variant_1_name="Silver", variant_1_price="abc", variant_2_name="Gold")
    assert bao.status == 422 and "Say what it costs." in bao.text
    assert bao.form("Save variants").fields["variant_1_name"] == ["Silver"]
    await bao.submit("Save variants", variant_1_price="30", variant_2_name="silver", variant_2_price="31")
    assert bao.status == 422 and "Two variants have the same name or number." in bao.text
    assert await Variant.filter(listing_id=listing.id).count() == 0


async def test_a_changed_price_a_withdrawn_size_and_a_count(site: SiteUnderTest) -> None:
    bao, shop = await a_seller(site)
    listing, small = await a_listing(shop, name="Ring")
    await Variant.filter(id=small.id).update(name="Small")
    large = await a_variant(listing, "Large", price_minor=5000, on_hand=2)
    await bao.get(listing.path_in(shop.desk_path))
    await bao.submit(
        "Save variants",
        variant_1_price="47.50",
        variant_2_name="",
        variant_2_price="",
        variant_3_name="Medium",
        variant_3_price="48",
    )
    assert [v.name for v in await Variant.filter(state="offered").order_by("position")] == ["Small", "Medium"]
    assert (await Listing.get()).version == 2 and (await Variant.get(id=large.id)).state == "withdrawn"
    await bao.get(f"{shop.desk_path}/listings/stock")
    field = f"count_{public(small.id)}"
    await Variant.filter(id=small.id).update(on_hand=7, sold=3)  # three were sold since the page was read
    await bao.submit("Save the counts", **{field: "14"})
    assert (await Variant.get(id=small.id)).on_hand == 11
    await bao.submit("Save the counts", **{field: "-1"})
    assert bao.status == 422 and "Please write a whole number" in bao.text
    await Variant.filter(id=small.id).update(reserved=11)
    await bao.get(f"{shop.desk_path}/listings/stock")
    await bao.submit("Save the counts", **{field: "5"})
    assert bao.status == 409 and "are being paid for just now" in bao.text
    assert (await Variant.get(id=small.id)).on_hand == 11


async def test_pictures_say_what_they_show(site: SiteUnderTest) -> None:
    bao, shop = await a_seller(site)
    listing, _earring = await a_listing(shop)
    await bao.get(listing.path_in(shop.desk_path))
    await bao.submit("Add the picture", files={"image": ("a.png", a_picture(), "image/png")})
    assert bao.status == 422 and "Say in a few words what the picture shows" in bao.text
    await bao.submit("Add the picture", image_alt="Two pearls on a grey cloth")
    [first] = await ListingImage.all()
    assert first.alt == "Two pearls on a grey cloth"
    await bao.submit(
        "Add the picture", image_alt="Worn, from the side", files={"image": ("b.png", a_picture(), "image/png")}
    )
    second = (await ListingImage.filter(position=1))[0]
    await bao.submit("Show it first")
    assert (await ListingImage.get(image_id=second.image_id)).position == 0
    await bao.submit(f"{listing.path_in(shop.desk_path)}/pictures/{public(first.image_id)}/removal")
    assert await ListingImage.all().count() == 1
    await bao.submit("Add the picture", image_alt="words", files={"image": ("c.png", b"no picture", "image/png")})
    assert bao.status == 422


async def test_a_desk_is_its_own_peoples(site: SiteUnderTest) -> None:
    _bao, shop = await a_seller(site)
    listing, _earring = await a_listing(shop)
    zone = await ShippingZone.get()
    stranger, other = await a_seller(site, "Eve")
    for path in ("", "/stock", "/shipping", "/new", f"/{public(listing.id)}", f"/shipping/{public(zone.id)}"):
        assert (await stranger.get(f"{shop.desk_path}/listings{path}")).status_code == 404
    for path in (f"/{public(listing.id)}", f"/shipping/{public(zone.id)}"):
        assert (await stranger.get(f"{other.desk_path}/listings{path}")).status_code == 404
    assert (await site.browser().get(f"{shop.desk_path}/listings", follow=False)).status_code in (303, 401)
    viewer = await site.signed_up("Viewer")
    await belongs(viewer, shop, Role.VIEWER)
    assert (await viewer.get(f"{shop.desk_path}/listings/{public(listing.id)}")).status_code == 200
    assert "Put it on sale" not in viewer.text and "Save variants" not in viewer.text
    await stranger.get("/")
    for path in (f"{listing.path_in(other.desk_path)}/pause", f"{listing.path_in(shop.desk_path)}/pause"):
        assert (await sent_by(stranger, path)).status_code == 404
    assert (await Listing.get()).state == "live"


@pytest.mark.landing
async def test_anything_may_be_typed_and_nothing_breaks(site: SiteUnderTest) -> None:
    bao, shop = await a_seller(site)
    product = await a_product()
    listing, _earring = await a_listing(shop, product)
    here = listing.path_in(shop.desk_path)
    for nasty in (one for one in NASTY if one.isprintable() or one.isascii()):
        said = {
            "name": nasty,
            "match": "inspired",
            "about": nasty,
            "ships_within_days": "5",
            "discount": nasty,
            "licence": nasty,
        }
        zone = {
            "name": nasty,
            "countries": nasty,
            "currency": "EUR",
            "first": nasty,
            "more": "1",
            "days_min": nasty,
            "days_max": "3",
        }
        for path, values in (
            (f"{shop.desk_path}/listings", said | {"product": public(product.id), "currency": nasty}),
            (here, said),
            (f"{here}/variants", {"variant_1_id": nasty, "variant_1_name": nasty, "variant_1_price": nasty}),
            (f"{shop.desk_path}/listings/shipping", zone),
            (
                f"{shop.desk_path}/listings/stock",
                {f"count_{public(_earring.id)}": nasty, f"was_{public(_earring.id)}": nasty},
            ),
            (f"{listing.path}/reports", {"words": nasty}),
        ):
            assert (await sent_by(bao, path, **values)).status_code < 500, (path, nasty)
        for path in (f"/listings/{nasty}", f"/drawn/{nasty}/amber/1.svg", f"{shop.desk_path}/listings/{nasty}"):
            assert (await bao.get(quote(path)[:2000])).status_code < 500


# --- for buyers ---


async def test_the_page_says_what_it_is_what_it_costs_and_when_it_comes(site: SiteUnderTest) -> None:
    shop, product = await a_shop("Small Hands"), await a_product(await a_title(name="River Moon"), "Pearl drop earring")
    licence = await a_licence(shop, product, countries=["CN", "DE"])
    await a_zone(shop, countries="DE", first_minor=900, more_minor=250, days_min=4, days_max=8)
    listing, pearl = await a_listing(
        shop, product, licence=licence, name="</script><b>Pearls", discount_bps=1000, on_hand=2
    )
    await Listing.filter(id=listing.id).update(live_since=clock.now())
    await a_variant(listing, "Jade", price_minor=3000, on_hand=0)
    await Variant.filter(id=pearl.id).update(name="Pearl")
    fan = site.browser(headers={"accept-language": "en-DE"})
    await fan.get(listing.path)
    for words in (
        "River Moon",
        "by Small Hands",
        "$40.50",
        "$45.00",
        "2 left",
        "sold out",
        "$9.00",
        "4–8 days",
        "Licensed replica",
    ):
        assert words in fan.text, words
    assert f"/licences/{licence.badge}" in fan.response.text and "<b>Pearls" not in fan.response.text
    form = fan.form("Add to basket")
    assert form.action == "/cart/lines" and {"variant", "quantity"} <= set(form.fields)
    found = linked(fan.response.text)
    assert (found["@type"], found["name"]) == ("Product", "</script><b>Pearls")
    assert [(o["price"], o["availability"].rpartition("/")[2]) for o in found["offers"]] == [
        ("40.50", "LimitedAvailability"),
        ("27.00", "SoldOut"),
    ]
    abroad = site.browser(headers={"accept-language": "en-US"})
    await abroad.get(listing.path)
    assert "The licence is for other countries." in abroad.text and "Add to basket" not in abroad.text
    assert "offers" not in linked(abroad.response.text)


async def test_the_moment_in_the_film_goes_along_with_what_is_bought(site: SiteUnderTest) -> None:
    listing, _earring = await a_listing()
    fan, cue = site.browser(), public(123456789)
    await fan.get(f"{listing.path}?appearance={cue}&moment=754000")
    assert fan.form("Add to basket").fields["appearance"] == [cue] and fan.form("Add to basket").fields["moment"] == [
        "754000"
    ]
    await fan.get(f"{listing.path}?appearance=<x>&moment=soon")
    assert "appearance" not in fan.form("Add to basket").fields


async def test_a_secret_is_kept_until_its_second(site: SiteUnderTest) -> None:
    out = clock.now() + timedelta(hours=2)
    secret, _a = await a_listing(product=await a_product(embargo_until=out), name="The secret crown")
    for seconds, status in ((-1, 404), (0, 200), (1, 200)):
        with time_machine.travel(out + timedelta(seconds=seconds), tick=False):
            response = await site.browser().get(secret.path)
        assert (response.status_code, "crown" in response.text) == (status, status == 200), seconds


async def test_what_is_not_offered_has_no_page_and_what_was_says_so(site: SiteUnderTest) -> None:
    secret, _a = await a_listing(
        product=await a_product(embargo_until=clock.now() + timedelta(hours=2)), name="The secret crown"
    )
    draft, _b = await a_listing(state="draft")
    ended, _c = await a_listing(state="retired")
    for listing in (secret, draft, ended):
        for path in (listing.path, f"{listing.path}/report"):
            bao = await site.signed_up(f"Fan {listing.id} {len(path)}")
            response = await bao.get(path)
            assert response.status_code == 404 and "crown" not in response.text
    await Listing.filter(id=ended.id).update(live_since=clock.now())
    response = await site.browser().get(ended.path)
    assert response.status_code == 200 and "Its seller does not offer this now." in response.text


async def test_drawings_are_kept_for_ever_and_only_what_we_draw(site: SiteUnderTest) -> None:
    response = await site.browser().get("/drawn/earring/amber/12345.svg")
    assert response.headers["content-type"] == "image/svg+xml" and "immutable" in response.headers["cache-control"]
    for wrong in (
        "/drawn/skull/amber/1.svg",
        "/drawn/earring/red/1.svg",
        "/drawn/earring/amber/1000000.svg",
        "/drawn/earring/amber/-1.svg",
    ):
        assert (await site.browser().get(wrong)).status_code == 404


# --- is it real? ---


async def test_a_doubt_reaches_the_studio_and_the_answer_who_asked(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    studio = await Organisation.get(id=await a_studio())
    await belongs(lin, studio, Role.OWNER)
    bao, shop = await a_seller(site)
    listing, _earring = await a_listing(shop, await a_product(await a_title(studio.id)), name="Plastic pearls")
    mei = await site.signed_up("Mei")
    await mei.get(listing.path)
    await mei.get(f"{listing.path}/report")
    await mei.submit("Send it", words="fake")
    assert mei.status == 422 and "at least 10 characters" in mei.text
    await mei.submit("Send it", words="They are beads: mine melted.")
    assert "you get an answer by letter" in mei.text
    [letter] = await site.mails_to("lin@example.com")
    assert "They are beads: mine melted." in letter.text_body
    await lin.get(f"{studio.desk_path}/doubts")
    assert "Plastic pearls" in lin.text and "1 doubt waits" in lin.text
    await lin.get(f"{studio.desk_path}/doubts/{public(listing.id)}")
    await lin.submit("They are right: stop the sale", answer="Right, these are not pearls.")
    assert (await Listing.get()).state == "stopped"
    assert "Right, these are not pearls." in (await site.mails_to("mei@example.com"))[0].text_body
    assert "Right, these are not pearls." in (await site.mails_to("bao@example.com"))[0].text_body
    await mei.get(listing.path)
    assert "The sale of this was stopped." in mei.text and "Add to basket" not in mei.text
    await bao.get(listing.path_in(shop.desk_path))
    assert "Stopped by the makers of the film." in bao.text and "Put it on sale" not in bao.text
    await lin.get(f"{studio.desk_path}/doubts/{public(listing.id)}")
    await lin.submit("Let it go on", reason="New pearls, certified.")
    await bao.get(listing.path_in(shop.desk_path))
    await bao.submit("Put it on sale")
    assert (await Listing.get()).state == "live"


async def test_staff_decide_too_and_the_studio_can_not_undo_it(site: SiteUnderTest) -> None:
    lin, rev = await site.signed_up("Lin"), await site.signed_up("Rev", staff=StaffRole.REVIEWER)
    studio = await Organisation.get(id=await a_studio())
    await belongs(lin, studio, Role.OWNER)
    listing, _earring = await a_listing(product=await a_product(await a_title(studio.id)))
    mei = await site.signed_up("Mei")
    await mei.get(f"{listing.path}/report")
    await mei.submit("Send it", words="The picture is of another shop.")
    report = await RealReport.get()
    await rev.get("/staff/listings")
    await rev.get(f"/staff/listings/{public(listing.id)}")
    await rev.submit("It is fine", answer="Both shops belong to the same maker.")
    assert (await RealReport.get(id=report.id)).state == "dismissed" and (await Listing.get()).state == "live"
    await rev.submit("Stop the sale", reason="no")
    assert rev.status == 422 and "One thing to mend" in rev.text
    await rev.submit("Stop the sale", reason="The seller asked us to.")
    await lin.get(f"{studio.desk_path}/doubts/{public(listing.id)}")
    assert "Let it go on" not in lin.text
    await sent_by(
        lin, f"{studio.desk_path}/doubts/{public(listing.id)}/stop/removal", reason="We would like it to go on."
    )
    assert (await Listing.get()).state == "stopped"
    assert (await mei.get("/staff/listings")).status_code == 403


async def test_a_studio_decides_over_its_own_films_only(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    studio = await Organisation.get(id=await a_studio())
    await belongs(lin, studio, Role.OWNER)
    listing, _earring = await a_listing()
    assert (await lin.get(f"{studio.desk_path}/doubts/{public(listing.id)}")).status_code == 404
    await lin.get("/")
    await sent_by(lin, f"{studio.desk_path}/doubts/{public(listing.id)}/stop", reason="It is none of ours.")
    assert lin.status == 404 and (await Listing.get()).state == "live"


async def test_a_suspended_seller_sells_nothing_and_says_so(site: SiteUnderTest) -> None:
    _bao, shop = await a_seller(site)
    listing, _earring = await a_listing(shop)
    await Organisation.filter(id=shop.id).update(state=OrganisationState.SUSPENDED)
    response = await site.browser().get(listing.path)
    assert "This seller does not sell at the moment." in response.text and "Add to basket" not in response.text
