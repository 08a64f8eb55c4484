"""What a plan of milestones has to be, and what one of them pays: pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crowdfund import money
from crowdfund.campaigns.models import Kind
from crowdfund.campaigns.rules import Missing
from crowdfund.refusal import Invalid, Refusal

MILESTONES_MIN, MILESTONES_MAX = 2, 8
TITLE_MAX, EVIDENCE_MIN, EVIDENCE_MAX = 80, 10, 400
WHOLE_BPS = 10_000
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


class MoreThanHeld(Refusal):
    """A milestone is larger than what the fund holds: nothing is paid that isn't there."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A milestone as its makers write it. lines: names of budget lines. expected_on: a month, `2027-09`.

    at_once: released as soon as the fund has succeeded, without a request; only the first can be.
    """

    title: str
    lines: Sequence[str]
    share_bps: int
    evidence: str
    expected_on: str
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Tranche:
    """What one milestone pays when it is released: of its amount the processor's fees, ours, and the makers' part."""

    processor_minor: int
    fee_minor: int
    makers_minor: int


def refuse_plan(kind: str, plan: Sequence[Planned], lines: Collection[str]) -> None:
    """Raises Invalid for a plan that can't be. lines: the names of the fund's budget lines. An empty plan is none, and fine."""
    if kind != Kind.FILM:
        raise Invalid("Only a film fund has milestones: a transfer is paid when the player is registered.")
    if not plan:
        return
    if not MILESTONES_MIN <= len(plan) <= MILESTONES_MAX:
        raise Invalid(
            "Plan {least} to {most} milestones, or none at all.",
            least=MILESTONES_MIN,
            most=MILESTONES_MAX,
            field="plan",
        )
    for number, planned in enumerate(plan, 1):
        _refuse_one(planned, lines, number)
    together = sum(planned.share_bps for planned in plan)
    if together != WHOLE_BPS:
        raise Invalid(
            "The shares come to {now} %; together they have to be 100 %.", now=percent_text(together), field="plan"
        )


def _refuse_one(planned: Planned, lines: Collection[str], number: int) -> None:
    if not planned.title:
        raise Invalid("Milestone {number}: give it a name.", number=number, field="plan")
    if not planned.lines or not set(planned.lines) <= set(lines):
        raise Invalid("Milestone {number}: choose what of the budget it is for.", number=number, field="plan")
    if planned.share_bps <= 0:
        raise Invalid("Milestone {number}: say what share of the money it is.", number=number, field="plan")
    if len(planned.evidence) < EVIDENCE_MIN:
        raise Invalid("Milestone {number}: say what you will show.", number=number, field="plan")
    if not _MONTH.fullmatch(planned.expected_on):
        raise Invalid("Milestone {number}: choose the month you expect it in.", number=number, field="plan")
    if planned.at_once and number != 1:
        raise Invalid("Only the first milestone can be paid at once.", field="plan")


def missing_in_plan(milestones: Sequence[int], named: Collection[int]) -> list[Missing]:
    """What a plan lacks since the budget was written anew. milestones: their ids; named: of those that name a line still."""
    return [
        Missing(
            "milestones", "Milestone {number} is for a line that is not in the budget any more.", {"number": number}
        )
        for number, milestone_id in enumerate(milestones, 1)
        if milestone_id not in named
    ]


def tranche(minor: int, cost_minor: int, fee_bps: int) -> Tranche:
    """Fees are taken of what is released, never of what waits. minor: all of it; cost_minor: the processor's part."""
    processor_minor = min(cost_minor, minor)
    fee_minor = min(money.share_minor(minor, fee_bps), minor - processor_minor)
    return Tranche(processor_minor, fee_minor, minor - processor_minor - fee_minor)


def percent_text(bps: int) -> str:
    """Basis points as they are typed: 3350 is `33.5`."""
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)
