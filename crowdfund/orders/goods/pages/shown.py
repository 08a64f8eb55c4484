"""How goods are shown: their pictures, their makers, where they were seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crowdfund.database.ids import public
from crowdfund.merch.art.words import drawing_url
from crowdfund.merch.listings.models import ListingImage
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.orders.goods import paying
from crowdfund.orders.goods.models import (
    Fulfilment,
    GoodsLine,
    GoodsOrder,
    GoodsOrderState,
    Purchase,
    fulfilment_of,
)
from crowdfund.people.models import Organisation
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _, pgettext
from crowdfund.web.images import url_of


@dataclass(frozen=True, slots=True)
class Look:
    """A thing as a picture, and the film that it was seen in."""

    art_url: str
    title_id: int
    film: str
    colour: str

    def path_at(self, moment_ms: int | None) -> str:
        """The film's page, at the moment at which it was seen."""
        at = "" if moment_ms is None else f"?t={moment_ms / 1000:g}"
        return f"/watch/{public(self.title_id)}{at}"


async def looks_of(things: Iterable[tuple[int, int]]) -> dict[int, Look]:
    """By listing. things: the listing's id and its product's."""
    wanted = dict(things)
    images = {i.listing_id: i for i in await ListingImage.filter(listing_id__in=list(wanted)).order_by("-position")}
    products = {p.id: p for p in await OnscreenProduct.filter(id__in=list(set(wanted.values())))}
    titles = {t.id: t for t in await Title.filter(id__in=list({p.title_id for p in products.values()}))}
    found = {}
    for listing_id, product_id in wanted.items():
        product = products[product_id]
        title, image = titles[product.title_id], images.get(listing_id)
        image_id = image.image_id if image is not None else product.image_id
        art = (
            url_of(image_id, small=True)
            if image_id is not None
            else drawing_url(product.id, product.kind, title.colour, product.name, product.category, product.about)
        )
        found[listing_id] = Look(art, title.id, title.name, title.colour)
    return found


async def looks_of_lines(lines: Iterable[GoodsLine]) -> dict[int, Look]:
    return await looks_of((line.listing_id, line.product_id) for line in lines)


@dataclass(frozen=True, slots=True)
class OrderShown:
    """One seller's part of a purchase."""

    order: GoodsOrder
    shop: Organisation
    lines: list[GoodsLine]
    looks: dict[int, Look]

    @property
    def tone(self) -> str:
        return {"refunded": "plain", "lost": "stop", "expired": "plain"}.get(
            self.order.state, "go" if self.fulfilment == Fulfilment.FULFILLED else "wait"
        )

    @property
    def fulfilment(self) -> Fulfilment:
        return fulfilment_of(self.lines)

    @property
    def said(self) -> str:
        """How it stands, in a word or two."""
        by_money = {
            GoodsOrderState.PLACED: pgettext("goods", "Not paid yet"), GoodsOrderState.EXPIRED: pgettext("goods", "Not paid in time"),
            GoodsOrderState.CANCELLED: pgettext("goods", "Called off"), GoodsOrderState.REFUNDED: pgettext("goods", "Paid back"),
            GoodsOrderState.LOST: pgettext("goods", "Taken back by the bank"),
        }  # fmt: skip
        by_parcels = {
            Fulfilment.UNFULFILLED: pgettext("goods", "Being made ready"),
            Fulfilment.PARTIALLY_FULFILLED: pgettext("goods", "Partly on its way"),
            Fulfilment.FULFILLED: pgettext("goods", "Sent"), Fulfilment.PARTIALLY_RETURNED: pgettext("goods", "Partly sent back"),
            Fulfilment.RETURNED: pgettext("goods", "Sent back"),
        }  # fmt: skip
        return by_money.get(GoodsOrderState(self.order.state)) or by_parcels[self.fulfilment]


async def orders_shown(orders: Sequence[GoodsOrder]) -> list[OrderShown]:
    lines = await GoodsLine.filter(order_id__in=[order.id for order in orders]).order_by("id")
    shops = {o.id: o for o in await Organisation.filter(id__in=[order.organisation_id for order in orders])}
    looks = await looks_of_lines(lines)
    return [
        OrderShown(order, shops[order.organisation_id], [line for line in lines if line.order_id == order.id], looks)
        for order in orders
    ]


async def payment_page(purchase: Purchase) -> str:
    """The address of the processor's page for a purchase, which tells it in the reader's language. Raises as `start_payment`."""
    orders = await GoodsOrder.filter(purchase_id=purchase.id).order_by("id")
    shown, here = await orders_shown(orders), f"{current().base_url}{purchase.path}"
    return await paying.start_payment(
        purchase, _items_of(shown), description=_description(shown), success_url=f"{here}/return", cancel_url=here
    )


def _description(shown: Sequence[OrderShown]) -> str:
    names = [line.name for one in shown for line in one.lines]
    return "; ".join(names)[:200]


def _items_of(shown: Sequence[OrderShown]) -> list[tuple[str, int, int]]:
    """What the processor's page lists: words, how many, minor units for one. A line whose discount can't be divided is one."""
    items = []
    for line in (line for one in shown for line in one.lines):
        name = f"{line.name} · {line.variant_name}" if line.variant_name else line.name
        each, rest = divmod(line.net_minor, line.quantity)
        items.append((name, line.quantity, each) if not rest else (f"{line.quantity} × {name}", 1, line.net_minor))
    shipping = sum(one.order.shipping_minor for one in shown)
    tax = sum(one.order.tax_minor for one in shown)
    return [*items, *[(_("Shipping"), 1, shipping)] * bool(shipping), *[(_("Tax"), 1, tax)] * bool(tax)]
