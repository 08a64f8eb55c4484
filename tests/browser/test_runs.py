"""A production run on a desk and on a phone: promised, ordered with a card that is saved on the way, told about, made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.merch.runs.models import ProductionRun
from tests.browser.conftest import Visitors
from tests.browser.stage import books_hold, somebody
from tests.browser.visitor import DESKTOP, PHONE
from tests.listings import a_licence, a_listing, a_product, a_shop


@pytest.mark.landing
@pytest.mark.parametrize("scripts", [True, False])
async def test_from_the_promise_to_the_first_diary_entry(visit: Visitors, scripts: bool) -> None:
    lin, mei = await somebody("Lin"), await somebody("Mei")
    shop = await a_shop(f"Small Hands {scripts}", owner=lin)
    product = await a_product(name=f"Pearl drop {scripts}")
    listing, variant = await a_listing(shop, product, licence=await a_licence(shop, product), on_hand=0)
    maker = await visit(lin, DESKTOP, scripts=scripts)
    await maker.goes_to(f"/desk/{shop.slug}/runs")
    await maker.reads("No production run yet")
    await maker.follows("Promise a run")
    closes = clock.now() + timedelta(days=10)
    await maker.types(minimum_units="2", most_units="9", price_minor="45.00", about="Turned by hand, set by Lin.")
    await maker.types(
        closes_at=closes.strftime("%Y-%m-%dT%H:%M"), ships_by=(closes + timedelta(days=20)).strftime("%Y-%m-%d")
    )
    await maker.presses("Take orders")
    await maker.reads("People can order it from now on.", "0 of 2 ordered")
    run = await ProductionRun.get(variant_id=variant.id)

    fan = await visit(mei, PHONE, scripts=scripts, dark=scripts)
    await fan.goes_to(run.path)
    await fan.reads(listing.name, "0 of 2 ordered", "What happens to me?", "Nothing is written yet.")
    await fan.follows("Order it")
    await fan.types(quantity="2", name="Mei Lin", address="20 Huanghe Road\nShanghai")
    await fan.presses("Work out the sum again")
    await fan.reads("Altogether it is")
    await fan.presses("Order it")
    await fan.presses("Save card")
    await fan.reads("Your card is saved, and your order counts.")
    await fan.waits_for("2 are made")
    wide = await visit(mei, DESKTOP, dark=not scripts)
    await wide.goes_to(run.path)
    await wide.goes_to(f"{run.path}/orders")
    await maker.goes_to(f"/desk/{shop.slug}/runs/{run.path.rsplit('/', 1)[-1]}")
    await maker.presses("Start production", sure=scripts)
    await maker.types(words="The first mould is cast.\nIt looks like the one in the film.")
    await maker.presses("Put it in the diary")
    await maker.reads("It stands in the diary")
    await maker.goes_to(f"/desk/{shop.slug}/runs")
    await books_hold()
