"""What is counted and read of milestones and their releases."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund import clock
from crowdfund.campaigns.milestones.models import ASKED_FOR, WAITING, Milestone, MilestoneState
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, as_rows
from crowdfund.people.models import Document
from crowdfund.pledges.milestones.models import ReleaseObjection, ReleasePaper, ReleaseRequest
from crowdfund.pledges.stakes import LEFT
from crowdfund.pledges.transfers.queries import OBJECTIONS_SHOWN, ObjectionShown, objection_shown

_STAKES = Sql(f"""
    SELECT CAST(COALESCE(SUM(s.left_minor), 0) AS BIGINT) AS minor
    FROM (SELECT {LEFT} AS left_minor FROM charge c WHERE c.campaign_id = $1 AND c.state = 'succeeded') AS s
    WHERE s.left_minor > 0""")  # noqa: S608
_BACKERS = Sql("SELECT COUNT(*) AS n FROM pledge WHERE campaign_id = $1 AND state = 'collected'")
_DUE = Sql("""
    SELECT m.id FROM release_request r JOIN milestone m ON m.id = r.milestone_id AND m.state = 'requested'
    WHERE r.ended_at IS NULL AND r.objections_until <= $1 ORDER BY r.objections_until LIMIT 50""")

_LINES = Sql("""
    SELECT l.milestone_id, b.name FROM milestone_line l JOIN budget_line b ON b.id = l.budget_line_id
    WHERE l.milestone_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) ORDER BY b.position, b.id""")
_HOW_MANY_OBJECT = Sql("""
    SELECT o.request_id, COUNT(*) AS objected, SUM(CASE WHEN o.answered_at IS NULL THEN 1 ELSE 0 END) AS unanswered
    FROM release_request r JOIN release_objection o ON o.request_id = r.id WHERE r.campaign_id = $1 GROUP BY o.request_id""")
# As her pledge shows her, so does her objection: who wished to be nobody there is nobody here.
_OBJECTIONS = Sql("""
    SELECT o.id, o.text, o.made_at, o.answer, o.answered_at,
           CASE WHEN EXISTS (SELECT 1 FROM pledge g WHERE g.person_id = o.person_id AND g.campaign_id = $2
                             AND g.state IN ('collected', 'disputed', 'refunded', 'lost') AND g.shown_as = 'nobody')
                THEN '' ELSE p.name END AS name
    FROM release_objection o JOIN person p ON p.id = o.person_id
    WHERE o.request_id = $1 ORDER BY CASE WHEN o.answered_at IS NULL THEN 0 ELSE 1 END, o.id LIMIT $3""")
_REASONS = Sql("""
    SELECT e.milestone_id, e.because FROM milestone_event e
    WHERE e.milestone_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})
      AND e.id = (SELECT MAX(f.id) FROM milestone_event f WHERE f.milestone_id = e.milestone_id)""")


async def stakes_minor(campaign_id: int) -> int:
    """What all backers of a fund have in it: of what they paid, what nobody has taken back."""
    return int(await _STAKES.value(campaign_id))


async def backers_in(campaign_id: int) -> int:
    """How many backers' money is in a fund."""
    return int(await _BACKERS.value(campaign_id))


async def due_releases() -> list[int]:
    """Milestones whose five days are over without enough objections."""
    return [row["id"] for row in await _DUE(clock.now_us())]


# --- what pages show ---


@dataclass(frozen=True, slots=True)
class RequestShown:
    """What the makers showed for a milestone, and what backers said: how many, and of the newest request what.

    objections: those without an answer first, and so many as a page holds.
    """

    request: ReleaseRequest
    papers: list[Document]
    objected: int
    open_objections: int
    objections: list[ObjectionShown]

    @property
    def can_object(self) -> bool:
        return self.request.is_open and clock.now() < self.request.objections_until


