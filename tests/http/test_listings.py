"""A listing at its seller's hands, and at those of who stops it: written, priced, counted, sold, doubted, stopped."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.campaigns.actions import NotReady
from crowdfund.database import atomic
from crowdfund.database.moves import MoveRefused
from crowdfund.merch.listings import actions, pieces, stock, stopping, zones
from crowdfund.merch.listings.contents import ListingFrozen, VariantWritten, Written, WrongLabel, ZoneWritten
from crowdfund.merch.listings.models import Listing, ListingState, Match, RealReport, ShippingZone, StoppedBy, Variant
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import AuditEntry, Organisation
from crowdfund.refusal import Invalid
from tests.listings import a_licence, a_listing, a_product, a_shop, a_zone
from tests.world import a_fan

pytestmark = pytest.mark.anyio
EARRINGS = Written("Pearl drop earrings", "Freshwater pearls on silver hooks, 42 mm.", Match.INSPIRED, None, 0, 5)
KNOWN = {"CN", "DE", "US", "JP"}
EUROPE = ZoneWritten("Germany", ("DE",), "USD", 900, 200, 4, 9)


async def a_draft(shop: Organisation | None = None, product: OnscreenProduct | None = None, **other: Any) -> Listing:
    shop, product = shop or await a_shop(), product or await a_product()
    by = (await a_fan("Bao")).id
    return await actions.make_listing_once(shop, product.id, replace(EARRINGS, **other), "USD", by=by, key=f"k{by}")


async def version_of(listing: Listing) -> int:
    return (await Listing.get(id=listing.id)).version


async def prices(listing: Listing) -> list[tuple[str, int]]:
    return [(one.name, one.price_minor) for one in await pieces.offered(listing.id)]


def asked(name: str, price_minor: int, *, like: Variant | None = None, on_hand: int = 0) -> VariantWritten:
    return VariantWritten(like.id if like else None, name, "", price_minor, on_hand)


async def test_from_a_draft_to_the_shelf(database: str) -> None:
    shop, by = await a_shop(), (await a_fan()).id
    listing = await a_draft(shop)
    with pytest.raises(NotReady) as refused:
        await actions.publish_listing(listing.id, by=by)
    assert [one.field for one in refused.value.missing] == ["variants", "zones"]
    await pieces.write_variants(listing.id, [asked("", 4500, on_hand=3)], by=by)
    await zones.make_zone_once(shop, EUROPE, known=KNOWN, by=by, key="z")
    await actions.publish_listing(listing.id, by=by)
    now = await Listing.get(id=listing.id)
    assert (now.state, now.version, now.live_since is not None) == ("live", 1, True)
    await actions.pause_listing(listing.id, by=by)
    await actions.publish_listing(listing.id, by=by)
    await actions.retire_listing(listing.id, by=by)
    with pytest.raises(MoveRefused):
        await actions.publish_listing(listing.id, by=by)
    with pytest.raises(ListingFrozen):
        await actions.change_listing(listing.id, EARRINGS, by=by)
    assert await AuditEntry.filter(subject=f"listing:{listing.id}").count() == 6


async def test_the_same_key_makes_one_listing(database: str) -> None:
    shop, product, by = await a_shop(), await a_product(), (await a_fan()).id
    made = await asyncio.gather(
        *(actions.make_listing_once(shop, product.id, EARRINGS, "USD", by=by, key="same") for _ in range(5))
    )
    assert (len({one.id for one in made}), await Listing.all().count()) == (1, 1)


@pytest.mark.parametrize("state", ["unverified", "suspended"])
async def test_a_shop_that_nobody_knows_puts_nothing_on_sale(database: str, state: str) -> None:
    shop = await a_shop()
    listing, _earring = await a_listing(shop, state="draft")
    await Organisation.filter(id=shop.id).update(state=state)
    with pytest.raises(NotReady) as refused:
        await actions.publish_listing(listing.id, by=(await a_fan()).id)
    assert refused.value.missing[0].field == "verification"


async def test_a_label_and_its_licence_go_together(database: str) -> None:
    shop, other, product, ring = await a_shop(), await a_shop(), await a_product(), await a_product()
    mine, theirs, of_the_ring = (
        await a_licence(shop, product),
        await a_licence(other, product),
        await a_licence(shop, ring),
    )
    for match, licence_id in (
        (Match.LICENSED_REPLICA, None), (Match.LICENSED_REPLICA, theirs.id), (Match.LICENSED_REPLICA, of_the_ring.id),
        (Match.INSPIRED, mine.id), (Match.LICENSED_REPLICA, 1),
    ):  # fmt: skip
        with pytest.raises(WrongLabel):
            await a_draft(shop, product, match=match, licence_id=licence_id)
    made = await a_draft(shop, product, match=Match.LICENSED_REPLICA, licence_id=mine.id)
    assert (made.match, made.licence_id) == ("licensed_replica", mine.id)
    ended = await a_licence(shop, product, state="terminated")
    with pytest.raises(WrongLabel):
        await actions.change_listing(
            made.id, replace(EARRINGS, match=Match.LICENSED_REPLICA, licence_id=ended.id), by=1
        )


async def test_what_is_under_embargo_is_listed_by_its_licensee_only(database: str) -> None:
    product, shop = await a_product(embargo_until=clock.now() + timedelta(days=9)), await a_shop()
    licence = await a_licence(shop, product)
    with pytest.raises(actions.NoSuchProduct):
        await a_draft(await a_shop("Somebody else"), product)
    made = await a_draft(shop, product, match=Match.LICENSED_REPLICA, licence_id=licence.id)
    assert made.state == ListingState.DRAFT
    with pytest.raises(actions.NoSuchProduct):
        await a_draft(product=await a_product(state="retired"))


async def test_another_price_is_another_version_and_the_count_stays(database: str) -> None:
    listing, pearl = await a_listing(price_minor=4500, on_hand=10)
    by = (await a_fan()).id
    await atomic(stock.reserve)([(pearl.id, 2)])
    await pieces.write_variants(listing.id, [asked("", 4500, like=pearl)], by=by)
    assert await version_of(listing) == 1
    await pieces.write_variants(listing.id, [asked("Pearl", 4900, like=pearl), asked("Jade", 5200, on_hand=4)], by=by)
    assert (await prices(listing), await version_of(listing)) == ([("Pearl", 4900), ("Jade", 5200)], 2)
    now = await Variant.get(id=pearl.id)
    assert (now.on_hand, now.reserved) == (10, 2)
    pearl_id, jade = pearl.id, (await pieces.offered(listing.id))[1]
    swapped = [asked("Jade", 4900, like=now), asked("Pearl", 5200, like=jade)]
    await pieces.write_variants(listing.id, swapped, by=by)
    assert await prices(listing) == [("Jade", 4900), ("Pearl", 5200)]
    await pieces.write_variants(listing.id, [asked("", 5200, like=jade)], by=by)
    assert ((await Variant.get(id=pearl_id)).state, await version_of(listing)) == ("withdrawn", 3)
    await atomic(stock.sell)([(pearl_id, 2)])


async def test_a_discount_or_another_label_is_another_version_too(database: str) -> None:
    listing = await a_draft()
    by = (await a_fan()).id
    await actions.change_listing(listing.id, EARRINGS, by=by)
    assert await version_of(listing) == 1
    await actions.change_listing(listing.id, replace(EARRINGS, discount_bps=1000), by=by)
    await actions.change_listing(listing.id, replace(EARRINGS, match=Match.IDENTICAL), by=by)
    assert await version_of(listing) == 3
    with pytest.raises(Invalid):
        await actions.change_listing(listing.id, replace(EARRINGS, discount_bps=9001), by=by)


@pytest.mark.parametrize(
    "variants",
    [
        [("Pearl", 4500), ("pearl", 4500)],
        [("", 4500), ("Jade", 4500)],
        [("Pearl", 0)],
        [("Pearl", 100_000_000)],
        [(f"No {i}", 4500) for i in range(51)],
    ],
)
async def test_variants_that_nobody_could_tell_apart_or_pay(database: str, variants: list[tuple[str, int]]) -> None:
    listing, _pearl = await a_listing()
    with pytest.raises(Invalid):
        await pieces.write_variants(listing.id, [asked(name, price) for name, price in variants], by=1)
    assert await prices(listing) == [("", 4500)]


async def test_what_is_on_sale_keeps_a_variant_and_takes_no_strangers(database: str) -> None:
    listing, _pearl = await a_listing()
    _other, strange = await a_listing()
    with pytest.raises(pieces.NothingLeftToSell):
        await pieces.write_variants(listing.id, [], by=1)
    with pytest.raises(pieces.NoSuchVariant):
        await pieces.write_variants(listing.id, [asked("Mine now", 100, like=strange)], by=1)
    with pytest.raises(pieces.NoSuchVariant):
        await pieces.count_stock(listing.id, {strange.id: 5}, by=1)


async def test_a_count_loses_no_sale_and_never_goes_below_what_is_being_paid_for(database: str) -> None:
    listing, pearl = await a_listing(on_hand=10)
    by = (await a_fan()).id
    await atomic(stock.reserve)([(pearl.id, 4)])
    await atomic(stock.sell)([(pearl.id, 1)])
    await pieces.count_stock(listing.id, {pearl.id: +5}, by=by)
    assert (await Variant.get(id=pearl.id)).on_hand == 14
    with pytest.raises(pieces.StillReserved, match="3 of"):
        await pieces.count_stock(listing.id, {pearl.id: -12}, by=by)
    await pieces.count_stock(listing.id, {pearl.id: -11}, by=by)
    assert (await Variant.get(id=pearl.id)).left == 0


async def test_in_the_sell_off_nothing_more_is_made(database: str) -> None:
    shop, product, now = await a_shop(), await a_product(), clock.now()
    licence = await a_licence(
        shop, product, starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=1), sell_off_days=30
    )
    listing, pearl = await a_listing(shop, product, licence=licence, on_hand=5)
    with pytest.raises(pieces.SellOff):
        await pieces.count_stock(listing.id, {pearl.id: 1}, by=1)
    with pytest.raises(pieces.SellOff):
        await pieces.write_variants(listing.id, [asked("a", 4500, like=pearl), asked("b", 4500, on_hand=1)], by=1)
    await pieces.count_stock(listing.id, {pearl.id: -1}, by=(await a_fan()).id)


async def test_the_last_zone_stays_while_something_is_on_sale(database: str) -> None:
    shop, by = await a_shop(), (await a_fan()).id
    zone = await a_zone(shop)
    listing, _pearl = await a_listing(shop)
    with pytest.raises(zones.LastZone):
        await zones.remove_zone(shop.id, zone.id, by=by)
    with pytest.raises(zones.LastZone):
        await zones.change_zone(shop.id, zone.id, replace(EUROPE, currency="EUR"), known=KNOWN, by=by)
    with pytest.raises(zones.NoSuchZone):
        await zones.remove_zone((await a_shop()).id, zone.id, by=by)
    await actions.pause_listing(listing.id, by=by)
    await zones.remove_zone(shop.id, zone.id, by=by)
    assert await ShippingZone.all().count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"countries": ()}, {"countries": ("XX",)}, {"countries": ("*", "DE")}, {"currency": "ZZZ"}, {"days_min": 10},
        {"first_minor": -1}, {"first_minor": 99_999_999},
    ],
)  # fmt: skip
async def test_zones_that_can_not_be(database: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await zones.make_zone_once(
            await a_shop(), replace(EUROPE, **wrong), known=KNOWN, by=(await a_fan()).id, key="z"
        )


# --- stopped, doubted ---


async def test_what_is_stopped_goes_on_by_who_stopped_it_and_its_seller_only_then(database: str) -> None:
    listing, _pearl = await a_listing()
    staff = (await a_fan("Staff")).id
    with pytest.raises(Invalid):
        await stopping.stop_listing(listing.id, "fake", who=StoppedBy.STAFF, by=staff)
    await stopping.stop_listing(listing.id, "The pearls are plastic.", who=StoppedBy.STAFF, by=staff)
    for verb in (actions.publish_listing, actions.pause_listing):
        with pytest.raises((MoveRefused, ListingFrozen)):
            await verb(listing.id, by=staff)
    with pytest.raises(stopping.StoppedByStaff):
        await stopping.let_go_on(listing.id, "We do not mind.", who=StoppedBy.STUDIO, by=staff)
    await stopping.let_go_on(listing.id, "They are real after all.", who=StoppedBy.STAFF, by=staff)
    now = await Listing.get(id=listing.id)
    assert (now.state, now.stopped_by, now.note) == ("paused", "", "")
    await actions.publish_listing(listing.id, by=staff)


async def test_a_report_that_is_right_stops_the_sale_and_answers_all_who_asked(database: str) -> None:
    listing, _pearl = await a_listing()
    mei, lin, staff = await a_fan("Mei"), await a_fan("Lin"), (await a_fan("Staff")).id
    first, is_news = await stopping.report_listing(listing.id, "It says pearls, mine were beads.", by=mei.id)
    again, is_news_again = await stopping.report_listing(listing.id, "Did you read it by now?", by=mei.id)
    await stopping.report_listing(listing.id, "The seller is not who they say.", by=lin.id)
    assert (is_news, is_news_again, again.id) == (True, False, first.id)
    await stopping.uphold_report(first.id, "Right: these are plastic beads.", who=StoppedBy.STAFF, by=staff)
    assert (await Listing.get(id=listing.id)).state == ListingState.STOPPED
    assert {one.state for one in await RealReport.all()} == {"upheld"}
    with pytest.raises(stopping.NothingToDecide):
        await stopping.dismiss_report(first.id, "It is fine to be sold.", by=staff)


async def test_a_report_that_is_wrong_is_answered_and_nothing_else_happens(database: str) -> None:
    owner = await a_fan("Bao")
    listing, _pearl = await a_listing(await a_shop(owner=owner))
    with pytest.raises(stopping.OwnListing):
        await stopping.report_listing(listing.id, "My own thing is not real.", by=owner.id)
    report, _news = await stopping.report_listing(listing.id, "Are these real pearls?", by=(await a_fan()).id)
    await stopping.dismiss_report(report.id, "Yes: here is the certificate.", by=owner.id)
    now = await RealReport.get(id=report.id)
    assert (now.state, now.answer, (await Listing.get(id=listing.id)).state) == (
        "dismissed", "Yes: here is the certificate.", "live",
    )  # fmt: skip


async def test_two_who_decide_at_once_decide_once(database: str) -> None:
    listing, _pearl = await a_listing()
    staff = (await a_fan("Staff")).id
    report, _news = await stopping.report_listing(listing.id, "Are these real pearls?", by=(await a_fan()).id)
    answers = await asyncio.gather(
        stopping.uphold_report(report.id, "They are plastic beads.", who=StoppedBy.STUDIO, by=staff),
        stopping.dismiss_report(report.id, "They are real pearls.", by=staff),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "NothingToDecide"]
