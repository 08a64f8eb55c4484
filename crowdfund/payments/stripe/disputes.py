"""What a bank says of a dispute, and what we answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from crowdfund.payments.found import DisputeFound
from crowdfund.payments.stripe.asking import ask, client, id_of, under
from crowdfund.payments.stripe.record import transaction_of


async def dispute_found(stripe_dispute_id: str) -> DisputeFound:
    found = await ask(client().v1.disputes.retrieve_async(stripe_dispute_id))
    details = cast(Any, found.evidence_details)
    return DisputeFound(
        id=found.id,
        stripe_charge_id=str(id_of(found.charge)),
        amount_minor=found.amount,
        currency=found.currency.upper(),
        reason=found.reason,
        status=str(found.status),
        due_by=details.due_by if details is not None else None,
        transactions=tuple(transaction_of(t) for t in found.balance_transactions),
    )


async def answer_dispute(stripe_dispute_id: str, evidence: Mapping[str, str]) -> None:
    """Send the bank our evidence; another text is another answer, so it has another key."""
    params = cast(Any, {"evidence": dict(evidence), "submit": True})
    text = hashlib.sha256(repr(sorted(evidence.items())).encode()).hexdigest()[:16]
    key = f"dispute:{stripe_dispute_id}:answer:{text}"
    await ask(client().v1.disputes.update_async(stripe_dispute_id, params, under(key)))
