"""Shops, licences, what is sold and what comes after it, as they look in each state, for who looks at every page."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.merch.listings.models import ShippingZone
from crowdfund.merch.listings.stopping import report_listing
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.screen import wanting
from crowdfund.merch.screen.models import Appearance, CueRevision, Scene
from crowdfund.orders.goods.models import GoodsOrder, Purchase
from crowdfund.orders.parcels.sending import Sending, send
from crowdfund.orders.returns import asking, photos
from crowdfund.orders.returns.models import GoodsReturn, Kind, Reason
from crowdfund.orders.reviews.actions import review
from crowdfund.orders.runs.placing import order_in_run
from crowdfund.people.models import Member, Organisation
from crowdfund.web.images import read_picture
from tests.goods import ForSale, for_sale, in_cart, lines_of, orders_of, paid_for, placed
from tests.http.campaign_world import a_picture
from tests.runs import a_run, a_want
from tests.sellers import ShopMade, a_licence, a_shop, an_application
from tests.watching import OnScreen, river_moon
from tests.world import Fan, a_card

Looks = dict[str, list[tuple[str, str]]]
SCREEN = "/desk/{organisation}/screen/{title}"


@dataclass
class Bought:
    purchase: Purchase
    order: GoodsOrder
    unsent: GoodsOrder
    back: GoodsReturn


async def member(organisation_id: int, who: Fan) -> str:
    """Make somebody an owner; gives the address of its desk."""
    await Member.create(
        id=new_id(), organisation_id=organisation_id, person_id=who.id, role="owner", made_at=clock.now()
    )
    return (await Organisation.get(id=organisation_id)).desk_path


async def goods_looked_at(lin: Fan, mei: Fan, fan: str, keeper: str, staff: str, nobody: str) -> Looks:
    """lin: makes a film and owns a shop; mei buys there. fan, keeper, staff, nobody: how looks name who looks."""
    film = await river_moon(name="The Crossing")
    studio, one = await member(film.title.organisation_id, lin), await for_sale("Tin whistles", title=film.title)
    desk = await member(one.shop.id, lin)
    run = await a_run(owner=lin)
    bought = await _bought(one, mei, lin)
    looks = await _of_the_film(film, studio, keeper, nobody)
    for more in (
        await _of_sellers(film, one, lin, studio, desk, keeper, staff, nobody),
        await _of_listings(one, mei, studio, desk, fan, keeper, staff, nobody),
        _of_sales(bought, one, desk, fan, keeper, staff, nobody),
        await _of_runs(run, mei, fan, keeper, nobody),
    ):
        for path, found in more.items():
            looks[path] = [*looks.get(path, []), *found]
    return looks


async def _bought(one: ForSale, mei: Fan, lin: Fan) -> Bought:
    """Two orders of hers, one sent and claimed with a photo, and something in her basket."""
    purchase, unsent = await paid_for(await placed(mei, (one, 2))), await paid_for(await placed(mei, (one, 1)))
    (order,), (waiting,) = await orders_of(purchase), await orders_of(unsent)
    (line,) = await lines_of(order)
    await send(Sending(order.id, "SF Express", "SF 12", {line.id: 2}), by=lin.id, key=f"every page {order.id}")
    await review(line.id, 4, "They sound as in the film.", by=mei.id)
    wish = asking.Wish(order.id, Kind.CLAIM, Reason.DAMAGED, "The clasp is bent, and one pearl is loose.", {line.id: 1})
    back = await asking.ask(wish, by=mei.id, key=f"every page {order.id}")
    photo = await read_picture(a_picture())
    await photos.add_photo(back, photo.files[""], (photo.width, photo.height), by=mei.id, key=f"every photo {order.id}")
    await in_cart(mei, one)
    return Bought(purchase, order, waiting, back)


async def _of_the_film(film: OnScreen, studio: str, keeper: str, nobody: str) -> Looks:
    title_id, earring = film.title.id, film.products["earring"]
    base = f"{studio}/screen/{public(title_id)}"
    await wanting.ask_backers(film.products["lamp"].id, by=film.producer.id)
    scene, seen = await Scene.filter(title_id=title_id).first(), await Appearance.filter(title_id=title_id).first()
    revision = await CueRevision.filter(title_id=title_id).first()
    assert scene and seen and revision
    return {
        SCREEN: [(keeper, base)],
        f"{SCREEN}/revisions/{{number}}": [(keeper, f"{base}/revisions/{revision.number}")],
        f"{SCREEN}/master": [(keeper, f"{base}/master")],
        f"{SCREEN}/scenes": [(keeper, f"{base}/scenes")],
        f"{SCREEN}/scenes/{{scene}}": [(keeper, f"{base}/scenes/{public(scene.id)}")],
        f"{SCREEN}/products": [(keeper, f"{base}/products")],
        f"{SCREEN}/products/new": [(keeper, f"{base}/products/new")],
        f"{SCREEN}/products/{{product}}": [(keeper, f"{base}/products/{public(earring.id)}")],
        f"{SCREEN}/appearances": [(keeper, f"{base}/appearances")],
        f"{SCREEN}/appearances/new": [(keeper, f"{base}/appearances/new")],
        f"{SCREEN}/appearances/{{appearance}}": [(keeper, f"{base}/appearances/{public(seen.id)}")],
        f"{SCREEN}/list": [(keeper, f"{base}/list")],
        "/watch/{title}/wishes": [(nobody, f"/watch/{public(title_id)}/wishes")],
        "/desk/{organisation}/previews": [(keeper, f"{studio}/previews")],
        "/desk/{organisation}/previews/{product}": [(keeper, f"{studio}/previews/{public(earring.id)}")],
    }


async def _of_sellers(
    film: OnScreen, one: ForSale, lin: Fan, studio: str, desk: str, keeper: str, staff: str, nobody: str
) -> Looks:
    lamp, hat = film.products["lamp"], film.products["hat"]
    own, other = ShopMade(one.shop, lin), await a_shop("Reed & Lantern")
    sent = await an_application(own, lamp)
    theirs = await an_application(other, lamp, state="shortlisted")
    offered = await a_licence(own, hat, state="offered")
    assert one.licence is not None
    badge, licence = f"/licences/{one.licence.badge}", public(one.licence.id)
    return {
        "/desk/{organisation}/shop": [(keeper, f"{desk}/shop")],
        "/desk/{organisation}/shop/details": [(keeper, f"{desk}/shop/details")],
        "/shops/{organisation}": [(nobody, f"/shops/{one.shop.slug}")],
        "/market": [(nobody, "/market"), (keeper, "/market")],
        "/market/{product}": [
            (nobody, f"/market/{public(lamp.id)}"),
            (keeper, f"/market/{public(lamp.id)}"),
        ],
        "/market/calculator": [(nobody, "/market/calculator")],
        "/desk/{organisation}/applications": [(keeper, f"{desk}/applications"), (keeper, f"{studio}/applications")],
        "/desk/{organisation}/applications/new/{product}": [(keeper, f"{desk}/applications/new/{public(hat.id)}")],
        "/desk/{organisation}/applications/{application}": [
            (keeper, f"{desk}/applications/{public(sent.id)}"),
            (keeper, f"{studio}/applications/{public(theirs.id)}"),
        ],
        "/desk/{organisation}/applications/{application}/licence": [
            (keeper, f"{studio}/applications/{public(theirs.id)}/licence")
        ],
        "/desk/{organisation}/licences": [(keeper, f"{desk}/licences"), (keeper, f"{studio}/licences")],
        "/desk/{organisation}/licences/new": [(keeper, f"{studio}/licences/new?title={public(film.title.id)}")],
        "/desk/{organisation}/licences/{licence}": [
            (keeper, f"{desk}/licences/{public(offered.id)}"),
            (keeper, f"{studio}/licences/{licence}"),
        ],
        "/staff/licences": [(staff, "/staff/licences")],
        "/staff/licences/{licence}": [(staff, f"/staff/licences/{licence}")],
        "/licences/{badge}": [(nobody, badge)],
        "/desk/{organisation}/royalties": [(keeper, f"{studio}/royalties")],
        "/desk/{organisation}/royalties/{licence}": [(keeper, f"{studio}/royalties/{licence}")],
        "/desk/{organisation}/earnings": [(keeper, f"{desk}/earnings")],
        "/staff/payouts": [(staff, "/staff/payouts")],
        "/staff/taxes": [(staff, "/staff/taxes")],
    }


async def _of_listings(
    one: ForSale, mei: Fan, studio: str, desk: str, fan: str, keeper: str, staff: str, nobody: str
) -> Looks:
    listing, zone = public(one.listing.id), await ShippingZone.get(organisation_id=one.shop.id)
    await report_listing(one.listing.id, "Is this really tin?", by=mei.id)
    return {
        "/listings/{listing}": [(nobody, f"/listings/{listing}"), (fan, f"/listings/{listing}")],
        "/listings/{listing}/report": [(fan, f"/listings/{listing}/report")],
        "/listings/{listing}/reviews": [(nobody, f"/listings/{listing}/reviews")],
        "/desk/{organisation}/listings": [(keeper, f"{desk}/listings")],
        "/desk/{organisation}/listings/new": [(keeper, f"{desk}/listings/new")],
        "/desk/{organisation}/listings/stock": [(keeper, f"{desk}/listings/stock")],
        "/desk/{organisation}/listings/shipping": [(keeper, f"{desk}/listings/shipping")],
        "/desk/{organisation}/listings/shipping/{zone}": [(keeper, f"{desk}/listings/shipping/{public(zone.id)}")],
        "/desk/{organisation}/listings/{listing}": [(keeper, f"{desk}/listings/{listing}")],
        "/desk/{organisation}/doubts": [(keeper, f"{studio}/doubts")],
        "/desk/{organisation}/doubts/{listing}": [(keeper, f"{studio}/doubts/{listing}")],
        "/staff/listings": [(staff, "/staff/listings")],
        "/staff/listings/{listing}": [(staff, f"/staff/listings/{listing}")],
    }


def _of_sales(bought: Bought, one: ForSale, desk: str, fan: str, keeper: str, staff: str, nobody: str) -> Looks:
    order, waiting, back = public(bought.order.id), public(bought.unsent.id), public(bought.back.id)
    return {
        "/cart": [(fan, "/cart")],
        "/checkout": [(fan, "/checkout?currency=USD")],
        "/purchases": [(fan, "/purchases")],
        "/purchases/{purchase}": [(fan, bought.purchase.path)],
        "/bought/{order}": [(fan, f"/bought/{order}"), (fan, f"/bought/{waiting}")],
        "/bought/{order}/returns": [(fan, f"/bought/{order}/returns")],
        "/returns/{return}": [(fan, f"/returns/{back}")],
        "/desk/{organisation}/sales": [(keeper, f"{desk}/sales")],
        "/desk/{organisation}/sales/{order}": [(keeper, f"{desk}/sales/{order}"), (keeper, f"{desk}/sales/{waiting}")],
        "/desk/{organisation}/reviews": [(keeper, f"{desk}/reviews")],
        "/desk/{organisation}/returns": [(keeper, f"{desk}/returns")],
        "/desk/{organisation}/returns/{return}": [(keeper, f"{desk}/returns/{back}")],
        "/staff/goods": [(staff, "/staff/goods")],
        "/staff/goods/{order}": [(staff, f"/staff/goods/{order}")],
    }


async def _of_runs(run: ProductionRun, mei: Fan, fan: str, keeper: str, nobody: str) -> Looks:
    ordered = await order_in_run(await a_want(run, mei, card_id=await a_card(mei)))
    public_path, desk = f"/runs/{public(run.id)}", (await Organisation.get(id=run.organisation_id)).desk_path
    return {
        "/runs/{run}": [(nobody, public_path), (fan, public_path)],
        "/runs/{run}/orders/new": [(fan, f"{public_path}/orders/new")],
        "/runs/{run}/orders": [(fan, f"{public_path}/orders")],
        "/runs/{run}/orders/{order}": [(fan, f"{public_path}/orders/{public(ordered.order_id)}")],
        "/desk/{organisation}/runs": [(keeper, f"{desk}/runs")],
        "/desk/{organisation}/runs/new": [(keeper, f"{desk}/runs/new")],
        "/desk/{organisation}/runs/{run}": [(keeper, f"{desk}{public_path}")],
        "/desk/{organisation}/runs/{run}/addresses": [(keeper, f"{desk}{public_path}/addresses")],
        "/desk/{organisation}/runs/{run}/cancellation": [(keeper, f"{desk}{public_path}/cancellation")],
    }
