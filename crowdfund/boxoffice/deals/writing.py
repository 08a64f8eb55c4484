"""A deal as canonical JSON: the same deal is the same bytes, and its hash is its version."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from crowdfund.boxoffice.deals.steps import (
    FORMAT,
    KIND_OF,
    Cap,
    Deal,
    Fixed,
    Guarantee,
    HigherOf,
    Percentage,
    Step,
    Term,
    Weekly,
)


def as_json(deal: Deal) -> dict[str, Any]:
    """The deal in the form that `reading.read` takes, with everything that was left out written out."""
    return {
        "format": FORMAT, "currency": deal.currency, "rest": deal.rest, "booking_fee": deal.booking_fee,
        "payees": [{"key": payee.key, "name": payee.name} for payee in deal.payees],
        "steps": [_step_json(step) for step in deal.steps] + [_guarantee_json(one) for one in deal.guarantees],
        "recoupments": [
            {"advance_minor": one.advance_minor, "from": one.source, "to": one.to, "bps": one.bps} for one in deal.recoupments
        ],
    }  # fmt: skip


def canonical(deal: Deal) -> bytes:
    """Canonical JSON: names sorted, no spaces, UTF-8."""
    return json.dumps(as_json(deal), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def deal_hash(deal: Deal) -> str:
    """The version of a deal: SHA-256 of its canonical JSON, hexadecimal."""
    return sha256(canonical(deal)).hexdigest()


def _step_json(step: Step) -> dict[str, Any]:
    whole = _term_json(step.term) | {"payee": step.payee, "deduction": step.deduction}
    return whole if step.period is None else whole | {"period": step.period.value}


def _guarantee_json(one: Guarantee) -> dict[str, Any]:
    return {
        "kind": "guarantee", "payee": one.payee, "amount_minor": one.amount_minor, "bearer": one.bearer,
        "period": one.period.value,
    }  # fmt: skip


def _term_json(term: Term) -> dict[str, Any]:
    kind = {"kind": KIND_OF[type(term)].value}
    if isinstance(term, HigherOf):
        return kind | {"terms": [_term_json(one) for one in term.terms]}
    if isinstance(term, Cap):
        return kind | {"term": _term_json(term.term), "limit": _term_json(term.limit)}
    if isinstance(term, Fixed):
        return kind | {"amount_minor": term.amount_minor}
    whole = kind | {"base": term.base.value}
    if isinstance(term, Percentage):
        return whole | {"bps": term.bps, "over_minor": term.over_minor}
    if isinstance(term, Weekly):
        return whole | {"weeks_bps": list(term.weeks_bps)}
    tiers = [{"above": tier.above, "up_to": tier.up_to, "bps": tier.bps} for tier in term.tiers]
    return whole | {"measure": term.measure.value, "tiers": tiers}
