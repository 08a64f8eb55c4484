"""A seller's shelf for a test: `a_shop()`, `a_product()`, `a_listing(price_minor=…, on_hand=…)`, `a_zone(shop)`, `a_licence(…)`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.listings.models import Listing, ShippingZone, Variant
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.shops.models import Shop
from crowdfund.people.models import Member, Organisation
from crowdfund.titles.models import Title
from tests.world import Fan, a_studio

_numbers = count(1)
_PRODUCT_OF = Sql("INSERT INTO licence_product (licence_id, title_id, product_id) VALUES ($1, $2, $3)")
_TERRITORY = Sql("INSERT INTO licence_territory (licence_id, country) VALUES ($1, $2)")


async def a_shop(
    name: str = "Small Hands",
    *,
    owner: Fan | None = None,
    returns_to: str = "8 Shell Lane, Suzhou, China",
    **more: Any,
) -> Organisation:
    """A verified shop that can be paid."""
    facts = {
        "id": (number := new_id()), "kind": "shop", "slug": f"shop-{number}", "name": name, "country": "CN", "state": "verified",
        "payouts_state": "enabled", "made_at": clock.now(),
    }  # fmt: skip
    shop = await Organisation.create(**{**facts, **more})
    await Shop.create(organisation_id=shop.id, returns_to=returns_to, made_at=clock.now())
    if owner is not None:
        await Member.create(id=new_id(), organisation_id=shop.id, person_id=owner.id, role="owner", made_at=clock.now())
    return shop


async def a_title(studio_id: int | None = None, name: str = "River Moon") -> Title:
    return await Title.create(
        id=new_id(), organisation_id=studio_id or await a_studio(), kind="film", name=name, colour="key--amber",
        made_at=clock.now(),
    )  # fmt: skip


async def a_product(
    title: Title | None = None, name: str = "", *, kind: str = "jewellery", state: str = "licensed", **more: Any
) -> OnscreenProduct:
    """A thing that is seen in a film, cleared."""
    title = title or await a_title()
    return await OnscreenProduct.create(
        id=new_id(), title_id=title.id, kind=kind, name=name or f"Pearl drop earring {next(_numbers)}", state=state,
        design_cleared_at=clock.now(), design_clearance="Contract of the designer, 3 May", made_at=clock.now(), **more,
    )  # fmt: skip


@atomic
async def a_licence(
    shop: Organisation,
    *products: OnscreenProduct,
    countries: Sequence[str] = ("*",),
    state: str = "active",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    royalty_bps: int = 800,
    unit_cap: int | None = None,
    currency: str = "USD",
    sell_off_days: int = 30,
    report_months: int = 3,
    **more: Any,
) -> Licence:
    """A right to make and sell these, of one title: since yesterday, for a year, 8 % of net sales, everywhere."""
    title, now = await Title.get(id=products[0].title_id), clock.now()
    facts = {
        "id": (number := new_id()), "title_id": title.id, "licensor_id": title.organisation_id, "licensee_id": shop.id,
        "exclusivity": "none", "royalty_bps": royalty_bps, "minimum_minor": 0, "currency": currency, "unit_cap": unit_cap,
        "starts_at": starts_at or now - timedelta(days=1), "ends_at": ends_at or now + timedelta(days=365),
        "sell_off_days": sell_off_days, "report_months": report_months, "state": "offered", "badge": f"badge-{number}",
        "answer_by": now + timedelta(days=14), "made_at": now,
    }  # fmt: skip
    licence = await Licence.create(**{**facts, **more})
    for product in products:
        await _PRODUCT_OF(licence.id, title.id, product.id)
    for country in countries:
        await _TERRITORY(licence.id, country)
    accepted = None if state in ("offered", "declined", "withdrawn") else now
    await Licence.filter(id=licence.id).update(state=state, accepted_at=accepted)
    return await Licence.get(id=licence.id)


async def a_zone(
    shop: Organisation,
    *,
    name: str = "",
    countries: str = "*",
    currency: str = "USD",
    first_minor: int = 600,
    more_minor: int = 0,
    days_min: int = 3,
    days_max: int = 9,
) -> ShippingZone:
    return await ShippingZone.create(
        id=new_id(), organisation_id=shop.id, name=name or f"Zone {next(_numbers)}", countries=countries, currency=currency,
        first_minor=first_minor, more_minor=more_minor, days_min=days_min, days_max=days_max, made_at=clock.now(),
    )  # fmt: skip


async def a_listing(
    shop: Organisation | None = None,
    product: OnscreenProduct | None = None,
    *,
    name: str = "Pearl drop earrings",
    match: str | None = None,
    licence: Licence | None = None,
    price_minor: int = 4500,
    on_hand: int = 10,
    currency: str = "USD",
    discount_bps: int = 0,
    ships_within_days: int = 5,
    state: str = "live",
    **more: Any,
) -> tuple[Listing, Variant]:
    """A listing with one variant, shipped everywhere, without asking any rule. match: a licensed replica where a licence is given."""
    fresh, match = shop is None, match or ("licensed_replica" if licence else "inspired")
    shop = shop or await a_shop()
    product = product or await a_product()
    listing = await Listing.create(
        id=new_id(), organisation_id=shop.id, product_id=product.id, title_id=product.title_id,
        licence_id=licence.id if licence else None, name=name, about="Made by hand.", match=match,
        currency=currency, discount_bps=discount_bps, ships_within_days=ships_within_days, state=state, made_at=clock.now(), **more,
    )  # fmt: skip
    variant = await a_variant(listing, price_minor=price_minor, on_hand=on_hand)
    if fresh or not await ShippingZone.exists(organisation_id=shop.id):
        await a_zone(shop, currency=currency)
    return listing, variant


async def a_variant(
    listing: Listing, name: str = "", *, price_minor: int = 4500, on_hand: int = 10, **more: Any
) -> Variant:
    return await Variant.create(
        id=new_id(), listing_id=listing.id, name=name, price_minor=price_minor, on_hand=on_hand,
        position=await Variant.filter(listing_id=listing.id).count(), state="offered", **more,
    )  # fmt: skip
