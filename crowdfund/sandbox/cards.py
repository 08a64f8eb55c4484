"""The test cards: Stripe's by their numbers, and a few of the sandbox's own. What a card does follows from its last four digits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crowdfund.sandbox.errors import ApiError
from crowdfund.sandbox.shape import Obj, private, shown


@dataclass(frozen=True, slots=True)
class Decline:
    """A bank's no: Stripe's code and decline code, what the network said, and its advice on trying again."""

    code: str
    decline_code: str
    message: str
    network_code: str
    advice: str


@dataclass(frozen=True, slots=True)
class TestCard:
    """says: for a person choosing it. decline: of a charge. saves: it can be set up, or charged on session, all the same.

    authentication: "setup" asks once, when it is set up; "always" asks every time, so charging off session fails.
    declines_first: this many charges off session are declined, later ones go through. ends_now: it expires with the month in
    which it is saved. own: Stripe has no such card.
    """

    name: str
    number: str
    token: str
    says: str
    decline: Decline | None = None
    saves: bool = True
    authentication: str = "never"
    declines_first: int = 0
    disputed: bool = False
    at_once: bool = False
    refund_fails: bool = False
    ends_now: bool = False
    own: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        return " ".join(self.number[i : i + 4] for i in range(0, 16, 4))


_NO = "Your card was declined."
GENERIC = Decline("card_declined", "generic_decline", _NO, "05", "try_again_later")
FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.", "51", "try_again_later")
LOST = Decline("card_declined", "lost_card", _NO, "41", "do_not_try_again")
STOLEN = Decline("card_declined", "stolen_card", _NO, "43", "do_not_try_again")
CLOSED = Decline("card_declined", "invalid_account", _NO, "46", "do_not_try_again")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.", "54", "confirm_card_data")
AUTHENTICATION = Decline(
    "authentication_required", "authentication_required", f"{_NO} This transaction requires authentication.", "1A", ""
)

# Numbers, tokens and behaviour of Stripe's own test cards: Stripe docs, "Testing", read 2026-11.
CARDS = (
    TestCard("ok", "4242424242424242", "pm_card_visa", "Works"),
    TestCard(
        "authentication_setup", "4000002500003155", "pm_card_authenticationRequiredOnSetup",
        "Asks you to confirm it once, when it is saved", authentication="setup",
    ),
    TestCard(
        "authentication_always", "4000002760003184", "pm_card_authenticationRequired",
        "Asks you to confirm every payment", authentication="always",
    ),
    TestCard(
        "declines_later", "4000000000000341", "pm_card_chargeCustomerFail",
        "Can be saved, but is declined when charged", GENERIC,
    ),
    TestCard(
        "instant", "4000000000000077", "pm_card_bypassPending",
        "Works, and the money is available at once", at_once=True,
    ),
    TestCard(
        "disputed", "4000000000000259", "pm_card_createDispute",
        "Works, then the bank disputes the payment as fraud", disputed=True,
    ),
    TestCard(
        "refund_fails", "4000000000005126", "pm_card_refundFail",
        "Works, but a refund to it fails later", refund_fails=True,
    ),
    TestCard("declined", "4000000000000002", "pm_card_visa_chargeDeclined", "Is declined", GENERIC, saves=False),
    TestCard(
        "insufficient_funds", "4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds",
        "Is declined: insufficient funds", FUNDS, saves=False,
    ),
    TestCard(
        "lost", "4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "Is declined: lost card", LOST, saves=False,
    ),
    TestCard(
        "stolen", "4000000000009979", "pm_card_visa_chargeDeclinedStolenCard",
        "Is declined: stolen card", STOLEN, saves=False,
    ),
    TestCard(
        "expired", "4000000000000069", "pm_card_chargeDeclinedExpiredCard", "Is declined: expired", EXPIRED, saves=False,
    ),
    TestCard(
        "fixable", "4000000000002002", "pm_card_sandbox_fixable",
        "Can be saved, is declined the first two times it is charged later, then works", FUNDS, declines_first=2, own=True,
    ),
    TestCard(
        "saved_insufficient_funds", "4000000000002995", "pm_card_sandbox_saved_insufficient_funds",
        "Can be saved, later has insufficient funds every time", FUNDS, own=True,
    ),
    TestCard(
        "saved_lost", "4000000000002987", "pm_card_sandbox_saved_lost",
        "Can be saved, later is reported lost", LOST, own=True,
    ),
    TestCard(
        "saved_closed", "4000000000002046", "pm_card_sandbox_saved_closed",
        "Can be saved, later its account is closed", CLOSED, own=True,
    ),
    TestCard(
        "ends_now", "4000000000002053", "pm_card_sandbox_ends_now", "Works, and expires at the end of this month",
        ends_now=True, own=True,
    ),
)  # fmt: skip

BY_NAME = {card.name: card for card in CARDS}
BY_TOKEN = {card.token: card for card in CARDS}
_BY_LAST4 = {card.last4: card for card in CARDS}


def of(method: Obj) -> TestCard:
    """The test card that a payment method stands for."""
    return _BY_LAST4[method["card"]["last4"]]


def card_members(card: TestCard, now: int) -> dict[str, Any]:
    """The members of a payment method's `card` that tell this card from another. now: seconds since 1970."""
    members: dict[str, Any] = {"last4": card.last4, "fingerprint": f"sandbox{card.number[-9:]}"}
    if card.ends_now:
        members["exp_year"], members["exp_month"] = _month(now)
    return members


def has_expired(method: Obj, now: int) -> bool:
    """Whether a card's last month is over. now: seconds since 1970."""
    return (method["card"]["exp_year"], method["card"]["exp_month"]) < _month(now)


def _month(now: int) -> tuple[int, int]:
    at = datetime.fromtimestamp(now, UTC)
    return at.year, at.month


def refusal_to_save(method: Obj) -> Decline | None:
    """What the bank says when this card is to be saved: None is yes."""
    card = of(method)
    return None if card.saves else card.decline


def must_authenticate(method: Obj) -> bool:
    """Whether the bank asks the card's holder before it lets a payment through."""
    card = of(method)
    return card.authentication == "always" or (card.authentication == "setup" and not private(method).get("set_up"))


def card_error(no: Decline, *, effect_stays: bool = False, **more: Any) -> ApiError:
    """402: the bank said no. more: charge, payment_intent, payment_method, setup_intent, as far as they exist."""
    members: dict[str, Any] = {name: shown(value) if isinstance(value, dict) else value for name, value in more.items()}
    members["advice_code"] = no.advice or None
    members["decline_code"] = no.decline_code
    members["network_decline_code"] = no.network_code
    return ApiError(402, no.message, type="card_error", code=no.code, effect_stays=effect_stays, **members)
