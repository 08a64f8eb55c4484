"""What producers and staff do with a campaign: write it, submit it, review it, launch it, pause it, end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.box_office import refuse_second_count
from crowdfund.campaigns.budget import write_budget
from crowdfund.campaigns.milestones import actions as milestones
from crowdfund.campaigns.models import (
    EDITABLE,
    MOVES,
    BudgetLine,
    Campaign,
    CampaignEvent,
    CampaignPage,
    CampaignState,
    Kind,
    ReviewRemark,
    Rule,
    Tier,
)
from crowdfund.campaigns.rules import (
    DAYS_MAX,
    Draft,
    Missing,
    NotEditable,
    closes_after_pause,
    refuse_content,
    refuse_shares,
    refuse_verdict,
    slug_of,
    what_is_missing,
)
from crowdfund.campaigns.sales import refuse_cap, sale_of
from crowdfund.campaigns.transfers import actions as transfers
from crowdfund.campaigns.update_dates import after_pause, at_launch
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.ids import public
from crowdfund.database.moves import MoveRefused, move
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation
from crowdfund.refusal import Invalid, Refusal
from crowdfund.settings import current
from crowdfund.titles.drawing import drawing_of, redrawn
from crowdfund.titles.models import Title

REMIND_BEFORE = timedelta(hours=48)


class NotReady(Invalid):
    """A campaign lacks something; `missing` says what."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(missing[0].words, field=missing[0].field)
        self.missing = list(missing)
        self.errors = [one.told for one in missing]


class RemarksOpen(Refusal):
    pass


class WrittenMeanwhile(Refusal):
    """Somebody else wrote on this page since it was read."""


WRITTEN_MEANWHILE = "Somebody else saved this page just now. Look at it again, and save yours once more."


@dataclass(frozen=True, slots=True)
class Content:
    """What a producer writes: everything a page shows but its tiers."""

    name: str
    tagline: str
    story: str
    risks: str
    budget: Sequence[tuple[str, int]]
    closes_at: datetime | None
    opens_at: datetime | None
    rule: Rule = Rule.STRICT
    threshold_bps: int = 10_000
    image_id: int | None = None
    share_price_minor: int | None = None  # None: fans choose what they give
    shares_per_fan_max: int | None = None
    counts_box_office: bool = False  # what is recognised at the box office counts towards the goal


@atomic
async def make_campaign(
    organisation: Organisation, *, name: str, currency: str, by: int, kind: Kind = Kind.FILM
) -> Campaign:
    """A new draft, on a title of its own. Raises Invalid where the currency is not offered, or the kind is not theirs."""
    if currency not in current().currencies:
        raise Invalid("Funds are kept in {currencies}.", field="currency", currencies=", ".join(current().currencies))
    if kind == Kind.TRANSFER and organisation.kind != "club":
        raise Invalid("Only a club can run a transfer fund.", field="kind")
    now, campaign_id, title_id = clock.now(), new_id(), new_id()
    title = await Title.create(
        id=title_id,
        organisation_id=organisation.id,
        kind=_TITLE[kind],
        name=name,
        made_at=now,
        **drawing_of(title_id, _TITLE[kind], name),
    )
    campaign = await Campaign.create(
        id=campaign_id, title_id=title.id, organisation_id=organisation.id, kind=kind, name=name, currency=currency,
        slug=await _free_slug(name, campaign_id), state=CampaignState.DRAFT, fee_bps=current().fee_bps, made_at=now,
    )  # fmt: skip
    await CampaignPage.create(campaign_id=campaign.id, version=1, story="", by_person_id=by, made_at=now)
    await record("campaign_made", f"campaign:{campaign.id}", by=by, after={"name": name})
    return campaign


_TITLE = {Kind.FILM: "film", Kind.TRANSFER: "season"}
_RESERVED = {"new"}  # a word that stands in a path where a campaign's slug could


async def _free_slug(name: str, campaign_id: int) -> str:
    """The address that a name makes, as long as nobody else has it; its own it keeps."""
    slug = slug_of(name, public(campaign_id))
    taken = slug in _RESERVED or await Campaign.exists(slug=slug, id__not=campaign_id)
    return f"{slug}-{public(campaign_id)[:5]}" if taken else slug


