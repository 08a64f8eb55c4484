"""What a ticket stands for, and how shares become movements of money: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.screenings.models import LIVE, TicketState

SETTLE_DAYS, SETTLE_DAYS_MAX = 3, 60
RESERVE_BPS = 300
NOTE_MAX = 1_000
WORDS_MAX = 500
CASHIERS = ("special_fund", "tax")  # what somebody remits for others: most often the cinema
PLATFORM = "platform"


class NoSuchDeal(NotFound):
    pass


class NotYourTurn(Refusal):
    """Who wrote a version doesn't agree to it; the other side does."""


class NotADraft(Refusal):
    """What the other side has seen stays."""


class NobodyBound(Invalid):
    """A payee that is nobody on this platform: nothing could be paid out."""


class NoDealNow(Refusal):
    """Nothing is agreed on while the booking isn't."""


class WordsMissing(Invalid):
    """The cinema counted something else, and says nothing about it."""


class NotShownYet(Refusal):
    pass


class AdmittedAlready(Refusal):
    """Who was in the film has had it."""


class Stands(NamedTuple):
    """What a ticket counts in a settlement: of its price, of its booking fee, and whether somebody may sit there."""

    gross_minor: int
    fee_minor: int
    admissions: int


NOTHING = Stands(0, 0, 0)


def kept_of(price_minor: int, fee_minor: int, refunded_minor: int) -> tuple[int, int]:
    """What is left of price and fee after a part of both was given back, each in proportion; an odd cent comes out of the price."""
    whole = price_minor + fee_minor
    kept_fee = fee_minor - (refunded_minor * fee_minor // whole if whole else 0)
    return whole - refunded_minor - kept_fee, kept_fee


def standing_of(tickets: Iterable[Mapping[str, Any]], missing: Mapping[int, int]) -> dict[int, Stands]:
    """What each ticket stands for, by its id; those that stand for nothing are left out, and those that moved.

    tickets: id, order_id, price_minor, fee_minor, refunded_minor, state, by id. missing: what banks hold of each order.
    """
    left, found = dict(missing), {}
    for ticket in tickets:
        if ticket["state"] == TicketState.MOVED:
            continue
        whole = ticket["price_minor"] + ticket["fee_minor"]
        held = min(left.get(ticket["order_id"], 0), whole - ticket["refunded_minor"])
        left[ticket["order_id"]] = left.get(ticket["order_id"], 0) - held
        gross, fee = kept_of(ticket["price_minor"], ticket["fee_minor"], ticket["refunded_minor"] + held)
        is_seated = TicketState(ticket["state"]) in LIVE and (gross + fee > 0 or whole == 0)
        if (stands := Stands(gross, fee, int(is_seated))) != NOTHING:
            found[ticket["id"]] = stands
    return found
