"""Who wants to hear of a fund without having pledged."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, CampaignState, Follower, MailStop
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import NoSuchId, private, public
from crowdfund.refusal import NotFound, Refusal
from crowdfund.signing import is_signature, signature

CAN_BE_FOLLOWED = {CampaignState.PRELAUNCH, CampaignState.LIVE}
SHOWN_FROM = 10  # fewer than ten look like nobody; crowdfunding sites say nothing below that


class NotFollowable(Refusal):
    pass


@atomic
async def follow(campaign_id: int, *, by: int) -> None:
    """Tell somebody of the launch, of updates, and before the fund closes. Twice is once.

    Raises NotFollowable where nothing is awaited any more.
    """
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in CAN_BE_FOLLOWED:
        raise NotFollowable("This fund is over: there is nothing to wait for.")
    follower = Follower(id=new_id(), campaign_id=campaign_id, person_id=by, made_at=clock.now())
    await Follower.bulk_create([follower], ignore_conflicts=True)
    await MailStop.filter(campaign_id=campaign_id, person_id=by).delete()


@atomic
async def unfollow(campaign_id: int, *, by: int) -> None:
    await Follower.filter(campaign_id=campaign_id, person_id=by).delete()


async def follows(campaign_id: int, person_id: int) -> bool:
    return await Follower.exists(campaign_id=campaign_id, person_id=person_id)


async def followers_of(campaign_id: int) -> int:
    return await Follower.filter(campaign_id=campaign_id).count()


# --- no more news by mail: a link in each such letter, good without signing in ---


def news_path(campaign_id: int, person_id: int) -> str:
    """Where one reader stops the news of one fund; only the site can write it, and only her letters hold it."""
    who = f"{public(campaign_id)}.{public(person_id)}"
    return f"/news/{who}.{signature('news', who)}"


def reader_of(letters: str) -> tuple[int, int]:
    """The fund and the reader that such a path names. Raises NotFound for one that was not written here."""
    who, _dot, signed = letters.rpartition(".")
    campaign, _dot, person = who.partition(".")
    if not is_signature("news", who, signed):
        raise NotFound("There is nothing here under that address.")
    try:
        return private(campaign), private(person)
    except NoSuchId as error:
        raise NotFound("There is nothing here under that address.") from error


async def hears(campaign_id: int, person_id: int) -> bool:
    """Whether news of a fund may be mailed to her, should she back or follow it."""
    return not await MailStop.exists(campaign_id=campaign_id, person_id=person_id)


@atomic
async def stop_news(campaign_id: int, person_id: int) -> None:
    """No more news of this fund: she follows it no longer, and as a backer gets letters about her own money alone."""
    await Follower.filter(campaign_id=campaign_id, person_id=person_id).delete()
    stop = MailStop(id=new_id(), campaign_id=campaign_id, person_id=person_id, made_at=clock.now())
    await MailStop.bulk_create([stop], ignore_conflicts=True)


@atomic
async def resume_news(campaign_id: int, person_id: int) -> None:
    await MailStop.filter(campaign_id=campaign_id, person_id=person_id).delete()
