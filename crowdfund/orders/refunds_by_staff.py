"""What staff does with a refund of tickets or goods that the card did not take: pay it another way, or have it tried again."""

from __future__ import annotations

from crowdfund.database import atomic
from crowdfund.orders import queries
from crowdfund.payments import refunds
from crowdfund.payments.models import Refund
from crowdfund.people.audit import record
from crowdfund.refusal import NotFound, Refusal

KINDS = ("order:", "purchase:", "goods_order:")


async def refund_of_order(refund_id: int | None) -> Refund:
    """Raises NotFound for none, and for one of a pledge."""
    found = await Refund.get_or_none(id=refund_id) if refund_id is not None else None
    if found is None or not found.subject.startswith(KINDS):
        raise NotFound("There is no such refund.")
    return found


@atomic
async def pay_another_way(refund_id: int, *, reason: str, by: int) -> None:
    """It was paid by bank, and who says so. reason: how, never shown to the buyer. Raises BankDecides, Refusal."""
    await _refuse_while_bank_decides(refund_id)
    await refunds.pay_another_way(refund_id, note=reason)
    await record("refund_paid_another_way", f"refund:{refund_id}", by=by, reason=reason)


@atomic
async def try_again(refund_id: int, *, by: int) -> None:
    """The payment company is asked once more for what it refused; not for what a bank sent back. Raises BankDecides, Refusal."""
    await _refuse_while_bank_decides(refund_id)
    if not await refunds.ask_once_more(refund_id):
        raise Refusal("This refund is not waiting for that.")
    await record("refund_tried_again", f"refund:{refund_id}", by=by)


async def _refuse_while_bank_decides(refund_id: int) -> None:
    if await queries.bank_decides_of_refund(refund_id):
        raise refunds.BankDecides(
            "Her bank is deciding about this payment. Wait for it, or she may get her money twice."
        )


async def failed_refunds(*, before_id: int | None, limit: int) -> list[Refund]:
    """Those that wait for a person, the newest first."""
    ids = await queries.failed_refunds(before_id if before_id is not None else 2**63 - 1, limit)
    return await Refund.filter(id__in=ids).order_by("-id") if ids else []
