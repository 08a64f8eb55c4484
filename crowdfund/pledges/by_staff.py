"""What staff does with somebody's pledge: always with a reason, always in the audit, in one transaction with it."""

from __future__ import annotations

from crowdfund.database import atomic
from crowdfund.database.once import once
from crowdfund.payments.models import Refund
from crowdfund.people.audit import record
from crowdfund.pledges.refunding import pay_another_way, refund_pledge


@atomic
async def refund_once(pledge_id: int, amount_minor: int | None, reason: str, *, by: int, key: str) -> int:
    """The refund, and who gave it why: a form or a call that is sent twice is one refund. Gives its id.

    Raises what `refund_pledge` raises, KeyUsedForAnother.
    """

    async def make() -> int:
        given_minor = await refund_pledge(pledge_id, amount_minor=amount_minor, reason=reason, by_person_id=by)
        await record(
            "pledge_refunded", f"pledge:{pledge_id}", by=by, reason=reason, after={"amount_minor": given_minor}
        )
        newest = await Refund.filter(subject=f"pledge:{pledge_id}").order_by("-id").first()
        assert newest is not None
        return newest.id

    return await once(by, f"refund:{key}", [pledge_id, amount_minor, reason], make)


@atomic
async def note_paid_another_way(refund_id: int, *, reason: str, by: int) -> None:
    """A refund that the card can't take any more was paid by bank, and who says so. reason: how, never shown to the fan."""
    await pay_another_way(refund_id, note=reason)
    await record("refund_paid_another_way", f"refund:{refund_id}", by=by, reason=reason)