async def page_of(campaign: Campaign) -> CampaignPage:
    """What the page says now."""
    return await CampaignPage.get(campaign_id=campaign.id, version=campaign.page_version)


@atomic
async def write(campaign_id: int, content: Content, *, by: int, seen_at: datetime | None = None) -> None:
    """Change what a draft says; its address follows its name. Once people can see it only the story may grow, as a new version.

    seen_at: when the page was written that the writer has seen; none: whatever it says is written over. Raises NotEditable for
    what is promised already, WrittenMeanwhile.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in EDITABLE:
        raise NotEditable("This is promised now: it can't be changed any more. Publish an update instead.")
    if seen_at is not None and (await page_of(campaign)).made_at != seen_at:
        raise WrittenMeanwhile(WRITTEN_MEANWHILE)
    is_transfer = campaign.kind == Kind.TRANSFER  # its goal is what the transfer costs
    goal_minor = campaign.goal_minor if is_transfer else sum(amount_minor for _, amount_minor in content.budget)
    refuse_content(goal_minor, content.opens_at, content.closes_at, clock.now())
    refuse_shares(content.share_price_minor, content.shares_per_fan_max, campaign.currency)
    if (sale := await sale_of(campaign)) is not None:
        refuse_cap(sale, content.share_price_minor)
    await transfers.refuse_late_close(campaign, content.closes_at)
    if not is_transfer:
        await write_budget(campaign_id, content.budget)
    await Campaign.filter(id=campaign_id).update(
        name=content.name, slug=await _free_slug(content.name, campaign_id), tagline=content.tagline,
        closes_at=content.closes_at, opens_at=content.opens_at, rule=content.rule,
        threshold_bps=content.threshold_bps if content.rule == Rule.THRESHOLD else 10_000,
        goal_minor=goal_minor, share_price_minor=content.share_price_minor, shares_per_fan_max=content.shares_per_fan_max,
        counts_box_office=int(content.counts_box_office and not is_transfer),
    )  # fmt: skip
    await CampaignPage.filter(campaign_id=campaign_id, version=campaign.page_version).update(
        story=content.story, risks=content.risks, by_person_id=by, made_at=clock.now()
    )
    title = await Title.get(id=campaign.title_id)
    changes: dict[str, Any] = redrawn(title, line_before=campaign.tagline, name=content.name, line=content.tagline)
    if content.image_id is not None:
        changes["image_id"] = content.image_id
    await Title.filter(id=title.id).update(name=content.name, **changes)


@atomic
async def drop_image(campaign_id: int) -> None:
    """Take the makers' picture away, so that the site draws one again. Raises NotEditable once people can see it."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in EDITABLE:
        raise NotEditable("The picture of a fund that people can see stays.")
    await Title.filter(id=campaign.title_id).update(image_id=None)


# --- submitting and reviewing ---


async def missing_in(campaign: Campaign) -> list[Missing]:
    """What keeps a draft from being submitted."""
    page = await page_of(campaign)
    organisation = await Organisation.get(id=campaign.organisation_id)
    draft = Draft(
        name=campaign.name, tagline=campaign.tagline, story=page.story, currency=campaign.currency,
        budget_minor=await BudgetLine.filter(campaign_id=campaign.id).values_list("amount_minor", flat=True),  # type: ignore[arg-type]
        closes_at=campaign.closes_at, opens_at=campaign.opens_at,
        organisation_state=organisation.state, threshold_bps=campaign.threshold_bps,
        tiers=await Tier.filter(campaign_id=campaign.id).order_by("position"), share_price_minor=campaign.share_price_minor,
    )  # fmt: skip
    missing = what_is_missing(draft, clock.now()) + await transfers.missing_in(campaign, organisation.kind)
    return missing + await milestones.missing_in(campaign)


async def _move(campaign: Campaign, to: CampaignState, because: str, by: int | None, **changes: Any) -> None:
    was = campaign.state
    await move(campaign, to, moves=MOVES, because=because, by=by, events=CampaignEvent, **changes)
    await record(
        f"campaign_{to}", f"campaign:{campaign.id}", by=by, reason=because, before={"state": was}, after={"state": to}
    )


