"""Transfer funds for tests: a club with an academy, a player to be bought, and what comes of it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from crowdfund import clock
from crowdfund.campaigns import actions as campaigns
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.models import Campaign, CampaignState, Kind, Rule
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.campaigns.transfers.actions import Deal, describe, sign
from crowdfund.campaigns.transfers.models import Part, SubType, Surplus
from crowdfund.database import new_id
from crowdfund.payments import stripe
from crowdfund.people.documents import keep_document
from crowdfund.people.models import Organisation
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.models import OutcomeKind
from tests.bank import ask
from tests.world import Fan, a_fan, a_studio, again

STORY = "Wesley plays where he is needed. " * 10
WINDOW_AFTER = timedelta(days=45)


async def a_document(by: int) -> int:
    """A paper that somebody has sent: only its row, for where nobody opens it."""
    document_id = new_id()
    facts = {"name": "paper.pdf", "media_type": "application/pdf", "size": 1_000, "sha256": secrets.token_hex(32)}
    await keep_document(document_id, by=by, **facts)  # type: ignore[arg-type]
    return document_id


async def a_club(owner: Fan | None = None, *, name: str = "Rot-Weiss Hafen") -> tuple[Organisation, Fan]:
    """A club that is verified and can be paid, and its owner."""
    owner = owner or await a_fan("Jens")
    account_id = await stripe.make_account(new_id(), "DE", "club@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    club_id = await a_studio(name, owner=owner, account_id=account_id)
    await Organisation.filter(id=club_id).update(kind="club")
    return await Organisation.get(id=club_id), owner


async def a_recipient(organisation_id: int, *, kind: str = "academy", name: str = "Young Hafen") -> Recipient:
    recipient_id = new_id()
    return await Recipient.create(
        id=recipient_id, organisation_id=organisation_id, kind=kind, slug=f"r-{recipient_id}", name=name,
        about="Where boys and girls learn to play.", report_days=90, state="offered", made_at=clock.now(),
    )  # fmt: skip


async def a_charity(name: str = "Football for All") -> Recipient:
    account_id = await stripe.make_account(new_id(), "DE", "charity@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    return await a_recipient(await a_studio(name, account_id=account_id), kind="charity", name=name)


async def a_draft(
    club: Organisation, owner: Fan, *, goal_minor: int = 100_00, days: float = 30, window_closes_at: datetime | None = None,
    sub_type: SubType = SubType.NAMED_TARGET, fallback: Recipient | None = None, surplus: Surplus = Surplus.REFUND,
    cap_minor: int | None = None, name: str = "Bring Wesley home", rule: Rule = Rule.STRICT,
) -> Campaign:  # fmt: skip
    """A transfer fund as its club has written and signed it, not handed in."""
    campaign = await campaigns.make_campaign(club, name=name, currency="EUR", by=owner.id, kind=Kind.TRANSFER)
    content = Content(
        name=name, tagline="One more for the second half of the season", story=STORY, risks="", budget=[], opens_at=None,
        closes_at=clock.now() + timedelta(days=days), rule=rule,
    )  # fmt: skip
    await campaigns.write(campaign.id, content, by=owner.id)
    fallback = fallback or await a_recipient(club.id)
    deal = Deal(
        sub_type=sub_type, stack={Part.TRANSFER_FEE: goal_minor}, player="Wesley", selling_club="SV Werder",
        competition="Regionalliga", buys="The transfer fee, nothing else", confirmed_by="Jens Hansen, board",
        window_closes_at=window_closes_at or clock.now() + WINDOW_AFTER, window_zone="Europe/Berlin", cap_minor=cap_minor,
        surplus=surplus, fallback_id=fallback.id,
    )  # fmt: skip
    await describe(campaign.id, deal, by=owner.id)
    if sub_type == SubType.NAMED_TARGET:
        await sign(campaign.id, name="Jens Hansen, board", document_id=await a_document(owner.id), by=owner.id)
    return await again(campaign)


async def opened(campaign: Campaign, owner: Fan) -> Campaign:
    """Handed in, approved, and open."""
    staff = await a_fan("Ada")
    await campaigns.submit(campaign.id, by=owner.id)
    await campaigns.review(campaign.id, CampaignState.APPROVED, "", by=staff.id)
    await campaigns.launch(campaign.id, by=owner.id)
    return await again(campaign)


async def file(campaign: Campaign, kind: OutcomeKind, *, by: Fan) -> int:
    """Somebody says how it ended, with a paper."""
    words = (
        "It did not come to what we had hoped for." if kind != OutcomeKind.SIGNED else "He is registered since noon."
    )
    return await outcomes.file_outcome(campaign.id, kind, words=words, document_id=await a_document(by.id), by=by.id)
