"""A listing for everybody: what it is, how close to the film, what it costs and when it comes; and the question whether it is real."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database.ids import private, public
from crowdfund.merch.listings.contents import REASON_MAX
from crowdfund.merch.listings.forms import REPORTS, DoubtForm
from crowdfund.merch.listings.models import Listing, ListingState, VariantState
from crowdfund.merch.listings.pages.linked import product_of
from crowdfund.merch.listings.pages.shown import days_words, match_means, match_words, pictures_shown
from crowdfund.merch.listings.queries import facts_of
from crowdfund.merch.listings.reading import Shelved, own_reports, shelved
from crowdfund.merch.listings.rules import Facts, NoSuchListing, Piece, price_now_minor, why_not, zone_for
from crowdfund.merch.listings.stopping import report_listing
from crowdfund.merch.screen.models import CLEARED, Appearance
from crowdfund.merch.watching.pages.linked import script_of
from crowdfund.settings import current
from crowdfund.web.formats import day, money, said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.region import countries, region_of
from crowdfund.web.routes import anyone, get, post, signed_in

PIECES_MAX = 10  # of one variant in one click
MOMENTS = 6


async def _public(request: Request) -> tuple[Shelved, Facts]:
    """A listing that people may know of. Raises NoSuchListing for drafts, and for what is still a secret."""
    listing = await Listing.get_or_none(id=private(request.path_params["listing"]))
    if listing is None or (listing.live_since is None and listing.state in (ListingState.DRAFT, ListingState.RETIRED)):
        raise NoSuchListing("There is no such listing.")
    facts = (await facts_of([listing.id]))[listing.id]
    now = clock.now()
    if facts.product_state == "draft" or any(
        at is not None and now < at for at in (facts.embargo_until, facts.airs_at)
    ):
        raise NoSuchListing("There is no such listing.")
    return (await shelved([listing]))[0], facts


async def show(request: Request) -> Response:
    one, facts = await _public(request)
    region, now = region_of(request), clock.now()
    zone, reason = zone_for(facts.zones, region, facts.currency), why_not(facts, region, now)
    pieces = [_piece(piece, facts) for piece in facts.pieces if piece.state == VariantState.OFFERED]
    there = [piece for piece in pieces if piece["left"] > 0]
    chosen = next(
        (p["id"] for p in pieces if p["id"] == request.query_params.get("variant")), there[0]["id"] if there else ""
    )
    pictures = pictures_shown(one.images, one.product, one.title)
    is_shown = one.product.state in CLEARED
    return page(
        request, "merch/listings/show.html", listing=one.listing, seller=one.seller, product=one.product, title=one.title,
        pictures=pictures, match_words=match_words(one.listing.match), match_means=match_means(one.listing.match),
        badge_path=f"/licences/{facts.right.badge}" if facts.right is not None else "", pieces=pieces, chosen=chosen,
        reason=said(reason) if reason is not None else "", can_buy=reason is None and bool(there),
        price=_price(pieces), shipping=_shipping(zone, facts.currency), ships_by=day(_leaves(facts)),
        region=region, countries=countries(), where=countries().get(region, region), pieces_max=PIECES_MAX,
        moments=await _moments(one) if is_shown else [], cue=_cue(request), base_url=current().base_url,
        linked=script_of(product_of(one, facts, pictures, region, now)), path=one.listing.path,
    )  # fmt: skip


def _leaves(facts: Facts) -> datetime:
    return clock.now() + timedelta(days=facts.ships_within_days)


def _piece(piece: Piece, facts: Facts) -> dict[str, Any]:
    now_minor = price_now_minor(piece.price_minor, facts.discount_bps)
    return {
        "id": public(piece.variant_id), "name": piece.name, "left": max(piece.left, 0), "price_minor": now_minor,
        "price": money(now_minor, facts.currency),
        "before": money(piece.price_minor, facts.currency) if now_minor < piece.price_minor else "",
    }  # fmt: skip


def _price(pieces: list[dict[str, Any]]) -> dict[str, str]:
    """What stands large: of the cheapest that is there, else of the cheapest."""
    if not pieces:
        return {"now": "", "before": "", "is_from": ""}
    least = min(pieces, key=lambda one: (one["left"] == 0, one["price_minor"]))
    differ = len({one["price_minor"] for one in pieces}) > 1
    return {"now": least["price"], "before": least["before"], "is_from": "yes" if differ else ""}


def _shipping(zone: Any, currency: str) -> dict[str, str] | None:
    if zone is None:
        return None
    more = money(zone.more_minor, currency) if zone.more_minor else ""
    first = money(zone.first_minor, currency) if zone.first_minor else _("free")
    return {"first": first, "more": more, "days": days_words(zone.days_min, zone.days_max)}


async def _moments(one: Shelved) -> list[dict[str, str]]:
    """When it is on screen, the first few, with links that lead there."""
    if one.product.spoiler:
        return []
    found = await Appearance.filter(product_id=one.product.id).order_by("start_ms").limit(MOMENTS)
    base = f"/watch/{public(one.title.id)}"
    return [
        {"clock": _clock(at.start_ms), "href": f"{base}?t={at.start_ms / 1000:g}#t={at.start_ms / 1000:g}"}
        for at in found
    ]


def _clock(ms: int) -> str:
    hours, rest = divmod(ms // 1000, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _cue(request: Request) -> dict[str, str]:
    """The moment that led here, to be sent on with what is bought."""
    asked = {name: request.query_params.get(name, "") for name in ("appearance", "moment")}
    is_moment = asked["moment"].isascii() and asked["moment"].isdigit() and len(asked["moment"]) <= 9
    return asked if is_moment and len(asked["appearance"]) == 13 and asked["appearance"].isalnum() else {}


# --- is it real? ---


async def doubt_page(request: Request) -> Response:
    one, _facts = await _public(request)
    return await _doubt(request, one, DoubtForm())


async def _doubt(request: Request, one: Shelved, form: DoubtForm) -> Response:
    picture = pictures_shown(one.images, one.product, one.title)[0]
    return page(
        request, "merch/listings/report.html", form.status, listing=one.listing, seller=one.seller, title=one.title, form=form,
        picture=picture, match_words=match_words(one.listing.match), match_means=match_means(one.listing.match),
        before=await own_reports(one.listing.id, request.state.person.id), words_max=REASON_MAX, path=one.listing.path,
    )  # fmt: skip


async def doubt(request: Request) -> Response:
    (one, _facts), form = await _public(request), await DoubtForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            _report, is_news = await report_listing(one.listing.id, form.words, by=request.state.person.id)
            told = _(
                "Thank you. The makers of the film and who runs this site look at it; you get an answer by letter."
            )
            again = _("You have asked about this before, and it is being looked at.")
            return redirect(request, one.listing.path, ("good", told) if is_news else ("note", again))
    return await _doubt(request, one, form)


routes = [
    get("/listings/{listing}", show, may=anyone),
    get("/listings/{listing}/report", doubt_page, may=signed_in),
    post("/listings/{listing}/reports", doubt, may=signed_in, limit=REPORTS),
]
