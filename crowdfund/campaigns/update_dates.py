"""Until when a fund's makers owe their next word: a public day, which only another update moves.

The day counts from the launch until the fund is over. What is due by a day is due until that day has ended, in UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from crowdfund import clock
from crowdfund.campaigns.models import OWES_WORD, Campaign, CampaignEvent, CampaignState
from crowdfund.database import atomic, outbox
from crowdfund.payments.in_turn import in_turn
from crowdfund.refusal import Invalid

NEXT_DAYS = 30  # after an update, or the launch, where nobody chose another day
NEXT_DAYS_MAX = 90
REMIND_DAYS = (3, 0)  # before the day: nothing is left to say once it is over, everybody sees it then
_REMIND_AT = timedelta(hours=8)  # in the morning of that day
_DAY = timedelta(days=1)


def end_of(day: datetime) -> datetime:
    """The moment at which a day is over, UTC. day: any moment of it."""
    return day.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


def day_due(due_at: datetime) -> datetime:
    """The day by which it is due, by its first moment."""
    return due_at - _DAY


def usual(since: datetime) -> datetime:
    """Until when the next update is due where nobody chose a day."""
    return end_of(since + timedelta(days=NEXT_DAYS))


def chosen(day: datetime, since: datetime, *, field: str) -> datetime:
    """Until when it is due where its makers chose a day. since: now, or when the fund opens. Raises Invalid."""
    if day < end_of(since):
        raise Invalid("Choose a day that is still to come.", field=field)
    if end_of(day) > end_of(since + timedelta(days=NEXT_DAYS_MAX)):
        raise Invalid("At most {days} days may pass between two updates.", field=field, days=NEXT_DAYS_MAX)
    return end_of(day)


class Owing(Protocol):
    """A fund, as a row or as a card of a list."""

    @property
    def state(self) -> str: ...
    @property
    def update_due_at(self) -> datetime | None: ...


def owes_word(campaign: Owing) -> bool:
    """Whether a day counts for it now. While we have paused a fund its makers can't write, so they owe nothing."""
    return campaign.state in OWES_WORD and campaign.state != CampaignState.SUSPENDED


def is_overdue(campaign: Owing, now: datetime) -> bool:
    return owes_word(campaign) and campaign.update_due_at is not None and now >= campaign.update_due_at


# --- in the transaction of who sets the day ---


async def at_launch(campaign: Campaign) -> datetime:
    """Until when the first update of a fund that opens now is due: the day that its makers chose with its dates, or the usual."""
    now, due_at = clock.now(), campaign.update_due_at
    if due_at is None or not end_of(now) < due_at <= end_of(now + timedelta(days=NEXT_DAYS_MAX)):
        due_at = usual(now)
    await remind(campaign.id, due_at)
    return due_at


async def after_pause(campaign: Campaign) -> datetime | None:
    """Until when it is due in a fund that is opened again: later by the days that it was paused."""
    if campaign.update_due_at is None:
        return None
    paused = (
        await CampaignEvent.filter(campaign_id=campaign.id, to_state=CampaignState.SUSPENDED).order_by("-id").first()
    )
    days = -((paused.at - clock.now()) // _DAY) if paused is not None else 0
    due_at = campaign.update_due_at + timedelta(days=days)
    await remind(campaign.id, due_at)
    return due_at


async def remind(campaign_id: int, due_at: datetime) -> None:
    """Ask for the letters that remind its makers, those whose morning has not passed yet."""
    for days in REMIND_DAYS:
        morning = day_due(due_at) - timedelta(days=days) + _REMIND_AT
        if morning > clock.now():
            payload: dict[str, Any] = {"campaign": campaign_id, "due": clock.to_us(due_at), "days": days}
            key = f"update_due:{campaign_id}:{payload['due']}:{days}"
            await outbox.enqueue("update_due", payload, key=key, due_at_us=clock.to_us(morning))


async def give_days() -> int:
    """Give funds a day that were open before there was one; gives how many. Regular work."""
    owing = Campaign.filter(state__in=sorted(OWES_WORD), update_due_at=None).order_by("id").limit(200)
    return await in_turn([campaign.id for campaign in await owing], _give_day)


@atomic
async def _give_day(campaign_id: int) -> bool:
    due_at = usual(clock.now())
    if not await Campaign.filter(id=campaign_id, update_due_at=None).update(update_due_at=due_at):
        return False
    await remind(campaign_id, due_at)
    return True
