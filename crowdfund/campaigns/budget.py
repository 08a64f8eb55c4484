"""The lines of a budget. A line that stays keeps its number: milestones name it by that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crowdfund.campaigns.milestones.models import MilestoneLine
from crowdfund.campaigns.models import BudgetLine
from crowdfund.database import new_id


async def write_budget(campaign_id: int, budget: Sequence[tuple[str, int]]) -> None:
    """Make these the budget of a draft, in the caller's transaction: (what for, amount). What is dropped no milestone names any more.

    A line is the same where it is called the same, and where only its name or its amount is another at the same place.
    """
    before = await BudgetLine.filter(campaign_id=campaign_id).order_by("position")
    kept = _matched(before, budget)
    dropped = [line.id for line in before if line.id not in {one.id for one in kept if one}]
    if dropped:
        await MilestoneLine.filter(budget_line_id__in=dropped).delete()
        await BudgetLine.filter(id__in=dropped).delete()
    for position, ((name, amount_minor), line) in enumerate(zip(budget, kept, strict=True)):
        facts: dict[str, Any] = {"position": position, "name": name, "amount_minor": amount_minor}
        if line is None:
            await BudgetLine.create(id=new_id(), campaign_id=campaign_id, **facts)
        elif (line.position, line.name, line.amount_minor) != (position, name, amount_minor):
            await BudgetLine.filter(id=line.id).update(**facts)


def _matched(before: Sequence[BudgetLine], budget: Sequence[tuple[str, int]]) -> list[BudgetLine | None]:
    """For each line of the new budget the old one that it is: by its name, else by its place."""
    free = list(before)
    found: list[BudgetLine | None] = [None] * len(budget)
    for by_name in (True, False):
        for place, (name, _amount) in enumerate(budget):
            if found[place] is None:
                same = (line for line in free if (line.name == name if by_name else line.position == place))
                found[place] = next(same, None)
                free = [line for line in free if line is not found[place]]
    return found
