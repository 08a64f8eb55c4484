"""A saved card for a vote that binds: it says that one person votes once. It is never charged, and may go once the vote is cast."""

from __future__ import annotations

from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls.models import Label, Poll
from crowdfund.community.polls.queries import poll_now
from crowdfund.community.polls.rules import refuse_unless_open
from crowdfund.payments.cards import start_card_setup
from crowdfund.payments.models import Consent
from crowdfund.refusal import Refusal
from crowdfund.settings import current


class NoCardNeeded(Refusal):
    """The poll is advisory: whoever may vote needs none."""


async def start_saving_card(
    poll: Poll, campaign: Campaign, *, by: int, path: str, consent_text: str, setup_id: int | None = None
) -> str:
    """The address of the processor's page on which somebody saves a card for her vote; it leads back to the poll's page.

    consent_text: what she agreed to, word for word. setup_id: as `start_card_setup` has it. Raises NoCardNeeded, PollClosed.
    """
    refuse_unless_open((await poll_now(poll)).standing, campaign.state)
    if poll.label != Label.BINDING:
        raise NoCardNeeded("Nobody needs a card to vote here.")
    base = current().base_url
    return await start_card_setup(
        by, subject=f"poll:{poll.id}", currency=campaign.currency, consent=Consent.KEEP, consent_text=consent_text,
        success_url=f"{base}{path}/card-saved?visit={{SETUP}}", cancel_url=f"{base}{path}", setup_id=setup_id,
    )  # fmt: skip
