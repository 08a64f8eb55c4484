"""Writing the plan of a fund's milestones, before it opens."""

from __future__ import annotations

from collections.abc import Sequence

from crowdfund.campaigns import counters
from crowdfund.campaigns.milestones import rules
from crowdfund.campaigns.milestones.models import Milestone, MilestoneLine
from crowdfund.campaigns.milestones.rules import Planned
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import EDITABLE, BudgetLine, Campaign
from crowdfund.campaigns.rules import Missing, NotEditable
from crowdfund.database import atomic, new_id
from crowdfund.people.audit import record


@atomic
async def write_plan(campaign_id: int, plan: Sequence[Planned], *, by: int) -> None:
    """Cut a draft into milestones, all at once; an empty plan: its money is paid in one.

    Raises NotEditable once it is handed in, Invalid for what can't be.
    """
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in EDITABLE:
        raise NotEditable("This is promised now: it can't be changed any more. Publish an update instead.")
    lines = await BudgetLine.filter(campaign_id=campaign_id)
    rules.refuse_plan(campaign.kind, plan, {line.name for line in lines})
    await drop_plan(campaign_id)
    for position, planned in enumerate(plan):
        milestone = await Milestone.create(
            id=new_id(), campaign_id=campaign_id, position=position, title=planned.title, evidence=planned.evidence,
            expected_on=planned.expected_on, share_bps=planned.share_bps, at_once=int(planned.at_once),
        )  # fmt: skip
        for line in lines:
            if line.name in planned.lines:
                await MilestoneLine.create(milestone_id=milestone.id, budget_line_id=line.id)
    after = [[planned.title, planned.share_bps] for planned in plan]
    await record("milestones_planned", f"campaign:{campaign_id}", by=by, after={"milestones": after})


async def drop_plan(campaign_id: int) -> None:
    """Forget the plan of a draft, in the caller's transaction."""
    old = [milestone.id for milestone in await plan_of(campaign_id)]
    if old:
        await MilestoneLine.filter(milestone_id__in=old).delete()
        await Milestone.filter(campaign_id=campaign_id).delete()


async def missing_in(campaign: Campaign) -> list[Missing]:
    """What keeps a fund with milestones from being handed in, or opened; nothing where it has none."""
    milestones = [milestone.id for milestone in await plan_of(campaign.id)]
    if not milestones:
        return []
    named = {line.milestone_id for line in await MilestoneLine.filter(milestone_id__in=milestones)}
    return rules.missing_in_plan(milestones, named)
