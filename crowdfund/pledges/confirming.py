"""A bank wants to see its customer before it pays: she confirms the very charge that waits for her."""

from __future__ import annotations

from crowdfund.payments import stripe
from crowdfund.pledges import queries
from crowdfund.pledges.following import follow_charge
from crowdfund.pledges.models import Pledge
from crowdfund.refusal import Refusal


class NothingToConfirm(Refusal):
    pass


async def page_of_bank(pledge: Pledge, *, return_url: str) -> str | None:
    """The bank's page to send the fan to. None: it wants nothing more, and what came of the charge is written down.

    Raises NothingToConfirm where no charge waits for her, stripe.Unknown.
    """
    found = await queries.shown(pledge)
    if not found.needs_bank or found.charge is None or found.card is None:
        raise NothingToConfirm("There is nothing to confirm with the bank.")
    intent_id = str(found.charge.stripe_payment_intent_id)
    url = await stripe.authenticate(intent_id, found.card.stripe_payment_method_id, return_url)
    if url is None:
        await follow_charge(intent_id)
    return url
