"""What a viewer in one country may see of a film's shop at one moment, and whose offer stands first: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from crowdfund.merch.listings.models import Match
from crowdfund.merch.listings.rules import MATCH_ORDER, Offer
from crowdfund.merch.screen.cues import Cue, CueDocument
from crowdfund.merch.screen.rules import AT_ONCE_MAX
from crowdfund.titles.art.canvas import Dice

RECENT_MS = 15_000  # what was on screen so shortly before a pause is still meant


class Standing(StrEnum):
    """How something on screen can be had here and now."""

    OFFERED = "offered"
    SOLD_OUT = "sold_out"
    LOOKING = "looking"  # nobody makes it yet, and sellers may apply: told in lists, never marked in the frame


@dataclass(frozen=True, slots=True)
class Line:
    """A cue with what is sold of it. offers: as ranked for this cue, its first in the first slot. is_marked: in the frame, by its boxes."""

    cue: Cue
    standing: Standing
    offers: tuple[Offer, ...]
    is_marked: bool


# --- whose offer stands first ---


def ranked(offers: Iterable[Offer], cue_id: int, now: datetime) -> list[Offer]:
    """The best match first, of those what is in stock, and among equals the sellers by turns; what is sold out comes last.

    The turn goes on by one seller each day (UTC), and begins elsewhere at each cue: over as many days as there are sellers each of
    them stands first at each cue once. A seller with many listings has one turn like all others.
    """
    groups: defaultdict[tuple[bool, int, bool], list[Offer]] = defaultdict(list)
    for offer in offers:
        is_gone = offer.stock_state == "sold_out"
        groups[is_gone, MATCH_ORDER.index(Match(offer.match)), not offer.can_be_bought].append(offer)
    return [offer for key in sorted(groups) for offer in _in_turn(groups[key], cue_id, now)]


def _in_turn(offers: Sequence[Offer], cue_id: int, now: datetime) -> list[Offer]:
    of_seller: defaultdict[int, list[Offer]] = defaultdict(list)
    for offer in sorted(offers, key=lambda one: (one.price_minor, one.listing_id)):
        of_seller[offer.organisation_id].append(offer)
    sellers = sorted(of_seller)
    first = (now.toordinal() + Dice(cue_id).bits()) % len(sellers)
    rounds = max(len(of_one) for of_one in of_seller.values())
    in_turn = sellers[first:] + sellers[:first]
    return [of_seller[seller][i] for i in range(rounds) for seller in in_turn if i < len(of_seller[seller])]


def turn_ends_at(now: datetime) -> datetime:
    """When the next seller has the first slot."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


# --- what is shown ---


def lines_of(
    document: CueDocument, offers: Mapping[int, Sequence[Offer]], looking: Container[int], now: datetime
) -> list[Line]:
    """The cues that somebody may see, in the order of the film. What can't be had here, and isn't looking for a maker, is dropped.

    offers: by product, for the viewer's country. looking: products that sellers may apply to.
    """
    found = []
    for cue in document.cues:
        of_product = tuple(ranked(offers.get(cue.product.id, ()), cue.id, now))
        if of_product:
            gone = all(offer.stock_state == "sold_out" for offer in of_product)
            found.append(Line(cue, Standing.SOLD_OUT if gone else Standing.OFFERED, of_product, bool(cue.boxes)))
        elif cue.product.id in looking:
            found.append(Line(cue, Standing.LOOKING, (), False))
    return _no_more_at_once(sorted(found, key=lambda line: (line.cue.start_ms, line.cue.id)))


def _no_more_at_once(lines: Sequence[Line]) -> list[Line]:
    """At each moment at most five are marked in the frame, the most prominent ones; the others stay in the list."""
    marked: defaultdict[int, list[Cue]] = defaultdict(
        list
    )  # by the second, so that a long film is not looked through for each
    kept = set()
    for line in sorted(lines, key=lambda one: (-one.cue.prominence, one.cue.start_ms, one.cue.id)):
        cue, seconds = line.cue, range(line.cue.start_ms // 1000, (line.cue.end_ms - 1) // 1000 + 1)
        if (
            line.is_marked
            and _most_at_once(cue, {other.id: other for at in seconds for other in marked[at]}) < AT_ONCE_MAX
        ):
            kept.add(cue.id)
            for at in seconds:
                marked[at].append(cue)
    return [
        line if line.is_marked == (line.cue.id in kept) else Line(line.cue, line.standing, line.offers, False)
        for line in lines
    ]


def _most_at_once(cue: Cue, marked: Mapping[int, Cue]) -> int:
    beside = [one for one in marked.values() if one.start_ms < cue.end_ms and cue.start_ms < one.end_ms]
    moments = [cue.start_ms, *(one.start_ms for one in beside if one.start_ms > cue.start_ms)]
    return max(sum(one.start_ms <= at < one.end_ms for one in beside) for at in moments)
