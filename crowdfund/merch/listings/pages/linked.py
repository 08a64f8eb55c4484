"""A listing in schema.org's words: a product and its offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crowdfund.merch.listings.models import VariantState
from crowdfund.merch.listings.pages.shown import PictureShown
from crowdfund.merch.listings.reading import Shelved
from crowdfund.merch.listings.rules import Facts, Piece, Zone, price_now_minor, stock_state, why_not, zone_for
from crowdfund.money import plain
from crowdfund.settings import current

_AVAILABILITY = {"in_stock": "InStock", "low": "LimitedAvailability", "preorder": "PreOrder", "sold_out": "SoldOut"}


def product_of(
    one: Shelved, facts: Facts, pictures: Sequence[PictureShown], region: str, now: datetime
) -> dict[str, Any]:
    """With an offer a variant while it may be sold to this country; else only what it is."""
    base, listing = current().base_url, one.listing
    found: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Product", "@id": base + listing.path, "url": base + listing.path,
        "name": listing.name, "description": listing.about, "image": [base + picture.url for picture in pictures],
        "brand": {"@type": "Brand", "name": one.seller.name},
        "isRelatedTo": {"@type": "Movie", "name": one.title.name},
    }  # fmt: skip
    if listing.stars_count:
        found["aggregateRating"] = {
            "@type": "AggregateRating", "ratingValue": round(listing.stars_sum / listing.stars_count, 1),
            "reviewCount": listing.stars_count,
        }  # fmt: skip
    if why_not(facts, region, now) is None:
        zone = zone_for(facts.zones, region, facts.currency)
        found["offers"] = [
            _offer(one, facts, piece, zone, region) for piece in facts.pieces if piece.state == VariantState.OFFERED
        ]
    return found


def _offer(one: Shelved, facts: Facts, piece: Piece, zone: Zone | None, region: str) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "@type": "Offer", "url": current().base_url + one.listing.path, "priceCurrency": facts.currency,
        "price": plain(price_now_minor(piece.price_minor, facts.discount_bps), facts.currency),
        "availability": f"https://schema.org/{_AVAILABILITY[stock_state(piece.left)]}",
        "itemCondition": "https://schema.org/NewCondition", "seller": {"@type": "Organization", "name": one.seller.name},
    }  # fmt: skip
    if piece.name:
        offer["name"] = piece.name
    if zone is not None:
        offer["shippingDetails"] = {
            "@type": "OfferShippingDetails",
            "shippingRate": {
                "@type": "MonetaryAmount", "value": plain(zone.first_minor, zone.currency), "currency": zone.currency,
            },
            "shippingDestination": {"@type": "DefinedRegion", "addressCountry": region},
        }  # fmt: skip
    return offer
