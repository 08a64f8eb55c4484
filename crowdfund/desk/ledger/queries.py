"""What the page of a fund's money reads: kept figures and rows by key, as many with a million backers as with ten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tortoise.functions import Sum

from crowdfund.campaigns.milestones.models import WAITING, Milestone
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import BudgetLine, Campaign, CampaignState
from crowdfund.campaigns.queries import budget_of
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.desk.ledger.rules import Day, Part, Whole, days_of, split_mine, weights_of, whole_of
from crowdfund.ledger import daybook
from crowdfund.ledger.daybook import EVER
from crowdfund.payments.models import Charge, ChargeState
from crowdfund.payouts.expenses import queries as expenses
from crowdfund.payouts.expenses.queries import ExpenseShown
from crowdfund.payouts.models import Payout, PayoutState
from crowdfund.pledges.models import Pledge, PledgeState, ShareBack
from crowdfund.pledges.transfers.models import Election, ElectionState

DAYS_PAGE = 40
EXPENSES_SHOWN = 8
_BEFORE_THE_RESULT = {CampaignState.PRELAUNCH, CampaignState.LIVE, CampaignState.SUSPENDED}


@dataclass(frozen=True, slots=True)
class Money:
    """A fund's money as everybody reads it, in no language yet. Amounts in minor units.

    on_its_way: of what is paid out, what has not arrived. shared_back: of what is refunded, each backer's part of a surplus.
    promised: now, or when it closed. not_collected: of that, what no card gave; none while cards are still charged. told: what
    the makers say that they spent, by line of the budget. gifts: who was given how much. days: the last on which something moved,
    before which there is more where has_more.
    """

    campaign: Campaign
    whole: Whole
    budget: list[BudgetLine]
    told: Mapping[int | None, int]
    expenses: list[ExpenseShown]
    recipients: Mapping[int, Recipient]
    payouts: list[Payout]
    on_its_way: int
    shared_back: int
    days: list[Day]
    has_more: bool
    milestones: list[Milestone]

    @property
    def promised(self) -> int:
        campaign = self.campaign
        return campaign.promised_at_close_minor if campaign.closed_at else campaign.promised_minor

    @property
    def not_collected(self) -> int | None:
        campaign = self.campaign
        if campaign.closed_at is None or campaign.state in (CampaignState.SETTLING, *_BEFORE_THE_RESULT):
            return None
        return max(0, self.promised - self.whole.collected)

    @property
    def waits_for(self) -> Milestone | None:
        """The milestone that the rest waits for, the next of them."""
        return next((one for one in self.milestones if one.state in WAITING), None)

    @property
    def told_minor(self) -> int:
        return sum(self.told.values())

    @property
    def arrived(self) -> int:
        """What has reached the makers."""
        return self.whole.paid_out - self.on_its_way

    @property
    def gifts(self) -> list[tuple[Recipient, int]]:
        """Whom this fund's money was given to, by choice or as a surplus, the most first."""
        given = {one: self.whole.given.get(one, 0) + self.whole.surplus_given.get(one, 0) for one in self.recipients}
        return [
            (self.recipients[one], minor) for one, minor in sorted(given.items(), key=lambda gift: (-gift[1], gift[0]))
        ]


async def money_of(campaign: Campaign, before_day: int = EVER) -> Money:
    """Where each cent of a fund is. before_day: days from there on are left out of its days."""
    subject = f"campaign:{campaign.id}"
    whole = whole_of(await daybook.sums(subject))
    held_then = whole.held if before_day == EVER else whole_of(await daybook.sums(subject, 0, before_day)).held
    rows = await daybook.by_day(subject, before_day, days=DAYS_PAGE + 1)
    numbers = sorted({row.day for row in rows if row.day is not None}, reverse=True)
    has_more = len(numbers) > DAYS_PAGE
    shown = [row for row in rows if not has_more or row.day != numbers[-1]]
    payouts = await Payout.filter(campaign_id=campaign.id, state__in=[PayoutState.PAID, PayoutState.SENDING]).order_by(
        "id"
    )
    given = [*whole.given, *whole.surplus_given]
    shared = await ShareBack.filter(campaign_id=campaign.id).annotate(minor=Sum("shared_minor")).values("minor")
    return Money(
        campaign=campaign, whole=whole, budget=await budget_of(campaign.id), told=await expenses.told_by_line(campaign.id),
        expenses=await expenses.expenses_of(campaign.id, limit=EXPENSES_SHOWN),
        recipients={one.id: one for one in await Recipient.filter(id__in=given)} if given else {}, payouts=payouts,
        on_its_way=sum(p.amount_minor for p in payouts if p.recipient_id is None and p.state == PayoutState.SENDING),
        shared_back=sum(int(row["minor"] or 0) for row in shared), days=days_of(shown, held_then), has_more=has_more,
        milestones=await plan_of(campaign.id),
    )  # fmt: skip


# --- where her own money went ---


@dataclass(frozen=True, slots=True)
class Mine:
    """A backer's amount and where it is. parts: minor units, they sum to it. next_target: what was kept of hers is used for."""

    amount_minor: int
    currency: str
    parts: dict[Part, int]
    recipients: Mapping[int, Recipient]
    next_target: Campaign | None


async def mine_of(pledge: Pledge, money: Money) -> Mine | None:
    """Where the money of one pledge went; none where nothing was charged for it."""
    charge = await Charge.get_or_none(subject=f"pledge:{pledge.id}", state=ChargeState.SUCCEEDED)
    if charge is None:
        return None
    election = await Election.get_or_none(pledge_id=pledge.id)
    own = _own_of(pledge, charge, election)
    in_order = [*(line.id for line in money.budget), None]
    told = {line: money.told[line] for line in in_order if line in money.told}
    parts = split_mine(charge.amount_minor, own, weights_of(money.whole, told))
    missing = {number for kind, number in parts if kind == "given"} - set(money.recipients)
    more = {one.id: one for one in await Recipient.filter(id__in=sorted(missing))} if missing else {}
    kept_for = election.kept_for_id if election else None
    return Mine(
        charge.amount_minor, charge.currency, parts, {**money.recipients, **more},
        await Campaign.get(id=kept_for) if kept_for else None,
    )  # fmt: skip


def _own_of(pledge: Pledge, charge: Charge, election: Election | None) -> dict[Part, int]:
    """What of her money went back to her, to her bank, or where she chose."""
    own: dict[Part, int] = {("refunded", 0): charge.refunded_minor}
    left = charge.amount_minor - charge.refunded_minor
    if election is not None and charge.passed_on_minor:
        kinds = {ElectionState.KEPT: ("kept", 0), ElectionState.USED: ("used", 0)}
        own[kinds.get(ElectionState(election.state), ("given", election.recipient_id or 0))] = charge.passed_on_minor
        left -= charge.passed_on_minor
    if pledge.state in (PledgeState.DISPUTED, PledgeState.LOST):
        own["disputed" if pledge.state == PledgeState.DISPUTED else "lost", 0] = left
    return own
