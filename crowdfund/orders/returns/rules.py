"""What may go back, until when, and what comes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.orders.parcels.models import ParcelState
from crowdfund.orders.returns.models import REASONS, Kind, Reason, Resolution
from crowdfund.refusal import Invalid, Refusal

RETURN_WITHIN = timedelta(days=14)  # after it has arrived
CLAIM_WITHIN = timedelta(days=180)  # after that cards take no refunds
ANSWER_WITHIN = timedelta(days=7)
SEND_WITHIN = timedelta(days=30)
RECEIVE_WITHIN = timedelta(days=14)
REPLACE_WITHIN = timedelta(days=14)

Wants = Mapping[int, int]  # how many pieces, by the id of the line


class MoreThanBought(Invalid):
    """More pieces than there are to send, to call off or to send back."""


class NothingChosen(Invalid):
    pass


class TooLate(Refusal):
    """Its time is over."""


class NotYet(Refusal):
    """It may still arrive."""


class WrongReason(Invalid):
    pass


@dataclass(frozen=True, slots=True)
class Pieces:
    """How many pieces of a line are where. asked_back: in a return that is not over."""

    line_id: int
    name: str
    quantity: int
    shipped: int
    cancelled: int
    returned: int
    asked_back: int

    @property
    def to_ship(self) -> int:
        return self.quantity - self.shipped - self.cancelled

    @property
    def can_come_back(self) -> int:
        return self.shipped - (self.returned - self.cancelled) - self.asked_back


@dataclass(frozen=True, slots=True)
class Way:
    """A parcel with pieces of a line: when it went, when it is known to have arrived, what its sender says."""

    line_id: int
    sent_at: datetime
    delivered_at: datetime | None
    state: str


def chosen(wants: Wants) -> dict[int, int]:
    """The lines of which some pieces are wanted, in their order. Raises NothingChosen."""
    some = {line_id: number for line_id, number in sorted(wants.items()) if number > 0}
    if not some:
        raise NothingChosen("Please say of which pieces, and how many.", field="pieces")
    return some


def none_too_many(wants: Wants, there: Mapping[int, tuple[str, int]]) -> None:
    """there: name and number of pieces by line. Raises MoreThanBought for the first of which more is wanted."""
    for line_id, number in wants.items():
        name, left = there.get(line_id, ("", 0))
        if number > left:
            raise MoreThanBought(
                "Of “{name}” only {num} pieces can be chosen.", one="Of “{name}” only one piece can be chosen.",
                field="pieces", num=left, name=name,
            ) if left else MoreThanBought(
                "Of “{name}” no piece can be chosen any more.", field="pieces", name=name,
            )  # fmt: skip


def to_ship(pieces: Iterable[Pieces]) -> dict[int, tuple[str, int]]:
    return {one.line_id: (one.name, one.to_ship) for one in pieces}


def coming_back(pieces: Iterable[Pieces]) -> dict[int, tuple[str, int]]:
    return {one.line_id: (one.name, one.can_come_back) for one in pieces}


# --- until when ---


def arrived_at(way: Way, days_max: int) -> datetime:
    """When it is known to have arrived; else when it has to have, by what its zone says."""
    return way.delivered_at or way.sent_at + timedelta(days=days_max)


def window_ends(ways: Sequence[Way], kind: Kind, days_max: int) -> datetime | None:
    """Until when pieces of a line can go back: counted from its last parcel. None where nothing was sent."""
    if not ways:
        return None
    within = RETURN_WITHIN if kind == Kind.RETURN else CLAIM_WITHIN
    return max(arrived_at(way, days_max) for way in ways) + within


def may_ask(kind: Kind, reason: Reason, ways: Sequence[Way], days_max: int, now: datetime) -> None:
    """Whether pieces of a line may be asked back now. Raises WrongReason, TooLate, NotYet."""
    if kind == Kind.CANCELLATION or reason not in REASONS[kind]:
        raise WrongReason("Please choose one of these reasons.", field="reason")
    ends = window_ends(ways, kind, days_max)
    if ends is not None and now >= ends:
        raise TooLate(
            "The {days} days in which this can be sent back are over. If something is wrong with it, claim it.", days=RETURN_WITHIN.days
        ) if kind == Kind.RETURN else TooLate("The {days} days in which this can be claimed are over.", days=CLAIM_WITHIN.days)  # fmt: skip
    if reason == Reason.NOT_ARRIVED and not any(is_overdue(way, days_max, now) for way in ways):
        raise NotYet("It can still arrive: please wait until its days are over.", field="reason")


def is_overdue(way: Way, days_max: int, now: datetime) -> bool:
    """A parcel that should have arrived and, as far as anybody knows, has not."""
    if way.state in (ParcelState.LOST, ParcelState.SENT_BACK):
        return True
    return way.delivered_at is None and now > way.sent_at + timedelta(days=days_max)


def is_late(ship_by: datetime, to_ship: int, now: datetime) -> bool:
    """Something should have been sent by now and was not: it can be called off, and the seller can't say no."""
    return to_ship > 0 and now > ship_by


# --- what comes of it ---


def resolution_of(quantities: Wants, replaces: Wants) -> Resolution:
    """By money, by other pieces, or both. Raises MoreThanBought."""
    for line_id, number in replaces.items():
        if not 0 <= number <= quantities.get(line_id, 0):
            raise MoreThanBought("You can't replace more pieces than are claimed.", field="replaces")
    replaced, all_of_it = sum(replaces.values()), sum(quantities.values())
    if not replaced:
        return Resolution.REFUND
    return Resolution.REPLACEMENT if replaced == all_of_it else Resolution.BOTH


def ship_back_too(lines: Iterable[tuple[int, int]], was_returned: bool) -> bool:
    """Whether the shipping goes back: all of an order goes back, and none of it only because somebody changed her mind.

    lines: (quantity, returned) of all lines, with what goes back now. was_returned: a piece was sent back as she may, without a
    claim.
    """
    return not was_returned and all(returned == quantity for quantity, returned in lines)
