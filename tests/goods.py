"""Things bought, for a test: `in_cart(fan, variant)`, `placed(fan, variant)`, `bought(fan, variant)`, `paid_for(purchase)`.

Two sellers and the worked example: `await two_sellers()`, then `await bought(fan, *both)` costs 239.70 and has two orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from crowdfund import clock, settings
from crowdfund.database import atomic, new_id
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.listings.models import Listing, Variant
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.orders.goods import cart, paying, rules, tax
from crowdfund.orders.goods.models import CartLine, GoodsLine, GoodsOrder, Purchase
from crowdfund.orders.goods.placing import place_purchase
from crowdfund.orders.goods.queries import found_of
from crowdfund.orders.goods.rules import Placed, Want, Wish
from crowdfund.orders.parcels.models import Parcel
from crowdfund.orders.parcels.sending import Sending, send
from crowdfund.payments import stripe
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from tests.bank import ask, work_done
from tests.listings import a_licence, a_listing, a_product, a_shop, a_zone
from tests.money import press
from tests.world import Fan, a_fan

_numbers = count(1)
ADDRESS = ("3 Quay Street", "Portland, OR 97209")
HERE = "http://127.0.0.1:8000/purchases"


@dataclass(frozen=True)
class ForSale:
    """A seller with one thing for sale. owner: who may open its desk."""

    shop: Organisation
    owner: Fan
    product: OnscreenProduct
    listing: Listing
    variant: Variant
    licence: Licence | None


async def for_sale(
    name: str = "Pearl earrings", *, title: Title | None = None, price_minor: int = 4500, on_hand: int = 10,
    discount_bps: int = 0, first_minor: int = 600, more_minor: int = 0, countries: str = "*", currency: str = "USD",
    royalty_bps: int | None = 800, unit_cap: int | None = None, account_id: str | None = None, seller: str = "", owner: Fan | None = None,
) -> ForSale:  # fmt: skip
    """A verified seller, a product of a film, a licence (none: only inspired), and a live listing with one variant."""
    owner = owner or await a_fan("Bao")
    shop = await a_shop(seller or f"Workshop {next(_numbers)}", owner=owner, stripe_account_id=account_id)
    await a_zone(shop, countries=countries, currency=currency, first_minor=first_minor, more_minor=more_minor)
    product = await a_product(title, f"{name} of the film")
    licence = None
    if royalty_bps is not None:
        licence = await a_licence(shop, product, royalty_bps=royalty_bps, unit_cap=unit_cap, currency=currency)
    listing, variant = await a_listing(
        shop,
        product,
        name=name,
        licence=licence,
        price_minor=price_minor,
        on_hand=on_hand,
        currency=currency,
        discount_bps=discount_bps,
    )
    return ForSale(shop, owner, product, listing, variant, licence)


async def two_sellers(**more: Any) -> tuple[ForSale, ForSale]:
    """Earrings, 10 % off, and a jacket, of one film: with 10 % commission and 7 % tax the worked example of 239.70."""
    settings.use(settings.current().with_(commission_bps=1000))
    earrings = await for_sale(
        "Pearl earrings", price_minor=4500, discount_bps=1000, first_minor=600, seller="Pearl & Co", **more
    )
    title = await Title.get(id=earrings.listing.title_id)
    jacket = await for_sale(
        "River jacket", title=title, price_minor=12900, first_minor=900, seller="Loom House", **more
    )
    return earrings, jacket


async def in_cart(
    fan: Fan, one: ForSale, quantity: int = 1, *, country: str = "US", appearance_id: int | None = None,
    moment_ms: int | None = None,
) -> CartLine:  # fmt: skip
    return await cart.put_in(
        fan.id, one.variant.id, quantity, country, appearance_id=appearance_id, moment_ms=moment_ms
    )  # fmt: skip


Line = tuple[ForSale, int]


async def a_want(fan: Fan, *lines: Line, country: str = "US", key: str = "", **more: Any) -> Want:
    """What a fan would ask for who has just looked at what it costs."""
    found = await found_of(one.variant.id for one, _ in lines)
    wishes = tuple(Wish(one.variant.id, n, found[one.variant.id].price_minor) for one, n in lines)
    quoted = rules.quote(
        wishes, found, currency=lines[0][0].listing.currency, country=country, rates=tax.rates(),
        commission_bps=settings.current().commission_bps, now=clock.now(),
    )  # fmt: skip
    facts = {
        "id": new_id(), "person_id": fan.id, "currency": lines[0][0].listing.currency, "wishes": wishes, "country": country,
        "name": "Mei Lin", "address": ADDRESS, "phone": "", "total_minor": quoted.total_minor,
        "key": key or f"key-{next(_numbers)}",
    }  # fmt: skip
    return Want(**{**facts, **more})


async def placed(fan: Fan, *lines: Line, **more: Any) -> Purchase:
    """Placed, and not paid."""
    made: Placed = await place_purchase(await a_want(fan, *lines, **more))
    return await Purchase.get(id=made.id)


async def at_the_till(purchase: Purchase) -> str:
    """The address of the processor's page for a purchase."""
    items = [("All of it", 1, purchase.total_minor)]
    return await paying.start_payment(purchase, items, description="goods", success_url=HERE, cancel_url=HERE)


async def paid_for(purchase: Purchase, card: str = "ok") -> Purchase:
    """She pays on the processor's page and comes back."""
    answer = await press(await at_the_till(purchase), card=card, email="fan@example.com")
    assert answer.status_code == 303, answer.text
    await paying.visits.look_at_subject(purchase.id)
    return await Purchase.get(id=purchase.id)


async def bought(fan: Fan, *lines: Line, **more: Any) -> Purchase:
    """Placed, paid, and the fee of the payment company shared."""
    purchase = await paid_for(await placed(fan, *lines, **more))
    await work_done()
    return purchase


async def orders_of(purchase: Purchase) -> list[GoodsOrder]:
    return await GoodsOrder.filter(purchase_id=purchase.id).order_by("id")


async def lines_of(order: GoodsOrder) -> list[GoodsLine]:
    return await GoodsLine.filter(order_id=order.id).order_by("id")


async def sent(order: GoodsOrder, one: ForSale) -> Parcel:
    """All of an order goes out in one parcel."""
    wants = {line.id: line.to_ship for line in await lines_of(order)}
    return await send(
        Sending(order.id, "China Post", f"LX{next(_numbers)}CN", wants), by=one.owner.id, key=f"sent-{order.id}"
    )


async def with_account(one: ForSale) -> ForSale:
    """From now on its seller can be paid: by an account at the processor."""
    account_id = await stripe.make_account(one.shop.id, "DE", "seller@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    await atomic(Organisation.filter(id=one.shop.id).update)(stripe_account_id=account_id)
    return one


async def moved(what: str) -> tuple[int, int]:
    """How many charges (refunds, transfers, reversals) in dollars the processor carried out, and their sum in cents."""
    counted = (await ask("GET", "totals")).get(what, {}).get("usd", {"count": 0, "amount_minor": 0})
    return counted["count"], next(value for name, value in counted.items() if name != "count")


async def shelf(one: ForSale) -> tuple[int, int]:
    """What is there, and what of it is reserved for who pays just now."""
    variant = await Variant.get(id=one.variant.id)
    return variant.on_hand, variant.reserved
