"""What a bank is answered: by whoever the payment was for; where those are several sellers, all that they say, as one answer."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.disputes.actions import DisputeClosed, answer_dispute, end_kept_refunds, resend_answers
from crowdfund.disputes.models import Dispute, DisputeState, DisputeWords
from crowdfund.disputes.queries import About, about, due_with_words
from crowdfund.payments.in_turn import in_turn

BEFORE_IT_IS_DUE = timedelta(days=1)


async def answer(dispute: Dispute, found: About, *, organisation_id: int, evidence: str, by_person_id: int) -> bool:
    """Say what speaks for a payment; gives whether the bank has it now. Of several sellers the last sends what all have said.

    Raises DisputeClosed, AnswerRefused.
    """
    if len(found.organisations) == 1:
        await answer_dispute(dispute.id, evidence=evidence, by_person_id=by_person_id)
        return True
    said = await _write_words(dispute.id, organisation_id, evidence, by_person_id)
    if said < len(found.organisations):
        return False
    await answer_dispute(dispute.id, evidence=await _together(dispute, found), by_person_id=by_person_id)
    return True


@atomic
async def _write_words(dispute_id: int, organisation_id: int, words: str, by: int) -> int:
    if not await Dispute.exists(id=dispute_id, state=DisputeState.NEEDS_RESPONSE):
        raise DisputeClosed("This dispute has been answered, or is over.")
    if not await DisputeWords.filter(dispute_id=dispute_id, organisation_id=organisation_id).update(
        words=words, by_person_id=by, made_at=clock.now()
    ):
        await DisputeWords.create(
            id=new_id(), dispute_id=dispute_id, organisation_id=organisation_id, words=words, by_person_id=by, made_at=clock.now()
        )  # fmt: skip
    return await DisputeWords.filter(dispute_id=dispute_id).count()


async def words_of(dispute_id: int, organisation_id: int) -> str:
    """What one of several sellers has said so far."""
    found = await DisputeWords.get_or_none(dispute_id=dispute_id, organisation_id=organisation_id)
    return "" if found is None else found.words


async def _together(dispute: Dispute, found: About) -> str:
    said = {one.organisation_id: one.words for one in await DisputeWords.filter(dispute_id=dispute.id).order_by("id")}
    parts = [f"{one.name}:\n{said[one.id]}" for one in found.organisations if one.id in said]
    return "\n\n".join(parts)[:20_000]


async def send_words_in_time() -> int:
    """A day before an answer is due, the bank has what those sellers said who said something; gives of how many disputes."""
    return await in_turn(await due_with_words(clock.to_us(clock.now() + BEFORE_IT_IS_DUE)), _send_what_there_is)


async def _send_what_there_is(dispute_id: int) -> bool:
    dispute = await Dispute.get(id=dispute_id)
    last = await DisputeWords.filter(dispute_id=dispute_id).order_by("-made_at").first()
    if last is None or dispute.state != DisputeState.NEEDS_RESPONSE:
        return False
    evidence = await _together(dispute, await about(dispute))
    await answer_dispute(dispute_id, evidence=evidence, by_person_id=last.by_person_id)
    return True


async def work_on_disputes() -> bool:
    """Send answers whose sending was cut off or whose time has come, and end the refunds that lost disputes have paid."""
    return await send_words_in_time() + await resend_answers() + await end_kept_refunds() > 0
