"""Plans of halls, kept in memory: a plan never changes, and every wish for a seat looks into one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from crowdfund.screenings.models import SeatPlan
from crowdfund.screenings.seating.plan import Plan
from crowdfund.screenings.seating.reading import read_plan

KEPT_MAX = 200

_kept: OrderedDict[int, Plan] = OrderedDict()


async def plans_of(plan_ids: Iterable[int]) -> dict[int, Plan]:
    """Plans by their ids. Raises KeyError for one that is none."""
    wanted = set(plan_ids)
    missing = wanted - _kept.keys()
    if missing:
        for row in await SeatPlan.filter(id__in=missing):
            _kept[row.id] = read_plan(row.plan)
    found = {plan_id: _kept[plan_id] for plan_id in wanted}
    for plan_id in wanted:
        _kept.move_to_end(plan_id)
    while len(_kept) > max(KEPT_MAX, len(wanted)):
        _kept.popitem(last=False)
    return found


async def plan_of(plan_id: int) -> Plan:
    return (await plans_of([plan_id]))[plan_id]
