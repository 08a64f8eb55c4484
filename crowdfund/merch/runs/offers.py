"""What is sold out and can be had all the same, as a production run of it takes orders: offered as made to order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crowdfund.merch.listings.rules import Facts, Offer
from crowdfund.merch.runs.queries import open_runs_of

PREORDER = "preorder"


async def made_to_order(offers: Sequence[tuple[Facts, Offer]]) -> tuple[list[Offer], list[datetime]]:
    """The same offers, those that nothing is left of by their run where there is one; and when such a run closes.

    Such an offer has the run's price and day, and leads to its page: it goes into no cart.
    """
    gone = [piece.variant_id for facts, offer in offers if offer.stock_state == "sold_out" for piece in facts.pieces]
    runs = await open_runs_of(gone) if gone else {}
    found, moments = [], []
    for facts, offer in offers:
        run = next((runs[piece.variant_id] for piece in facts.pieces if piece.variant_id in runs), None)
        if run is None or offer.stock_state != "sold_out":
            found.append(offer)
            continue
        moments.append(run.closes_at)
        facts_of_run = {
            "variant_id": run.variant_id, "path": run.path, "price_minor": run.price_minor, "before_minor": run.price_minor,
            "from_minor": run.price_minor, "stock_state": PREORDER, "left": run.left or 0, "ships_by": run.ships_by,
        }  # fmt: skip
        found.append(replace(offer, **facts_of_run))
    return found, moments