@dataclass(frozen=True, slots=True)
class MilestoneShown:
    """A milestone with all that was asked and said for it, the newest request first. lines: what of the budget it is for."""

    milestone: Milestone
    lines: list[str]
    requests: list[RequestShown]
    because: str  # the last reason in its history

    @property
    def latest(self) -> RequestShown | None:
        """The request that counts: none while the makers have to ask (anew)."""
        asked = self.milestone.state != MilestoneState.PLANNED
        return self.requests[0] if self.requests and asked else None


@dataclass(frozen=True, slots=True)
class WholeMilestones:
    """A fund's milestones with what became of each. The parts are before fees and come to what the fund held at its result."""

    campaign: Campaign
    milestones: list[MilestoneShown]

    @property
    def has_amounts(self) -> bool:
        return self.milestones[0].milestone.amount_minor is not None

    def _sum(self, *states: str) -> int:
        return sum(one.milestone.left_minor for one in self.milestones if one.milestone.state in states)

    @property
    def released_minor(self) -> int:
        return self._sum(MilestoneState.RELEASED)

    @property
    def waiting_minor(self) -> int:
        return self._sum(*WAITING)

    @property
    def refunded_minor(self) -> int:
        return self._sum(MilestoneState.REFUNDED)

    @property
    def asked_for(self) -> MilestoneShown | None:
        return next((one for one in self.milestones if one.milestone.state in ASKED_FOR), None)

    @property
    def next(self) -> MilestoneShown | None:
        """The first that waits."""
        return next((one for one in self.milestones if one.milestone.state in WAITING), None)


async def whole_milestones(campaign: Campaign) -> WholeMilestones | None:
    """None for a fund whose money is paid in one."""
    milestones = await plan_of(campaign.id)
    if not milestones:
        return None
    ids = as_rows({"id": one.id} for one in milestones)
    lines: dict[int, list[str]] = {}
    for row in await _LINES(ids):
        lines.setdefault(row["milestone_id"], []).append(row["name"])
    reasons = {row["milestone_id"]: row["because"] for row in await _REASONS(ids)}
    requests: dict[int, list[RequestShown]] = {}
    for shown in await _requests_of(campaign.id):
        requests.setdefault(shown.request.milestone_id, []).append(shown)
    return WholeMilestones(
        campaign,
        [
            MilestoneShown(one, lines.get(one.id, []), requests.get(one.id, []), reasons.get(one.id, ""))
            for one in milestones
        ],
    )


async def _requests_of(campaign_id: int) -> list[RequestShown]:
    """The newest first."""
    requests = await ReleaseRequest.filter(campaign_id=campaign_id).order_by("-id")
    if not requests:
        return []
    ids = [one.id for one in requests]
    papers: dict[int, list[Document]] = {}
    placed = [(row.request_id, row.document_id) for row in await ReleasePaper.filter(request_id__in=ids)]
    documents = {one.id: one for one in await Document.filter(id__in=[document for _request, document in placed])}
    for request_id, document_id in sorted(placed):
        papers.setdefault(request_id, []).append(documents[document_id])
    counts = {row["request_id"]: row for row in await _HOW_MANY_OBJECT(campaign_id)}
    newest = {one.milestone_id: one.id for one in reversed(requests)}
    return [
        RequestShown(
            one, papers.get(one.id, []), int(counts[one.id]["objected"]) if one.id in counts else 0,
            int(counts[one.id]["unanswered"]) if one.id in counts else 0,
            await objections_to(one) if one.id in counts and newest[one.milestone_id] == one.id else [],
        )
        for one in requests
    ]  # fmt: skip


async def objections_to(request: ReleaseRequest) -> list[ObjectionShown]:
    """What backers object to a request, those without an answer first, as many as a page holds."""
    return [objection_shown(row) for row in await _OBJECTIONS(request.id, request.campaign_id, OBJECTIONS_SHOWN)]


async def has_objected(request_id: int, person_id: int) -> bool:
    return await ReleaseObjection.exists(request_id=request_id, person_id=person_id)