@atomic
async def submit(campaign_id: int, *, by: int) -> None:
    """Hand a draft to the reviewers. Raises NotReady with all that is missing; RemarksOpen; CountedAlready."""
    await counters.lock_one(campaign_id)  # nobody empties it between the look and the move
    campaign = await Campaign.get(id=campaign_id)
    missing = await missing_in(campaign)
    if missing:
        raise NotReady(missing)
    if await ReviewRemark.exists(campaign_id=campaign_id, answered_at=None):
        raise RemarksOpen("Answer each of the reviewer's remarks first.")
    await refuse_second_count(campaign)
    await _move(campaign, CampaignState.SUBMITTED, "submitted for review", by)


@atomic
async def take_back(campaign_id: int, *, by: int) -> None:
    """Back from the reviewers, to be changed and handed in again. Raises MoveRefused once they have decided."""
    await _move(await Campaign.get(id=campaign_id), CampaignState.DRAFT, "taken back by its makers", by)


@atomic
async def remark(campaign_id: int, text: str, *, by: int) -> ReviewRemark:
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state != CampaignState.SUBMITTED:
        raise Refusal("Remarks are for a campaign under review.")
    return await ReviewRemark.create(
        id=new_id(), campaign_id=campaign_id, by_person_id=by, text=text, made_at=clock.now()
    )


@atomic
async def answer_remark(remark_id: int, answer: str, *, by: int) -> None:
    found = await ReviewRemark.get(id=remark_id)
    campaign = await Campaign.get(id=found.campaign_id)
    if campaign.state not in EDITABLE | {CampaignState.SUBMITTED}:
        raise Refusal("The review of this campaign is over.")
    await ReviewRemark.filter(id=remark_id).update(answer=answer, answered_by_id=by, answered_at=clock.now())


@atomic
async def review(campaign_id: int, verdict: CampaignState, because: str, *, by: int) -> None:
    """Staff's answer to a submitted campaign: approved, changes_requested or rejected, with a reason."""
    refuse_verdict(verdict, because)
    campaign = await Campaign.get(id=campaign_id)
    await _move(campaign, verdict, because or "reviewed", by)
    await outbox.enqueue("campaign_reviewed", {"campaign": campaign_id}, key=None)


# --- launching, pausing, ending ---


@atomic
async def announce(campaign_id: int, *, opens_at: datetime | None, by: int) -> None:
    """Show an approved campaign before it opens; opens_at: when it opens by itself, None: when the producer says so."""
    campaign = await Campaign.get(id=campaign_id)
    if opens_at is not None:
        _refuse_dates(campaign, opens_at)
    await _move(campaign, CampaignState.PRELAUNCH, "announced", by, opens_at=opens_at)


