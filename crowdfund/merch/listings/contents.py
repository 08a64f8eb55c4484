"""What a listing may say, and what it lacks before it can be sold: pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crowdfund import money
from crowdfund.campaigns.rules import Missing
from crowdfund.merch.licences.rules import Right
from crowdfund.merch.listings.models import Match
from crowdfund.merch.listings.rules import EVERYWHERE, Facts
from crowdfund.people.models import OrganisationState, PayoutsState
from crowdfund.refusal import Invalid, Refusal
from crowdfund.settings import current

NAME_MAX, ABOUT_MAX, ALT_MAX = 120, 4_000, 300
VARIANT_NAME_MAX, SKU_MAX = 60, 40
DISCOUNT_MAX_BPS = 9_000
SHIPS_MAX_DAYS, ON_HAND_MAX = 120, 1_000_000
LISTINGS_MAX, VARIANTS_MAX, PICTURES_MAX, ZONES_MAX = 500, 50, 10, 40
ZONE_NAME_MAX, COUNTRIES_MAX = 60, 250
REASON_MIN, REASON_MAX = 10, 1_000


class ListingFrozen(Refusal):
    """It is over, or was stopped: nothing of it changes."""


class WrongLabel(Invalid):
    """What it says of itself and the licence that it names don't go together."""


class TooMany(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Written:
    """A listing as its seller writes it. licence_id: of a licensed replica, and of nothing else. discount_bps: paid by the seller."""

    name: str
    about: str
    match: Match
    licence_id: int | None
    discount_bps: int
    ships_within_days: int


def refuse_written(written: Written, right: Right | None, organisation_id: int, product_id: int) -> None:
    """Raises Invalid and WrongLabel for what no listing can be. right: of the licence it names, as it is written down."""
    if not 0 <= written.discount_bps <= DISCOUNT_MAX_BPS:
        raise Invalid("At most 90 % off.", field="discount_bps")
    if not 1 <= written.ships_within_days <= SHIPS_MAX_DAYS:
        raise Invalid(
            "Say within how many days it is sent, at most {most}.", field="ships_within_days", most=SHIPS_MAX_DAYS
        )
    if written.match != Match.LICENSED_REPLICA:
        if written.licence_id is not None:
            raise WrongLabel(
                "Only a licensed replica names a licence. Leave it out, or choose that label.", field="licence"
            )
        return
    if written.licence_id is None:
        raise WrongLabel("A licensed replica needs a licence. Choose yours, or another label.", field="licence")
    if right is None or right.licensee_id != organisation_id or product_id not in right.product_ids:
        raise WrongLabel("You have no such licence for this product.", field="licence")


# --- its pieces ---


@dataclass(frozen=True, slots=True)
class VariantWritten:
    """A variant as its seller writes it. variant_id: of one that is there. on_hand: pieces counted, where it is new."""

    variant_id: int | None
    name: str
    sku: str
    price_minor: int
    on_hand: int = 0


def refuse_variants(variants: Sequence[VariantWritten], currency: str) -> None:
    """Raises Invalid for variants that no buyer could tell apart, or pay for."""
    if len(variants) > VARIANTS_MAX:
        raise Invalid("At most {most} variants.", field="variants", most=VARIANTS_MAX)
    if len(variants) > 1 and not all(one.name for one in variants):
        raise Invalid("Where there are several, each needs a name: its size, its colour.", field="variants")
    for what in ([one.name.casefold() for one in variants], [one.sku.casefold() for one in variants if one.sku]):
        if len(set(what)) < len(what):
            raise Invalid("Two variants have the same name or number.", field="variants")
    least = money.charge_min_minor(currency)
    for one in variants:
        if not least <= one.price_minor <= money.CHARGE_MAX_MINOR:
            raise Invalid("A piece costs at least {least}.", field="variants", least=money.Amount(least, currency))
        if not 0 <= one.on_hand <= ON_HAND_MAX:
            raise Invalid("At most {most} pieces.", field="variants", most=ON_HAND_MAX)


# --- where it is sent ---


@dataclass(frozen=True, slots=True)
class ZoneWritten:
    """A shipping zone as its seller writes it. countries: two letters each, or `*` alone."""

    name: str
    countries: tuple[str, ...]
    currency: str
    first_minor: int
    more_minor: int
    days_min: int
    days_max: int


def refuse_zone(zone: ZoneWritten, known: Collection[str]) -> None:
    """Raises Invalid. known: the countries that there are."""
    if zone.currency not in current().currencies:
        raise Invalid("Nothing is sold in {currency} here.", field="currency", currency=zone.currency)
    if not zone.countries or len(zone.countries) > COUNTRIES_MAX:
        raise Invalid("Name the countries it is for, or choose all others.", field="countries")
    if zone.countries != (EVERYWHERE,) and not set(zone.countries) <= set(known):
        raise Invalid("One of these is no country that we know.", field="countries")
    if zone.days_min > zone.days_max:
        raise Invalid("The longest time can't be shorter than the shortest.", field="days_max")
    for field, amount_minor in (("first", zone.first_minor), ("more", zone.more_minor)):
        if not 0 <= amount_minor <= money.CHARGE_MAX_MINOR // 100:
            raise Invalid("Shipping can't cost that much.", field=field)


# --- before it is sold ---


def missing_in(facts: Facts, about: str, payouts_state: str) -> list[Missing]:
    """All that keeps a listing from being sold; empty when it is ready."""
    missing = []
    if not about.strip():
        missing.append(Missing("about", "Say what it is: what it is made of, how large, how it is made."))
    if not any(piece.state == "offered" for piece in facts.pieces):
        missing.append(Missing("variants", "Say what it costs."))
    if not any(zone.currency == facts.currency for zone in facts.zones):
        missing.append(Missing("zones", "Say where you ship to, and what that costs in its currency."))
    if facts.seller_state != OrganisationState.VERIFIED:
        missing.append(Missing("verification", "We have to know who you are first: see Verification."))
    elif payouts_state != PayoutsState.ENABLED:
        missing.append(Missing("payouts", "You have to be able to get paid first: see Verification and payouts."))
    if facts.match == Match.LICENSED_REPLICA and facts.right is None:
        missing.append(Missing("licence", "A licensed replica needs a licence. Choose yours, or another label."))
    return missing
