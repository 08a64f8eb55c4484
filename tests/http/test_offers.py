"""What may be sold of what is on screen, to where, and when that changes: licence, embargo, seller, shipping."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.database import Sql, new_id
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.listings.models import Listing, ListingState, Variant
from crowdfund.merch.listings.queries import offer_of, offers_of, standings_of
from crowdfund.merch.listings.rules import NoSuchListing
from crowdfund.merch.screen.models import Master, OnscreenProduct
from crowdfund.merch.shops.models import Shop
from crowdfund.people.models import Organisation
from tests.listings import a_licence, a_listing, a_product, a_shop, a_title, a_variant, a_zone

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def sold_to(product: OnscreenProduct, country: str = "CN") -> list[str]:
    found, _changes = await offers_of([product.id], country, clock.now())
    return [offer.name for offer in found.get(product.id, [])]


async def reason(variant: Variant, country: str = "CN") -> str:
    return str((await offer_of(variant.id, country, clock.now())).why_not)


async def test_an_offer_says_all_that_a_card_shows(database: str) -> None:
    shop, product = await a_shop("Small Hands"), await a_product()
    licence = await a_licence(shop, product)
    listing, pearl = await a_listing(shop, product, licence=licence, price_minor=4500, on_hand=3, discount_bps=1000)
    jade = await a_variant(listing, "Jade", price_minor=3000, on_hand=0)
    [offer] = (await offers_of([product.id], "DE", now := clock.now()))[0][product.id]
    assert (offer.seller, offer.match, offer.badge) == ("Small Hands", "licensed_replica", licence.badge)
    assert (offer.variant_id, offer.price_minor, offer.before_minor, offer.from_minor) == (pearl.id, 4050, 4500, 2700)
    assert (offer.stock_state, offer.left, offer.ships_by, offer.path) == ("low", 3, now + 5 * DAY, listing.path)
    standing = await offer_of(jade.id, "DE", now)
    assert standing.offer is not None
    assert (standing.offer.stock_state, standing.why_not, standing.variant_name) == ("sold_out", None, "Jade")
    assert standing.zone is not None and standing.zone.shipping_minor(3) == 600


async def test_the_closest_to_the_film_comes_first_and_what_is_sold_out_last(database: str) -> None:
    product = await a_product()
    for match, price_minor, on_hand in (
        ("inspired", 500, 9),
        ("identical", 900, 9),
        ("same_maker", 700, 0),
        ("identical", 800, 9),
    ):
        await a_listing(
            await a_shop(),
            product,
            name=f"{match} {price_minor}",
            match=match,
            price_minor=price_minor,
            on_hand=on_hand,
        )
    shop = await a_shop()
    await a_listing(shop, product, name="replica", licence=await a_licence(shop, product), price_minor=9900)
    assert await sold_to(product) == ["replica", "identical 800", "identical 900", "inspired 500", "same_maker 700"]


async def test_a_replica_is_sold_where_and_while_its_licence_holds(database: str) -> None:
    shop, product, now = await a_shop(), await a_product(), clock.now()
    licence = await a_licence(shop, product, countries=["CN", "DE"], ends_at=now + 10 * DAY, sell_off_days=5)
    _listing, earring = await a_listing(shop, product, licence=licence)
    assert await sold_to(product, "CN") == ["Pearl drop earrings"]
    assert await sold_to(product, "US") == []
    assert await reason(earring, "US") == "The licence is for other countries."
    assert (await offers_of([product.id], "CN", now))[1] == now + 10 * DAY
    last = now + 15 * DAY - timedelta(seconds=1)
    assert (await offers_of([product.id], "CN", last))[0][product.id], "the sell-off"
    assert (await offers_of([product.id], "CN", last))[1] == now + 15 * DAY
    assert await offers_of([product.id], "CN", now + 15 * DAY) == ({}, None)
    await Licence.filter(id=licence.id).update(state="suspended")
    assert await reason(earring) == "The licence is suspended for now."


async def test_units_of_a_licence_that_are_all_sold_end_its_offers(database: str) -> None:
    shop, product = await a_shop(), await a_product()
    licence = await a_licence(shop, product, unit_cap=2)
    _listing, earring = await a_listing(shop, product, licence=licence)
    await Licence.filter(id=licence.id).update(units_sold=2)
    assert await reason(earring) == "All that the licence allows were sold."


async def test_a_licence_of_another_shop_or_for_another_product_is_none(database: str) -> None:
    shop, other, product = await a_shop(), await a_shop("Others"), await a_product()
    _listing, stolen = await a_listing(shop, product, licence=await a_licence(other, product))
    assert await reason(stolen) == "Its seller has no licence for it."
    ring = await a_product(await a_title())
    _listing, wrong = await a_listing(shop, ring, licence=await a_licence(shop, product))
    assert await reason(wrong) == "The licence is for other products."


@pytest.mark.parametrize("match", ["identical", "same_maker", "inspired"])
async def test_the_database_takes_no_label_that_claims_more_than_it_has(database: str, match: str) -> None:
    shop, product = await a_shop(), await a_product()
    licence = await a_licence(shop, product)
    with pytest.raises(Exception, match=r"(?i)check"):
        await a_listing(shop, product, match=match, licence=licence)
    with pytest.raises(Exception, match=r"(?i)check"):
        await a_listing(shop, product, match="licensed_replica")
    with pytest.raises(Exception, match=r"(?i)check|null"):
        await a_listing(shop, product, match="original")


async def test_an_embargo_is_lifted_to_the_second(database: str) -> None:
    out = clock.now() + 3 * DAY
    product = await a_product(embargo_until=out)
    _listing, earring = await a_listing(product=product)
    assert await offers_of([product.id], "CN", out - timedelta(microseconds=1)) == ({}, out)
    found, changes = await offers_of([product.id], "CN", out)
    assert (len(found[product.id]), changes) == (1, None)
    assert await reason(earring) == "It may not be sold before the film is out."


async def test_nothing_is_sold_before_the_film_has_aired(database: str) -> None:
    title, premiere = await a_title(), clock.now() + DAY
    await Master.create(
        title_id=title.id, fps_num=24, fps_den=1, duration_ms=60_000, airs_at=premiere, made_at=clock.now()
    )
    product = await a_product(title)
    await a_listing(product=product)
    assert await offers_of([product.id], "CN", clock.now()) == ({}, premiere)
    assert len((await offers_of([product.id], "CN", premiere))[0]) == 1


async def test_a_shop_that_is_away_sells_nothing_until_it_is_back(database: str) -> None:
    shop, product, now = await a_shop(), await a_product(), clock.now()
    _listing, earring = await a_listing(shop, product)
    await Shop.filter(organisation_id=shop.id).update(away_from=now + DAY, away_until=now + 3 * DAY)
    for at, sold, changes in ((now, 1, now + DAY), (now + DAY, 0, now + 3 * DAY), (now + 3 * DAY, 1, None)):
        found, then = await offers_of([product.id], "CN", at)
        assert (len(found.get(product.id, [])), then) == (sold, changes)
    assert (await offer_of(earring.id, "CN", now + 2 * DAY)).why_not is not None


@pytest.mark.parametrize("state", ["suspended", "unverified", "declined"])
async def test_a_seller_who_may_not_sell_has_no_offers(database: str, state: str) -> None:
    shop, product = await a_shop(), await a_product()
    await a_listing(shop, product)
    await Organisation.filter(id=shop.id).update(state=state)
    assert await sold_to(product) == []


@pytest.mark.parametrize("state", ["draft", "paused", "stopped", "retired"])
async def test_only_live_listings_are_offers(database: str, state: str) -> None:
    product = await a_product()
    more = {"stopped_by": "staff"} if state == ListingState.STOPPED else {}
    _listing, earring = await a_listing(product=product, state=state, **more)
    assert await sold_to(product) == []
    assert (await offer_of(earring.id, "CN", clock.now())).offer is None


async def test_the_zone_that_names_a_country_counts_before_the_one_for_all(database: str) -> None:
    shop, product = await a_shop(), await a_product()
    _listing, earring = await a_listing(shop, product)
    await a_zone(shop, countries="CN JP", first_minor=900, more_minor=200)
    await a_zone(shop, countries="CN", currency="EUR", first_minor=1)
    assert (await offer_of(earring.id, "CN", clock.now())).zone.shipping_minor(3) == 1300  # type: ignore[union-attr]
    assert (await offer_of(earring.id, "US", clock.now())).zone.shipping_minor(3) == 600  # type: ignore[union-attr]


async def test_where_nobody_ships_nothing_is_offered(database: str) -> None:
    shop, product = await a_shop(), await a_product()
    await a_zone(shop, countries="CN JP")
    _listing, earring = await a_listing(shop, product)
    assert (await sold_to(product, "JP"), await sold_to(product, "US")) == (["Pearl drop earrings"], [])
    assert await reason(earring, "US") == "Its seller does not ship to your country."


async def test_a_product_that_is_no_longer_shown_is_not_sold(database: str) -> None:
    product = await a_product()
    await a_listing(product=product)
    await OnscreenProduct.filter(id=product.id).update(state="retired")
    assert await sold_to(product) == []


async def test_a_cart_of_many_asks_once_and_knows_what_is_none_of_ours(database: str) -> None:
    product = await a_product()
    variants = [(await a_listing(await a_shop(), product))[1] for _ in range(3)]
    await Variant.filter(id=variants[1].id).update(state="withdrawn")
    found = await standings_of([*(v.id for v in variants), new_id()], "CN", clock.now())
    assert [found[v.id].offer is not None for v in variants] == [True, False, True]
    with pytest.raises(NoSuchListing):
        await offer_of(new_id(), "CN", clock.now())
    assert await offers_of([], "CN", clock.now()) == ({}, None)
    assert await standings_of([], "CN", clock.now()) == {}


async def test_hundreds_of_listings_are_a_handful_of_statements(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shops, title = [await a_shop() for _ in range(3)], await a_title()
    products = [await a_product(title) for _ in range(20)]
    licences = {(shop.id, product.id): await a_licence(shop, product) for shop in shops[:1] for product in products}
    for shop in shops:
        for product in products:
            await a_listing(shop, product, licence=licences.get((shop.id, product.id)))
    asked: list[str] = []
    call = Sql.__call__

    async def counting(self: Sql, *values: Any) -> Any:
        asked.append(self.text)
        return await call(self, *values)

    monkeypatch.setattr(Sql, "__call__", counting)
    await offers_of([products[0].id], "CN", clock.now())
    for_one, asked[:] = len(asked), []
    found, _changes = await offers_of([product.id for product in products], "CN", clock.now())
    assert sum(len(offers) for offers in found.values()) == 60
    assert len(asked) == for_one <= 6


async def test_a_listing_stays_with_its_seller_and_its_product(database: str) -> None:
    listing, _earring = await a_listing()
    other = await a_shop("Others")
    with pytest.raises(Exception, match="stays"):
        await Listing.filter(id=listing.id).update(organisation_id=other.id)
