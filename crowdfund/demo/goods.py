"""Three small shops of the demo that make what River Moon shows: they apply, are licensed, list, and one waits for an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from crowdfund.demo.filming.river_moon import still_path
from crowdfund.demo.plan import Plan
from crowdfund.demo.river_moon import OnScreen, picture, plan_river_moon
from crowdfund.merch.applications import actions as applications
from crowdfund.merch.applications.models import Application
from crowdfund.merch.applications.rules import Pitch
from crowdfund.merch.licences.actions import accept_licence
from crowdfund.merch.licences.models import Exclusivity, Licence
from crowdfund.merch.licences.terms import Terms
from crowdfund.merch.listings import actions as listings
from crowdfund.merch.listings import pictures, pieces, zones
from crowdfund.merch.listings.contents import VariantWritten, Written, ZoneWritten
from crowdfund.merch.listings.models import Listing, Match
from crowdfund.merch.previews.actions import agree
from crowdfund.merch.previews.terms import CURRENT
from crowdfund.merch.shops.actions import change_shop
from crowdfund.people.models import Organisation, OrganisationKind, Person
from crowdfund.titles.models import Title
from crowdfund.web.region import countries

CURRENCY = "CNY"
Verify = Callable[[OrganisationKind, str, str, str, Person], Awaitable[Organisation]]


@dataclass(frozen=True, slots=True)
class Maker:
    """A shop of the demo. makes: which of the film's things; match: what its listing says it is; ends: of its application."""

    owner: str
    name: str
    country: str
    about: str
    returns_to: str
    makes: str
    listed: str
    words: str
    pitch: str
    price_minor: int
    pieces: int
    match: Match
    ends: str = "licensed"
    shipping_minor: int = 18_00
    variants: tuple[str, ...] = ("",)
    ships_within_days: int = 7


MAKERS = (
    Maker(
        "xiu", "Xiu Workshop", "CN", "Two benches in Suzhou. We string, set and mend pearls, and have done since 1988.",
        "Xiu Workshop\n8 Shell Lane\nSuzhou 215000", "earring", "Pearl drop earrings",
        "A pair, each with one freshwater drop of 9 mm on a wire of 925 silver, oxidised by hand as it is in the film.",
        "Freshwater drops from Zhuji, matched in pairs, on silver that we darken as Mo Chen drew it. Forty pairs a week.",
        268_00, 24, Match.LICENSED_REPLICA, variants=("Hooks", "Clips"),
    ),
    Maker(
        "wen", "Old Dock Tailors", "CN", "Coats for people who stand outside: pilots, ferrymen, market women.",
        "Old Dock Tailors\n31 Wharf Road\nNingbo 315000", "coat", "The ferryman's coat",
        "Waxed canvas of 340 grams, horn buttons, the patch at the elbow sewn on as it is on the ferryman's. It wants to be worn wet.",
        "We sewed the six coats for the shoot and kept the patterns. Each takes two days; the wax is our own.",
        1_290_00, 6, Match.SAME_MAKER, shipping_minor=36_00, variants=("S", "M", "L"), ships_within_days=9,
    ),
    Maker(
        "paula", "Reed & Lantern", "DE", "Basketry and tin from a barn on the Elbe. One kiln, one loom, three people.",
        "Reed & Lantern\nDeichweg 4\n21129 Hamburg", "hat", "Bamboo hat, waxed brim",
        "Split bamboo over reed, the brim dipped in beeswax. Not made for the film; made because of it.",
        "We have enamelled jugs since 2009. The blue of the lamp is cobalt under a clear coat; we have fired four samples.",
        149_00, 0, Match.INSPIRED, ends="submitted",
    ),
)  # fmt: skip


@dataclass
class Shelf:
    """What a maker has come to: its shop, and once the day has come its application, its licence and what it sells."""

    maker: Maker
    shop: Organisation
    owner: Person
    licence: Licence | None = None
    listing: Listing | None = None
    application: Application | None = None


@dataclass
class Market:
    shown: OnScreen
    shelves: dict[str, Shelf] = field(default_factory=dict)


