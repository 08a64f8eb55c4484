"""Listings through the API: a program lists an earring, counts it, and another one reads what may be bought of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.merch.listings.models import Listing, RealReport, Variant
from crowdfund.people.models import Organisation, Role
from tests.http.campaign_world import a_picture
from tests.http.conftest import SiteUnderTest
from tests.http.desk_world import belongs
from tests.http.program import Program, program_of
from tests.listings import a_licence, a_listing, a_product, a_shop, a_title
from tests.world import a_studio


async def a_seller(site: SiteUnderTest, name: str = "Bao", role: Role = Role.OWNER) -> tuple[Program, Organisation]:
    browser, shop = await site.signed_up(name), await a_shop()
    await belongs(browser, shop, role)
    return await program_of(site, browser.person), shop


EARRINGS = {"name": "Pearl drops", "about": "Freshwater pearls.", "match": "inspired", "ships_within_days": 5}
WORLD = {"name": "World", "countries": ["*"], "currency": "EUR", "first_minor": 600, "days_min": 3, "days_max": 9}


async def test_a_program_lists_an_earring_and_another_finds_it(site: SiteUnderTest) -> None:
    bao, shop = await a_seller(site)
    product = await a_product()
    licence = await a_licence(shop, product, countries=["DE"])
    here = f"/organisations/{public(shop.id)}"
    wish = EARRINGS | {
        "product": public(product.id), "currency": "EUR", "match": "licensed_replica", "licence": public(licence.id),
    }  # fmt: skip
    made = (await bao.post(f"{here}/listings", wish, key="one")).json()
    assert (await bao.post(f"{here}/listings", wish, key="one")).json()["id"] == made["id"]
    assert [one["field"] for one in made["missing"]] == ["variants", "zones"]
    one = f"/listings/{made['id']}"
    await bao.make(f"{here}/shipping-zones", WORLD)
    found = (
        await bao.post(f"{one}/variants", {"variants": [{"name": "White", "price_minor": 4500, "on_hand": 3}]})
    ).json()
    variant = found["variants"][0]
    counted = await bao.post(f"{one}/stock", {"counts": [{"variant": variant["id"], "change": 2}]})
    assert counted.json()["variants"][0]["on_hand"] == 5
    png = {"content-type": "image/png"}
    pictured = await bao.post(f"{one}/pictures?alt=Two+pearls", key="p", content=a_picture(), headers=png)
    assert [p["alt"] for p in pictured.json()["pictures"]] == ["Two pearls"]
    assert (await bao.post(f"{one}/publication")).json()["state"] == "live"
    anybody = site.browser()
    offers = (await anybody.get(f"/api/v1/items/{public(product.id)}/offers?region=DE")).json()
    [offer] = offers["offers"]
    assert (offer["variant"], offer["price_minor"], offer["stock"], offer["match"]) == (
        variant["id"], 4500, "in_stock", "licensed_replica",
    )  # fmt: skip
    assert offer["badge_url"].endswith(f"/licences/{licence.badge}") and offers["changes_at"] is not None
    abroad = (await anybody.get(f"/api/v1/items/{public(product.id)}/offers?region=US")).json()
    assert abroad["offers"] == []
    assert (await bao.post(f"{one}/pause")).json()["state"] == "paused"
    assert (await bao.post(f"{one}/retirement")).json()["state"] == "retired"
    assert [row["id"] for row in (await bao.get(f"{here}/listings")).json()["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"match": "original"}, "match"),
        ({"match": None}, "match"),
        ({"ships_within_days": 0}, "ships_within_days"),
        ({"discount_bps": 9001}, "discount_bps"),
        ({"name": "\x00"}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_no_listing_can_be_names_its_field(site: SiteUnderTest, body: dict[str, object], field: str) -> None:
    bao, shop = await a_seller(site)
    listing, _earring = await a_listing(shop)
    answer = await bao.post(f"/listings/{public(listing.id)}", EARRINGS | body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_label_that_claims_too_much_and_stock_that_can_not_be(site: SiteUnderTest) -> None:
    bao, shop = await a_seller(site)
    listing, pearl = await a_listing(shop, on_hand=2)
    _other, strange = await a_listing()
    one = f"/listings/{public(listing.id)}"
    for body in (
        {"match": "licensed_replica"},
        {"licence": public(1)},
        {"match": "licensed_replica", "licence": "0" * 13},
    ):
        answer = await bao.post(one, EARRINGS | body)
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong_label")
    less = await bao.post(f"{one}/stock", {"counts": [{"variant": public(pearl.id), "change": -3}]})
    assert (less.status_code, less.json()["code"]) == (409, "still_reserved")
    theirs = await bao.post(f"{one}/stock", {"counts": [{"variant": public(strange.id), "change": 1}]})
    assert theirs.status_code == 404
    assert (await Variant.get(id=pearl.id)).on_hand == 2


async def test_others_listings_are_as_if_they_were_not_there(site: SiteUnderTest) -> None:
    eve, _shop = await a_seller(site, "Eve")
    listing, pearl = await a_listing()
    one = f"/listings/{public(listing.id)}"
    assert (await eve.get(one)).status_code == 404
    stock = {"counts": [{"variant": public(pearl.id), "change": 1}]}
    for path, body in (("", EARRINGS), ("/pause", None), ("/stock", stock), ("/stop", {"reason": "Because I say so."})):
        assert (await eve.post(one + path, body)).status_code == 404, path
    assert (await Listing.get(id=listing.id)).state == "live"


async def test_offers_of_a_secret_are_none_of_anybodys(site: SiteUnderTest) -> None:
    product = await a_product(embargo_until=clock.now() + timedelta(days=1))
    await a_listing(product=product)
    anybody = site.browser()
    assert (await anybody.get(f"/api/v1/items/{public(product.id)}/offers?region=DE")).status_code == 404
    assert (await anybody.get(f"/api/v1/items/{public(1)}/offers")).status_code == 404
    shown = await a_product()
    for region in ("de", "XX", "DEU", "%00"):
        assert (await anybody.get(f"/api/v1/items/{public(shown.id)}/offers?region={region}")).status_code == 400


async def test_a_studio_answers_what_a_fan_asks(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    studio = await Organisation.get(id=await a_studio())
    await belongs(lin, studio, Role.OWNER)
    listing, _earring = await a_listing(product=await a_product(await a_title(studio.id)))
    mei, studios = await program_of(site, (await site.signed_up("Mei")).person), await program_of(site, lin.person)
    one = f"/listings/{public(listing.id)}"
    asked = await mei.make(f"{one}/reports", {"words": "Are these real pearls?"})
    waiting = (await studios.get(f"/organisations/{public(studio.id)}/listing-reports")).json()["items"]
    assert [row["id"] for row in waiting] == [asked["id"]]
    answer = {"answer": "No, they are plastic.", "decision": "stop"}
    assert (await mei.post(f"/listing-reports/{asked['id']}/answer", answer)).status_code == 404
    assert (await studios.post(f"/listing-reports/{asked['id']}/answer", answer)).json()["state"] == "upheld"
    assert (await Listing.get(id=listing.id)).state == "stopped"
    assert (await RealReport.get()).answer == "No, they are plastic."
    gone_on = await studios.post(f"{one}/stop/removal", {"reason": "They have real ones now."})
    assert gone_on.json()["state"] == "paused"