@atomic
async def launch(campaign_id: int, *, by: int | None) -> None:
    """Open the fund: pledges can be made from now until it closes. by None: because its hour has come."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if by is None and (campaign.opens_at is None or campaign.opens_at > clock.now()):
        return  # its makers chose another day meanwhile
    if campaign.state not in (CampaignState.APPROVED, CampaignState.PRELAUNCH):  # a paused fund is not launched again
        raise MoveRefused("Only an approved campaign can be launched, and only once.")
    organisation = await Organisation.get(id=campaign.organisation_id)
    if not organisation.is_verified:
        raise Refusal("Your organisation has to be verified to launch a fund.")
    if missing := await transfers.missing_in(campaign, organisation.kind):
        raise NotReady(missing)
    now = clock.now()
    _refuse_dates(campaign, now)
    if campaign.state == CampaignState.APPROVED:
        await _move(campaign, CampaignState.PRELAUNCH, "announced", by)
    await _move(campaign, CampaignState.LIVE, "launched", by, launched_at=now, update_due_at=await at_launch(campaign))
    await outbox.enqueue("campaign_launched", {"campaign": campaign_id}, key=f"campaign_launched:{campaign_id}")
    await _remind_before_close(campaign)


async def _remind_before_close(campaign: Campaign) -> None:
    """Two days before it closes its followers hear of it; a fund that is open for less needs no reminder."""
    assert campaign.closes_at is not None
    due_at = campaign.closes_at - REMIND_BEFORE
    if due_at > clock.now():
        key = f"closing_soon:{campaign.id}:{clock.to_us(due_at)}"  # a fund that was paused closes on another day
        await outbox.enqueue("closing_soon", {"campaign": campaign.id}, key=key, due_at_us=clock.to_us(due_at))


def _refuse_dates(campaign: Campaign, opens_at: datetime) -> None:
    if campaign.closes_at is None or campaign.closes_at <= opens_at:
        raise Refusal("The closing date has passed. Ask for a new one before you launch.", field="closes_at")
    if (campaign.closes_at - opens_at).days > DAYS_MAX:
        raise Refusal("It would be open for more than {days} days.", field="opens_at", days=DAYS_MAX)


@atomic
async def pause(campaign_id: int, because: str, *, by: int) -> None:
    """Staff pauses a live fund: nothing can be pledged, nothing is charged, until it is resumed or cancelled."""
    await counters.lock_one(campaign_id)
    await _move(await Campaign.get(id=campaign_id), CampaignState.SUSPENDED, because, by)
    key = f"campaign_paused:{campaign_id}:{clock.now_us()}"
    await outbox.enqueue("campaign_paused", {"campaign": campaign_id, "because": because}, key=key)


async def closes_if_resumed(campaign: Campaign) -> datetime | None:
    """When a paused fund would close if it were opened again now: the time it was paused is given back to it."""
    pauses = CampaignEvent.filter(campaign_id=campaign.id, to_state=CampaignState.SUSPENDED)
    paused = await pauses.order_by("-id").first()
    if paused is None or campaign.closes_at is None:
        return campaign.closes_at
    return await transfers.latest_close(campaign, closes_after_pause(campaign.closes_at, paused.at, clock.now()))


@atomic
async def resume(campaign_id: int, because: str, *, by: int) -> None:
    """Open a paused fund again. It closes later by the time it was paused, also past its 90 days, and its fans are told."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state != CampaignState.SUSPENDED:
        raise MoveRefused("Only a paused fund can be resumed.")
    was, closes_at, due_at = campaign.closes_at, await closes_if_resumed(campaign), await after_pause(campaign)
    assert was is not None and closes_at is not None
    if closes_at <= clock.now():
        raise MoveRefused("It would close at once: its cards have to be charged before the registration window closes.")
    if closes_at > was:
        because += f" (It closes on {closes_at:%Y-%m-%d %H:%M} UTC instead of {was:%Y-%m-%d %H:%M} UTC.)"
    await _move(campaign, CampaignState.LIVE, because, by, closes_at=closes_at, update_due_at=due_at)
    key = f"campaign_resumed:{campaign_id}:{clock.now_us()}"
    await outbox.enqueue("campaign_resumed", {"campaign": campaign_id}, key=key)
    await _remind_before_close(campaign)


@atomic
async def cancel_campaign(campaign_id: int, because: str, *, by: int) -> None:
    """End a fund before its deadline: nobody is charged, every pledge is let go."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    await _move(
        campaign, CampaignState.CANCELLED, because, by, ended_at=clock.now(), closed_at=clock.now(),
        promised_at_close_minor=campaign.promised_minor, pledges_at_close=campaign.pledges_live,
    )  # fmt: skip
    await outbox.enqueue("campaign_cancelled", {"campaign": campaign_id}, key=f"campaign_cancelled:{campaign_id}")


# --- after the money ---


@atomic
async def begin_delivery(campaign_id: int, *, by: int) -> None:
    """The film is being made and rewards begin to go out."""
    await _move(await Campaign.get(id=campaign_id), CampaignState.DELIVERING, "rewards go out", by)


@atomic
async def complete(campaign_id: int, *, by: int) -> None:
    """All that was promised has been sent. Whether it has, the pledges room knows and has asked."""
    await _move(await Campaign.get(id=campaign_id), CampaignState.COMPLETED, "all that was promised is sent", by)
