"""How what is on screen looks on pages."""

from __future__ import annotations

from crowdfund.merch.art.words import drawing_url
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.titles.models import Title
from crowdfund.web.images import url_of


def picture_of(product: OnscreenProduct, title: Title, *, small: bool = True) -> str:
    """The address of a product's picture: its makers', else the one that the site draws."""
    if product.image_id is not None:
        return url_of(product.image_id, small=small)
    return drawing_url(product.id, product.kind, title.colour, product.name, product.category, product.about)
