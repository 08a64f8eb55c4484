"""A film for search engines and assistants: schema.org's VideoObject with its clips, and what can be bought of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from crowdfund.merch.watching.pages.shown import Thing
from crowdfund.merch.watching.queries import Film, Shop
from crowdfund.merch.watching.rules import Line
from crowdfund.merch.watching.wire import one_line, seconds
from crowdfund.money import plain
from crowdfund.settings import current

_AVAILABILITY = {
    "in_stock": "InStock", "low": "LimitedAvailability", "preorder": "PreOrder", "sold_out": "SoldOut",
}  # fmt: skip
CLIPS_MAX = 400  # a page of a film with thousands of appearances stays a page


def script_of(content: dict[str, Any]) -> Markup:
    """As a script element's text: nothing in it can end the element."""
    return Markup(one_line(content))  # noqa: S704 - `<`, `>` and `&` are escaped


def video(film: Film, shop: Shop, things: Sequence[Thing], art_url: str, description: str) -> dict[str, Any]:
    base = current().base_url
    known = {thing.number: thing for thing in things}
    found: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "VideoObject", "@id": f"{base}{film.path}", "name": film.title.name,
        "description": description, "url": f"{base}{film.path}", "contentUrl": f"{base}{film.path}/video",
        "encodingFormat": film.master.video_type, "thumbnailUrl": base + art_url, "duration": _duration(film.master.duration_ms),
        "uploadDate": (film.master.airs_at or film.master.made_at).isoformat(),
        "hasPart": [_clip(film, known, line, base) for line in shop.lines if not line.cue.spoiler][:CLIPS_MAX],
    }  # fmt: skip
    if film.master.captions:
        found["accessibilityFeature"] = ["captions"]
    return found


def _clip(film: Film, things: dict[int, Thing], line: Line, base: str) -> dict[str, Any]:
    cue = line.cue
    start, end = seconds(cue.start_ms), seconds(cue.end_ms)
    thing = things[cue.product.id]
    return {
        "@type": "Clip", "name": f"{cue.product.name}, {cue.scene.name}" if cue.scene else cue.product.name,
        "startOffset": start, "endOffset": end, "url": f"{base}{film.path}?t={start:g}#t={start:g},{end:g}",
        "mentions": {
            "@type": "Product", "@id": base + thing.path, "name": cue.product.name, "url": base + thing.path,
        },
    }  # fmt: skip


def product(film: Film, shop: Shop, thing: Thing) -> dict[str, Any]:
    """One product with its offers. Without any it is only named: schema.org has no word for looking for a maker."""
    base = current().base_url
    offers = [
        {
            "@type": "Offer", "url": base + offer.path, "price": plain(offer.price_minor, offer.currency),
            "priceCurrency": offer.currency, "availability": f"https://schema.org/{_AVAILABILITY[offer.stock_state]}",
            "seller": {"@type": "Organization", "name": offer.seller}, "eligibleRegion": shop.region,
        }
        for offer in shop.offers.get(thing.number, [])
    ]  # fmt: skip
    found: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Product", "@id": base + thing.path, "name": thing.name,
        "url": base + thing.path, "image": base + thing.art_url,
        "description": thing.about or f"{thing.name}, {film.title.name}",
        "subjectOf": {"@type": "VideoObject", "@id": base + film.path, "name": film.title.name, "url": base + film.path},
    }  # fmt: skip
    if offers:
        found["offers"] = offers
    return found


def _duration(ms: int) -> str:
    """ISO 8601: PT1H2M3S."""
    whole = ms // 1000
    return f"PT{whole // 3600}H{whole // 60 % 60}M{whole % 60}S"
