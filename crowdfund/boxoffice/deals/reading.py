"""A deal as a form or a program sends it, read part by part; each mistake is a refusal that names the step.

Its form, all amounts in minor units and all percentages in basis points:

    {"currency": "USD", "payees": [{"key": "cinema", "name": "Odeon"}, …], "rest": "cinema", "booking_fee": "platform",
     "steps": [{"kind": "percentage", "payee": …, "base": "gross", "bps": 500, "deduction": true},
               {"kind": "percentage", …, "over_minor": 500000, "period": "week"},
               {"kind": "weekly", …, "base": "gross", "weeks_bps": [7000, 6000, 5000]},
               {"kind": "fixed", …, "amount_minor": 50000, "period": "screening"},
               {"kind": "marginal", …, "base": "divisible", "measure": "gross",
                "tiers": [{"above": 0, "up_to": 100, "bps": 4300}, {"above": 100, "up_to": null, "bps": 4500}]},
               {"kind": "retroactive", … as marginal},
               {"kind": "higher_of", …, "period": "week", "terms": [{"kind": "weekly", …}, {"kind": "percentage", …}]},
               {"kind": "cap", …, "term": {…}, "limit": {"kind": "fixed", "amount_minor": 100000}},
               {"kind": "guarantee", …, "amount_minor": 100000, "bearer": "cinema", "period": "run"}],
     "recoupments": [{"advance_minor": 1000000, "from": "producer", "to": "distributor", "bps": 10000}]}

Terms inside `higher_of` and `cap` have no payee and no period: these are their step's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from crowdfund import money
from crowdfund.boxoffice.deals.checking import STEPS_MAX, DealRefused, refuse_deal
from crowdfund.boxoffice.deals.reading_steps import is_whole, list_of, shown, step_of
from crowdfund.boxoffice.deals.steps import FORMAT, WHOLE_BPS, Deal, Payee, Recoupment

PAYEES_MAX, NAME_MAX, RECOUPMENTS_MAX = 20, 80, 5
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_NOT_WORDS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_OF_DEAL = {"format", "currency", "payees", "steps", "rest", "recoupments", "booking_fee"}


def read(given: Any) -> Deal:
    """The deal in what was sent: plain dicts, lists, strings and integers. Raises DealRefused; `field` is `step-3` for step 3."""
    if not isinstance(given, Mapping):
        raise DealRefused(
            "This is no deal: it has to be an object with currency, payees, steps and rest.", field="steps"
        )
    if strange := sorted(str(name) for name in set(given) - _OF_DEAL):
        raise DealRefused("The deal has {name}, which no deal has.", name=shown(strange[0]), field="steps")
    if not is_whole(given.get("format", FORMAT), FORMAT, FORMAT):
        raise DealRefused("This deal is written in a form that is not known here.", field="steps")
    currency = given.get("currency")
    if not isinstance(currency, str) or not money.can_be_offered(currency):
        raise DealRefused("Say which currency the deal is in, like EUR.", field="currency")
    payees = _payees(given.get("payees"))
    if given.get("steps") is None:
        raise DealRefused("This deal has no steps: send an empty list where the rest is all.", field="steps")
    steps = list_of(given.get("steps"), "steps")
    if len(steps) > STEPS_MAX:
        raise DealRefused(
            "A deal has at most {most} steps; this one has {now}.", most=STEPS_MAX, now=len(steps), field="steps"
        )
    known = {payee.key for payee in payees}
    read_steps = [step_of(one, number, known) for number, one in enumerate(steps, 1)]
    return refuse_deal(
        currency, payees, read_steps, rest=_rest(given.get("rest"), known), recoupments=_recoupments(given, known),
        booking_fee=_booking_fee(given.get("booking_fee"), known),
    )  # fmt: skip


def _payees(given: Any) -> tuple[Payee, ...]:
    found = []
    for one in list_of(given, "payees"):
        key, name = (one.get("key"), one.get("name") or "") if isinstance(one, Mapping) else (None, "")
        if not isinstance(key, str) or not _SLUG.fullmatch(key) or set(one) - {"key", "name"}:
            raise DealRefused("Each payee has a key of small letters, digits and _, like special_fund.", field="payees")
        if not isinstance(name, str) or len(name) > NAME_MAX or _NOT_WORDS.search(name):
            raise DealRefused(
                "The name of a payee is one line of at most {most} characters.", most=NAME_MAX, field="payees"
            )
        found.append(Payee(key, name.strip()))
    if not found or len(found) > PAYEES_MAX:
        raise DealRefused("Name 1 to {most} payees.", most=PAYEES_MAX, field="payees")
    if len({payee.key for payee in found}) < len(found):
        raise DealRefused("Two payees have the same key.", field="payees")
    return tuple(found)


def _is_payee(given: Any, known: set[str]) -> TypeGuard[str]:
    return isinstance(given, str) and given in known


def _rest(given: Any, known: set[str]) -> str:
    if not _is_payee(given, known):
        raise DealRefused(
            "The steps don't reach 100 % by themselves: name the payee who gets what is left, down to the last cent.",
            field="rest",
        )
    return given


def _booking_fee(given: Any, known: set[str]) -> str | None:
    if given is not None and not _is_payee(given, known):
        raise DealRefused("The booking fee goes to somebody who is no payee of this deal.", field="booking_fee")
    return given


def _recoupments(given: Mapping[str, Any], known: set[str]) -> tuple[Recoupment, ...]:
    found = []
    for number, one in enumerate(list_of(given.get("recoupments"), "recoupments"), 1):
        whole = one if isinstance(one, Mapping) else {}
        advance, bps = whole.get("advance_minor"), whole.get("bps", WHOLE_BPS)
        source, to = whole.get("from"), whole.get("to")
        if number > RECOUPMENTS_MAX:
            raise DealRefused("A deal takes back at most {most} advances.", most=RECOUPMENTS_MAX, field="recoupments")
        if strange := sorted(str(name) for name in set(whole) - {"advance_minor", "bps", "from", "to"}):
            raise DealRefused(
                "Recoupment {number} has {name}, which no recoupment has.",
                number=number, name=shown(strange[0]), field="recoupments",
            )  # fmt: skip
        if not is_whole(advance, 1, money.AMOUNT_MAX_MINOR) or not is_whole(bps, 1, WHOLE_BPS):
            raise DealRefused(
                "Recoupment {number}: say how large the advance is, and how much of the share goes back.",
                number=number, field="recoupments",
            )  # fmt: skip
        if not _is_payee(source, known) or not _is_payee(to, known) or source == to:
            raise DealRefused(
                "Recoupment {number}: say from whose share the advance comes back, and to whom.",
                number=number, field="recoupments",
            )  # fmt: skip
        found.append(Recoupment(advance, source, to, bps))
    return tuple(found)
