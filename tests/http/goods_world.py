"""What a studio that is a shop, too, has sold to a fan, for the tests of the API's doors: a thing of each kind."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.merch.listings.models import Listing, Variant
from crowdfund.merch.runs import actions as runs
from crowdfund.merch.runs.rules import Asked
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.shops.models import Shop
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.orders.parcels.models import Parcel
from crowdfund.orders.returns.models import GoodsReturn, GoodsReturnPhoto
from crowdfund.orders.reviews.models import Review
from crowdfund.people.models import Organisation
from tests.listings import a_listing
from tests.sellers import ShopMade, a_licence, a_shop, an_application
from tests.world import Fan

DAY = timedelta(days=1)


async def what_is_sold(organisation_id: int, product_id: int, listing_id: int, owner: Fan, fan: Fan) -> dict[str, int]:
    """An application to its studio, a licence that it gave, a purchase with its order, parcel, return and review, and a run."""
    shop = ShopMade(await Organisation.get(id=organisation_id), owner)
    product = await OnscreenProduct.get(id=product_id)
    if not await Shop.exists(organisation_id=organisation_id):
        await Shop.create(organisation_id=organisation_id, returns_to="1 River Road", made_at=clock.now())
    application, licence = await an_application(shop, product), await a_licence(await a_shop(), product)
    return {
        "application": application.id, "licence": licence.id, "run": await _a_run(shop, product),
        **await _a_purchase(organisation_id, listing_id, fan),
    }  # fmt: skip


async def _a_run(shop: ShopMade, product: OnscreenProduct) -> int:
    _listing, variant = await a_listing(shop.organisation, product, on_hand=0)
    closes_at = clock.now() + 10 * DAY
    asked = Asked(3, None, 100_00, closes_at, closes_at + 20 * DAY)
    return (await runs.make_run(variant.id, asked, organisation_id=shop.id, by=shop.owner.id, key="a run")).id


async def _a_purchase(organisation_id: int, listing_id: int, fan: Fan) -> dict[str, int]:
    now, listing = clock.now(), await Listing.get(id=listing_id)
    variant = await Variant.get(listing_id=listing_id)
    purchase = await Purchase.create(
        id=new_id(), person_id=fan.id, currency=listing.currency, total_minor=45_00, country="US", name="Mei", address='["1 Main Street"]',
        state="paid", reserved_until=now, key="a purchase", fingerprint="x", made_at=now, paid_at=now,
    )  # fmt: skip
    order = await GoodsOrder.create(
        id=new_id(), purchase_id=purchase.id, organisation_id=organisation_id, person_id=fan.id, currency=listing.currency,
        items_minor=45_00, shipping_minor=0, tax_minor=0, total_minor=45_00, commission_minor=0, royalty_minor=0, state="paid",
        ship_by=now + DAY, days_min=1, days_max=9, country="US", made_at=now,
    )  # fmt: skip
    line = await GoodsLine.create(
        id=new_id(), order_id=order.id, variant_id=variant.id, listing_id=listing.id, product_id=listing.product_id,
        title_id=listing.title_id, name=listing.name, variant_name="", match=listing.match, quantity=1, price_minor=45_00,
        discount_minor=0, net_minor=45_00, tax_minor=0, tax_bps=0, commission_minor=0, commission_bps=0, royalty_minor=0, royalty_bps=0,
    )  # fmt: skip
    parcel = await Parcel.create(
        id=new_id(), order_id=order.id, carrier="SF", tracking="1", state="sent", carrier_state="unknown", sent_at=now
    )  # fmt: skip
    back = await GoodsReturn.create(
        id=new_id(), order_id=order.id, person_id=fan.id, kind="return", reason="changed_mind", words="", state="requested",
        answer_by=now + 7 * DAY, made_at=now,
    )  # fmt: skip
    photo = await GoodsReturnPhoto.create(
        id=new_id(), return_id=back.id, position=1, file=f"{back.id}.webp", width=320, height=180, made_at=now
    )
    review = await Review.create(
        id=new_id(), line_id=line.id, person_id=fan.id, listing_id=listing.id, organisation_id=organisation_id, stars=5,
        words="Fine.", state="shown", made_at=now,
    )  # fmt: skip
    return {
        "purchase": purchase.id, "goods_order": order.id, "line": line.id, "parcel": parcel.id, "return": back.id, "photo": photo.id,
        "review": review.id,
    }  # fmt: skip
