"""Sellers who look for work: `a_shop()`, `a_product()` of a film, `an_application(shop, product)`, `a_licence(shop, product)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.merch.applications.models import Application
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from tests import listings
from tests.world import Fan, a_fan


@dataclass(frozen=True)
class ShopMade:
    """A shop, and who owns it."""

    organisation: Organisation
    owner: Fan

    @property
    def id(self) -> int:
        return self.organisation.id


async def a_shop(
    name: str = "Pearl & Co",
    *,
    owner: Fan | None = None,
    payouts: str = "enabled",
    account_id: str | None = None,
    **more: Any,
) -> ShopMade:
    """A shop with all that it needs to sell but a shipping zone and a listing."""
    owner = owner or await a_fan("Bao")
    shop = await listings.a_shop(name, owner=owner, payouts_state=payouts, stripe_account_id=account_id, **more)
    return ShopMade(shop, owner)


async def a_product(
    name: str = "Pearl drop earring", *, title: Title | None = None, studio_id: int | None = None,
    state: str = "open_for_applications", category: str = "earrings", **more: Any,
) -> OnscreenProduct:  # fmt: skip
    """Something that is seen in a film, cleared, and open for sellers."""
    title = title or await listings.a_title(studio_id)
    return await listings.a_product(title, name, state=state, category=category, **more)


@atomic
async def an_application(
    shop: ShopMade, product: OnscreenProduct, *, state: str = "submitted", **more: Any
) -> Application:
    now = clock.now()
    facts = {
        "id": new_id(), "product_id": product.id, "organisation_id": shop.id, "person_id": shop.owner.id,
        "pitch": "Freshwater pearls from Suzhou, set by hand.", "price_minor": 45_00, "currency": "USD", "units": 200,
        "ships_within_days": 14, "state": state, "answer_by": now + timedelta(days=14), "made_at": now,
    }  # fmt: skip
    return await Application.create(**{**facts, **more})


async def a_licence(shop: ShopMade, *products: OnscreenProduct, **more: Any) -> Licence:
    """As the two have agreed on it, with a sell-off of 90 days."""
    return await listings.a_licence(shop.organisation, *products, **{"sell_off_days": 90, **more})
