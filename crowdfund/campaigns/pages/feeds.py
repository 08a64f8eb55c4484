"""Atom: what is launched on the site, and what the makers of a fund write (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Xml

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.models import CampaignUpdate
from crowdfund.campaigns.pages.shown import Card, audience_said, card_of, story_html
from crowdfund.campaigns.queries import GROUPS, campaigns_in, public_campaign, tiers_of, updates_of
from crowdfund.campaigns.updates import ANYBODY
from crowdfund.settings import current
from crowdfund.web import formats, page_cache
from crowdfund.web.i18n import _
from crowdfund.web.routes import get, public

_ATOM = "http://www.w3.org/2005/Atom"
Xml.register_namespace("", _ATOM)


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    title: str
    html: str
    at: datetime
    author: str


def feed_of(title: str, path: str, page_path: str, entries: Iterable[Entry], *, updated: datetime) -> bytes:
    """path: of the feed itself; page_path: of the page that it tells about. Ids are addresses, which never change."""
    base = current().base_url
    feed = Xml.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", base + path)
    _add(feed, "title", title)
    _add(feed, "updated", formats.iso(updated))
    _add(feed, "link", rel="self", type="application/atom+xml", href=base + path)
    _add(feed, "link", rel="alternate", type="text/html", href=base + page_path)
    for one in entries:
        entry = _add(feed, "entry")
        _add(entry, "id", base + one.path)
        _add(entry, "title", one.title)
        _add(entry, "updated", formats.iso(one.at))
        _add(entry, "published", formats.iso(one.at))
        _add(entry, "link", rel="alternate", type="text/html", href=base + one.path)
        _add(_add(entry, "author"), "name", one.author)
        _add(entry, "content", one.html, type="html")
    return Xml.tostring(feed, encoding="utf-8", xml_declaration=True)


def _add(parent: Xml.Element, name: str, text: str | None = None, **attributes: str) -> Xml.Element:
    element = Xml.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _launch(card: Card) -> Entry:
    assert card.launched_at is not None
    html = f"<p>{escape(card.tagline)}</p>"
    return Entry(card.path, f"{card.name} · {card.organisation_name}", html, card.launched_at, card.organisation_name)


async def _launches() -> page_cache.Body:
    rows = await campaigns_in(GROUPS["live"] | GROUPS["settling"] | GROUPS["funded"], order="newest", limit=40)
    entries = [_launch(card) for card in map(card_of, rows) if card.launched_at]
    updated = max((entry.at for entry in entries), default=clock.from_us(0))
    return page_cache.body_of(
        feed_of(_("New on crowdfund"), "/feed.atom", "/funds", entries, updated=updated), "application/atom+xml"
    )


async def _updates(slug: str) -> page_cache.Body:
    campaign = await public_campaign(slug)
    tiers = {tier.id: tier.name for tier in await tiers_of(campaign.id)}
    entries = [
        Entry(f"{campaign.path}/updates/{u.number}", u.title, _for_everybody(u, tiers), u.published_at, campaign.name)
        for u in await updates_of(campaign.id)
    ]
    updated = max((entry.at for entry in entries), default=campaign.launched_at or campaign.made_at)
    path = f"{campaign.path}/updates.atom"
    return page_cache.body_of(
        feed_of(campaign.name, path, campaign.path, entries, updated=updated), "application/atom+xml"
    )


def _for_everybody(update: CampaignUpdate, tiers: Mapping[int, str]) -> str:
    """The body of an update as anybody may read it: of one that is for some, whom it is for."""
    if ANYBODY.may_read(update):
        return str(story_html(update.body))
    return f"<p>{escape(audience_said(update, tiers))}</p>"


_feeds: page_cache.Kept[page_cache.Body] = page_cache.Kept(seconds=10)


async def launches(request: Request) -> Response:
    return page_cache.send(request, await _feeds.get("launches", _launches))


async def updates(request: Request) -> Response:
    slug = request.path_params["slug"]
    return page_cache.send(request, await _feeds.get(("updates", slug), lambda: _updates(slug)))


routes = [
    get("/feed.atom", launches, may=public),
    get("/campaigns/{slug}/updates.atom", updates, may=public),
]
