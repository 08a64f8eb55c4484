"""A production run of the demo: bamboo hats that are woven once thirty are ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from crowdfund.demo.goods import Market
from crowdfund.demo.plan import Plan
from crowdfund.merch.listings.models import Variant
from crowdfund.merch.runs import actions
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.rules import Asked
from crowdfund.orders.runs.placing import Want, order_in_run
from crowdfund.orders.runs.pricing import quote_of
from crowdfund.payments.models import SavedCard
from crowdfund.people.models import Person

MINIMUM = 30


def plan_run(market: Market, fans: Sequence[int], plan: Plan) -> None:
    """Promised a week ago, and not there yet. fans: who have ordered one, each with the card that she has kept."""
    plan.at(plan.now - timedelta(days=7), partial(_promise, market, plan))
    for number, fan in enumerate(fans):
        plan.at(plan.now - timedelta(days=6) + timedelta(hours=7 * number), partial(_join, market, fan, number))


async def _promise(market: Market, plan: Plan) -> None:
    shelf = market.shelves["paula"]
    assert shelf.listing is not None
    variant = await Variant.get(listing_id=shelf.listing.id)
    asked = Asked(
        MINIMUM, 120, shelf.maker.price_minor, plan.now + timedelta(days=16), plan.now + timedelta(days=75),
        about="A hat takes a day and a half. With thirty we can buy the bamboo in one harvest and light the wax pot for a week.",
    )  # fmt: skip
    run = await actions.make_run(variant.id, asked, organisation_id=shelf.shop.id, by=shelf.owner.id, key="demo:run")
    words = "The first brim has dried without a crack. That is the recipe, then."
    await actions.write_diary(
        run.id, words, image_id=None, alt="", organisation_id=shelf.shop.id, by=shelf.owner.id, key="demo:diary"
    )


async def _join(market: Market, fan: int, number: int) -> None:
    run = await ProductionRun.get(organisation_id=market.shelves["paula"].shop.id)
    card, person = await SavedCard.filter(person_id=fan).first(), await Person.get(id=fan)
    assert card is not None
    pieces = 2 if number % 4 == 0 else 1
    quote = await quote_of(run, pieces, "DE")
    await order_in_run(
        Want(fan, run.id, pieces, "DE", person.name, ("Lindenallee 7", "20259 Hamburg"), "", card.id, quote.total_minor, f"demo:{run.id}")
    )  # fmt: skip
