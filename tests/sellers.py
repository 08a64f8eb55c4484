"""Sellers for a test: `a_shop()`, `a_product()` of a film, `an_application(shop, product)`, `a_licence(shop, product)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.merch.applications.models import Application
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.shops.models import Shop
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from tests.world import Fan, a_fan, a_studio

_numbers = count(1)
_ORGANISATION = Sql("""
    INSERT INTO organisation (id, kind, slug, name, country, state, stripe_account_id, payouts_state, made_at)
    VALUES ($1, 'shop', $2, $3, $4, $5, $6, $7, $8)""")
_MEMBER = Sql("INSERT INTO member (id, organisation_id, person_id, role, made_at) VALUES ($1, $2, $3, 'owner', $4)")
_PRODUCT_OF = Sql("INSERT INTO licence_product (licence_id, title_id, product_id) VALUES ($1, $2, $3)")
_TERRITORY = Sql("INSERT INTO licence_territory (licence_id, country) VALUES ($1, $2)")


@dataclass(frozen=True)
class ShopMade:
    """A shop, and who owns it."""

    organisation: Organisation
    owner: Fan

    @property
    def id(self) -> int:
        return self.organisation.id


@atomic
async def a_shop(
    name: str = "Pearl & Co", *, owner: Fan | None = None, state: str = "verified", payouts: str = "enabled",
    account_id: str | None = None, country: str = "CN", returns_to: str = "8 Shell Lane, Suzhou, China", **more: Any,
) -> ShopMade:  # fmt: skip
    """A shop with all that it needs to sell but a shipping zone and a listing."""
    owner = owner or await a_fan("Bao")
    shop_id, now = new_id(), clock.now_us()
    await _ORGANISATION(shop_id, f"shop-{shop_id}", name, country, state, account_id, payouts, now)
    await _MEMBER(new_id(), shop_id, owner.id, now)
    await Shop.create(organisation_id=shop_id, returns_to=returns_to, made_at=clock.now(), **more)
    return ShopMade(await Organisation.get(id=shop_id), owner)


@atomic
async def a_product(
    name: str = "Pearl drop earring", *, title: Title | None = None, studio_id: int | None = None,
    state: str = "open_for_applications", category: str = "earrings", **more: Any,
) -> OnscreenProduct:  # fmt: skip
    """Something that is seen in a film, cleared, and open for sellers."""
    if title is None:
        title = await Title.create(
            id=new_id(), organisation_id=studio_id or await a_studio(), kind="film", name="River Moon", colour="key--amber",
            made_at=clock.now(),
        )  # fmt: skip
    facts = {
        "id": new_id(), "title_id": title.id, "kind": "jewellery", "name": name, "category": category, "state": state,
        "design_cleared_at": clock.now(), "design_clearance": "Drawn by Ms Lin for the film, rights with the studio.",
        "made_at": clock.now(),
    }  # fmt: skip
    return await OnscreenProduct.create(**{**facts, **more})


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


@atomic
async def a_licence(
    shop: ShopMade, *products: OnscreenProduct, state: str = "active", countries: tuple[str, ...] = ("*",), **more: Any
) -> Licence:
    """A right to make and sell these, of one title: since yesterday, for a year, 8 % of net sales, everywhere."""
    title, now = await Title.get(id=products[0].title_id), clock.now()
    facts = {
        "id": new_id(), "title_id": title.id, "licensor_id": title.organisation_id, "licensee_id": shop.id,
        "exclusivity": "none", "royalty_bps": 800, "minimum_minor": 0, "currency": "USD",
        "starts_at": now - timedelta(days=1), "ends_at": now + timedelta(days=365), "sell_off_days": 90, "report_months": 3,
        "state": "offered", "badge": f"badge-{next(_numbers)}-{new_id()}", "answer_by": now + timedelta(days=14),
        "made_at": now,
    }  # fmt: skip
    licence = await Licence.create(**{**facts, **more})
    for product in products:
        await _PRODUCT_OF(licence.id, title.id, product.id)
    for country in countries:
        await _TERRITORY(licence.id, country)
    accepted = None if state in ("offered", "declined", "withdrawn") else now
    await Licence.filter(id=licence.id).update(state=state, accepted_at=accepted)
    return await Licence.get(id=licence.id)
