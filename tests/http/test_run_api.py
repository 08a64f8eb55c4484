"""A production run by the API alone, and beside the offers of a film: what is sold out and made to order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.database.ids import public
from crowdfund.merch.listings.models import Listing, Variant
from crowdfund.merch.listings.queries import offers_of
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.orders.runs.models import RunOrder
from tests.bank import pass_time
from tests.http.conftest import SiteUnderTest
from tests.http.program import program_of
from tests.listings import a_listing, a_shop
from tests.money import press
from tests.runs import a_run, again, ordered, until
from tests.world import Fan

ADDRESS = {"name": "Mei Lin", "address": ["20 Huanghe Road", "Shanghai"]}


@pytest.fixture(autouse=True)
async def proven(proven_when_idle: None) -> AsyncIterator[None]:
    yield


async def test_from_the_run_to_a_paid_order(site: SiteUnderTest) -> None:
    run = await a_run(minimum=2)
    mei = await program_of(site, (await site.signed_up("Mei")).person)
    shown = await mei.read(f"/runs/{public(run.id)}")
    assert (shown["state"], shown["missing"], shown["left"], shown["price_minor"]) == ("open", 2, None, 100_00)
    quote = await mei.do(f"/runs/{public(run.id)}/quote", {"quantity": 2, "country": "US"})
    assert (quote["items_minor"], quote["shipping_minor"], quote["tax_minor"], quote["total_minor"]) == (
        200_00,
        6_00,
        14_00,
        220_00,
    )
    wish = {**ADDRESS, "quantity": 2, "country": "US", "total_minor": quote["total_minor"]}
    made = await mei.make(f"/runs/{public(run.id)}/orders", wish)
    assert made["state"] == "started"
    said = await atomic(Sql("SELECT t.text FROM run_consent c JOIN terms t ON t.hash = c.terms").value)()
    assert said == quote["terms"]
    card = await mei.make(f"/run-orders/{made['id']}/card", {})
    assert (await press(card["url"], card="ok", email="mei@example.com")).status_code == 303
    await pass_time(minutes=1)
    assert (await mei.read(f"/run-orders/{made['id']}"))["state"] == "collected"
    assert [one["id"] for one in await mei.all("/run-orders")] == [made["id"]]
    assert (await mei.read(f"/runs/{public(run.id)}"))["state"] == "funded"
    await until(run.ships_by)
    assert (await mei.do(f"/run-orders/{made['id']}/cancellation"))["state"] == "given_back"
    order = await RunOrder.get(person_id=(await RunOrder.all().first()).person_id)  # type: ignore[union-attr]
    assert (order.state, (await again(run)).units_taken) == ("given_back", 0)


async def test_what_is_sold_out_is_offered_as_made_to_order_while_its_run_takes_orders(site: SiteUnderTest) -> None:
    run = await a_run(minimum=2, most=9)
    listing = await Listing.get(id=run.listing_id)
    offers, changes = await offers_of([listing.product_id], "US", clock.now())
    (offer,) = offers[listing.product_id]
    assert (offer.stock_state, offer.path, offer.price_minor, offer.left) == ("preorder", run.path, 100_00, 9)
    assert (offer.ships_by, offer.can_be_bought) == (run.ships_by, False)
    assert changes is not None and changes <= run.closes_at
    await Variant.filter(id=run.variant_id).update(on_hand=2, sold=0)
    offers, _changes = await offers_of([listing.product_id], "US", clock.now())
    assert offers[listing.product_id][0].stock_state == "low"  # what is there is sold first
    await Variant.filter(id=run.variant_id).update(on_hand=0)
    await until(run.closes_at)
    offers, _changes = await offers_of([listing.product_id], "US", clock.now())
    assert offers[listing.product_id][0].stock_state == "sold_out"


async def test_a_maker_promises_starts_and_tells_by_a_program(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    shop = await a_shop(owner=Fan(lin.person.id, lin.person.email))
    _listing, variant = await a_listing(shop, on_hand=0)
    maker, here = await program_of(site, lin.person), f"/organisations/{public(shop.id)}/runs"
    wish = {
        "variant": public(variant.id), "minimum_units": 1, "price_minor": 45_00,
        "closes_at": (clock.now() + timedelta(days=9)).isoformat(), "ships_by": (clock.now() + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    made = await maker.make(here, wish)
    assert (made["state"], made["minimum_units"], made["most_units"]) == ("open", 1, None)
    await ordered(await ProductionRun.get(variant_id=variant.id), "ok")
    await pass_time(minutes=1)
    assert (await maker.do(f"{here}/{made['id']}/start"))["state"] == "in_production"
    await maker.make(f"{here}/{made['id']}/diary", {"words": "The mould is cast."})
    assert [one["units_paid"] for one in await maker.all(here)] == [1]