async def plan_goods(
    title: Title, named: dict[str, Person], backers: list[int], verified: Verify, plan: Plan
) -> Market:
    """From the studio's first scene to what can be bought today."""
    since = plan.now - timedelta(days=44)
    shown = plan_river_moon(title, named["lin"], backers, plan, since)
    market = Market(shown)
    for maker in MAKERS:
        owner = named[maker.owner]
        shop = await verified(OrganisationKind.SHOP, maker.name, maker.country, maker.about, owner)
        shelf = market.shelves[maker.owner] = Shelf(maker, shop, owner)
        plan.at(since + timedelta(days=3), partial(_open, shelf))
        applied_for = "lamp" if maker.ends == "submitted" else maker.makes
        days_back = 3 if maker.ends == "submitted" else 38
        plan.at(plan.now - timedelta(days=days_back), partial(_apply, shelf, shown, applied_for))
        if maker.ends == "licensed":
            plan.at(plan.now - timedelta(days=34), partial(_license, shelf, shown, plan.now))
        plan.at(plan.now - timedelta(days=13), partial(_list, shelf, shown))
    return market


async def _open(shelf: Shelf) -> None:
    maker, by = shelf.maker, shelf.owner.id
    await change_shop(shelf.shop, maker.returns_to, maker.about, by=by)
    await agree(by, shelf.shop, CURRENT)
    zone = ZoneWritten("Everywhere", ("*",), CURRENCY, maker.shipping_minor, maker.shipping_minor // 3, 3, 12)
    await zones.make_zone_once(shelf.shop, zone, known=countries(), by=by, key="zone")


async def _apply(shelf: Shelf, shown: OnScreen, key: str) -> None:
    maker, by = shelf.maker, shelf.owner.id
    pitch = Pitch(maker.pitch, maker.price_minor, CURRENCY, 400, maker.ships_within_days)
    made = await applications.make_application(shown.made[key], shelf.shop, pitch, by=by, key="application")
    await applications.add_sample(made.id, await _sample(shown, key, by), alt="One of our samples", by=by)
    shelf.application = await applications.submit_application(made.id, by=by)


async def _sample(shown: OnScreen, key: str, by: int) -> int:
    return await picture(still_path(key).read_bytes(), "A sample", by=by)


async def _license(shelf: Shelf, shown: OnScreen, now: datetime) -> None:
    """Shortlisted, accepted, and taken by the shop: for the world, for a year, at 8 % of net sales."""
    application, product = shelf.application, shown.made[shelf.maker.makes]
    assert application is not None
    await applications.shortlist_application(application.id, "The best samples we were sent.", by=shown.lin.id)
    terms = Terms(
        product_ids=frozenset({product.id}), countries=frozenset({"*"}), exclusivity=Exclusivity.NONE, category="",
        royalty_bps=800, minimum_minor=1_000_00, currency=CURRENCY, unit_cap=500, starts_at=now - timedelta(days=30),
        ends_at=now + timedelta(days=335), sell_off_days=60, report_months=3,
        note="The film's name may stand on the box, the actor's likeness may not.",
    )  # fmt: skip
    offered = await applications.accept_application(application.id, terms, by=shown.lin.id, key=f"licence:{product.id}")
    shelf.licence = await accept_licence(offered.id, by=shelf.owner.id)


async def _list(shelf: Shelf, shown: OnScreen) -> None:
    maker, by = shelf.maker, shelf.owner.id
    licence_id = shelf.licence.id if shelf.licence and maker.match == Match.LICENSED_REPLICA else None
    written = Written(maker.listed, maker.words, maker.match, licence_id, 0, maker.ships_within_days)
    product = shown.made[maker.makes]
    listing = await listings.make_listing_once(shelf.shop, product.id, written, CURRENCY, by=by, key="listing")
    variants = [
        VariantWritten(None, name, f"{maker.makes}-{place}", maker.price_minor, maker.pieces)
        for place, name in enumerate(maker.variants)
    ]
    await pieces.write_variants(listing.id, variants, by=by)
    await pictures.add_picture(listing.id, await _sample(shown, maker.makes, by), alt=maker.listed, by=by)
    await listings.publish_listing(listing.id, by=by)
    shelf.listing = await Listing.get(id=listing.id)
