"""What the screenings of a fund's title bring its own organisation: told by the box office, shown beside the pledges.

Nothing of it is ever collected by the fund. Only what is recognised may count towards its goal, and only where that was said
before it was open.
"""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import BoxOffice, Campaign
from crowdfund.campaigns.models import CampaignState as S
from crowdfund.database import atomic
from crowdfund.refusal import Refusal
from crowdfund.titles.models import Title


class CountedAlready(Refusal):
    """Another fund of the title counts its box office."""


@atomic
async def tell_box_office(
    campaign_id: int, *, sold_minor: int, locked_minor: int, recognised_minor: int, settled_minor: int
) -> bool:
    """Write down where it stands now; gives whether that is news."""
    now: dict[str, Any] = {
        "sold_minor": sold_minor, "locked_minor": locked_minor, "recognised_minor": recognised_minor,
        "settled_minor": settled_minor,
    }  # fmt: skip
    before = await BoxOffice.get_or_none(campaign_id=campaign_id)
    if before is None:
        if not any(now.values()):
            return False
        await BoxOffice.create(campaign_id=campaign_id, told_at=clock.now(), **now)
        return True
    if all(getattr(before, name) == minor for name, minor in now.items()):
        return False
    await BoxOffice.filter(campaign_id=campaign_id).update(told_at=clock.now(), **now)
    return True


async def box_office_of(campaign_id: int) -> BoxOffice | None:
    return await BoxOffice.get_or_none(campaign_id=campaign_id)


# Of these nothing is counted, or not any more: another fund of the title may.
_COUNTS_NOTHING = (S.DRAFT, S.CHANGES_REQUESTED, S.REJECTED, S.FAILED, S.CANCELLED)


async def refuse_second_count(campaign: Campaign) -> None:
    """A cent counts towards one goal only: one fund of a title in a currency may count its box office, until that fund has failed.

    In the caller's transaction, with the title locked: of two that are handed in at once the second is refused. Raises CountedAlready.
    """
    if not campaign.counts_box_office:
        return
    await Title.filter(id=campaign.title_id).select_for_update().get()
    other = await Campaign.filter(
        title_id=campaign.title_id, currency=campaign.currency, counts_box_office=1, id__not=campaign.id,
        state__not_in=[state.value for state in _COUNTS_NOTHING],
    ).first()  # fmt: skip
    if other is not None:
        raise CountedAlready(
            "{fund} counts this title's box office in {currency} towards its goal already, and no cent counts twice: leave it out here.",
            fund=other.name, currency=campaign.currency,
        )  # fmt: skip


async def counted_minor(campaign: Campaign) -> int:
    """What counts towards the goal besides pledges: what is recognised by now, where the fund said so before it was open."""
    found = await box_office_of(campaign.id) if campaign.counts_box_office else None
    return found.recognised_minor if found is not None else 0
