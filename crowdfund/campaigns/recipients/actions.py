"""Naming who may get money that a transfer could not use, and telling what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund import clock
from crowdfund.campaigns.models import EDITABLE, Campaign, CampaignState
from crowdfund.campaigns.recipients.models import (
    MOVES,
    OF_A_CLUB,
    Gift,
    Recipient,
    RecipientKind,
    RecipientState,
    UseReport,
)
from crowdfund.campaigns.rules import slug_of
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.ids import public
from crowdfund.database.moves import MoveRefused
from crowdfund.people.audit import record
from crowdfund.people.documents import own_document
from crowdfund.people.models import Organisation
from crowdfund.refusal import Invalid, NotFound

REPORT_DAYS = (30, 365)
_PROMISES_NOTHING = {*EDITABLE, CampaignState.REJECTED, CampaignState.FAILED, CampaignState.CANCELLED}
ABOUT_MIN, ABOUT_MAX = 40, 5_000
BODY_MIN, BODY_MAX = 40, 10_000


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a recipient. report_days: within how many days of a gift it tells what became of it."""

    name: str
    about: str
    report_days: int


@atomic
async def add_recipient(organisation: Organisation, kind: RecipientKind, about: About, *, by: int) -> Recipient:
    """An academy or a squad of a club, or a charity of the platform's list. Raises Invalid for who can be neither."""
    if kind in OF_A_CLUB and organisation.kind != "club":
        raise Invalid("Only a club has an academy or a squad.", field="kind")
    if kind == RecipientKind.CHARITY and not organisation.is_verified:
        raise Invalid("A charity has to be verified, and able to be paid, to be on the list.", field="organisation")
    recipient_id = new_id()
    slug = slug_of(about.name, public(recipient_id))
    if await Recipient.exists(slug=slug):
        slug = f"{slug}-{public(recipient_id)[:5]}"
    made = await Recipient.create(
        id=recipient_id, organisation_id=organisation.id, kind=kind, slug=slug, name=about.name, about=about.about,
        report_days=about.report_days, state=RecipientState.OFFERED, made_at=clock.now(),
    )  # fmt: skip
    await record("recipient_added", f"recipient:{made.id}", by=by, after={"name": about.name, "kind": kind})
    return made


@atomic
async def change_recipient(recipient_id: int, about: About, *, by: int) -> None:
    """Change what is said of it, until a fund that announces it is handed in: backers then tick what they were told.

    Its address stays, as pledges lead there; a shorter time to report is a stricter promise. Raises Invalid.
    """
    was = await Recipient.get(id=recipient_id)
    is_promised = await _is_promised(was)
    if is_promised and (about.name, about.about) != (was.name, was.about):
        field = "name" if about.name != was.name else "about"
        raise Invalid("Backers were told this, and it stays. What is new stands in a report on a gift.", field=field)
    if about.report_days > was.report_days and (is_promised or await Gift.exists(recipient_id=recipient_id)):
        raise Invalid("It is promised to backers: the time to report can only get shorter.", field="report_days")
    await Recipient.filter(id=recipient_id).update(name=about.name, about=about.about, report_days=about.report_days)
    await record(
        "recipient_changed", f"recipient:{recipient_id}", by=by, before={"name": was.name, "about": was.about},
        after={"name": about.name, "about": about.about},
    )  # fmt: skip


async def _is_promised(recipient: Recipient) -> bool:
    """Whether backers choose it by what is said of it: on the platform's list, or announced by a fund that was handed in."""
    if recipient.kind == RecipientKind.CHARITY and recipient.state == RecipientState.OFFERED:
        return True
    return await Campaign.filter(fallback_id=recipient.id, state__not_in=sorted(_PROMISES_NOTHING)).exists()


@atomic
async def offer(recipient_id: int, to: RecipientState, because: str, *, by: int) -> None:
    """Offer it to new funds, or no longer. What was promised to it before stays. Raises MoveRefused."""
    was = await Recipient.get(id=recipient_id)
    if to not in MOVES[RecipientState(was.state)]:
        raise MoveRefused("That is not possible as things stand now. Please load the page again.")
    if not await Recipient.filter(id=recipient_id, state=was.state).update(state=to):
        raise MoveRefused("Somebody else changed this a moment ago. Please load the page again.")
    await record(
        f"recipient_{to}",
        f"recipient:{recipient_id}",
        by=by,
        reason=because,
        before={"state": was.state},
        after={"state": to},
    )


@atomic
async def report_use(recipient_id: int, campaign_id: int, body: str, *, document_id: int | None, by: int) -> int:
    """Tell backers of a fund what became of their gift; gives its id. Raises NotFound where it was given nothing of that fund."""
    if not await Gift.exists(recipient_id=recipient_id, campaign_id=campaign_id):
        raise NotFound("It was given nothing of this fund.")
    if document_id is not None:
        await own_document(document_id, by=by)
    report = await UseReport.create(
        id=new_id(), recipient_id=recipient_id, campaign_id=campaign_id, body=body, document_id=document_id, by_person_id=by,
        published_at=clock.now(),
    )  # fmt: skip
    await record("use_reported", f"recipient:{recipient_id}", by=by, after={"fund": campaign_id})
    await outbox.enqueue("use_reported", {"report": report.id}, key=f"use_reported:{report.id}")
    return report.id
