"""Each backer of a transfer that fell through decides where her money goes: back, to the academy, on to the next target, a charity.

Asking, deciding and moving the money are one transaction a page of backers, by the fund's row: a crash, a second press and a
second worker find what is done. What a choice moves it moves at once, so it is made once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import MOVES as CAMPAIGN_MOVES
from crowdfund.campaigns.models import Campaign, CampaignEvent, CampaignState
from crowdfund.campaigns.recipients.gifts import add_gift, reports_are_due
from crowdfund.campaigns.recipients.queries import offered_charities
from crowdfund.campaigns.transfers.models import Transfer
from crowdfund.database import Sql, as_rows, atomic, new_id, outbox
from crowdfund.database.moves import move
from crowdfund.ledger import Entry, Posting, chart, post
from crowdfund.payments import refunds
from crowdfund.payments.refunds import RefundIntent
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.pledges.stakes import LEFT
from crowdfund.pledges.transfers import rules
from crowdfund.pledges.transfers.asking import PAGE, ask_page
from crowdfund.pledges.transfers.models import Choice, Election, ElectionState
from crowdfund.refusal import NotFound, Refusal

_S = ElectionState
_TO = {Choice.REFUND: _S.REFUNDED, Choice.FALLBACK: _S.GIVEN, Choice.CHARITY: _S.GIVEN, Choice.NEXT: _S.KEPT}
_BECAUSE = {
    Choice.REFUND: "back to her card", Choice.FALLBACK: "given to what was announced", Choice.CHARITY: "given to a charity",
    Choice.NEXT: "kept for the next target",
}  # fmt: skip

_HERS = f"""
    SELECT e.pledge_id, e.person_id, e.state, p.state AS pledge_state, p.fallback_id, p.if_it_fails, p.charity_id, p.currency,
           c.id AS charge_id, c.subject, c.stripe_charge_id, c.refunded_minor,
           CAST(COALESCE({LEFT}, 0) AS BIGINT) AS left_minor
    FROM election e JOIN pledge p ON p.id = e.pledge_id
    LEFT JOIN charge c ON c.subject = 'pledge:' || CAST(p.id AS TEXT) AND c.state = 'succeeded'"""  # noqa: S608
_ONE = Sql(f"{_HERS} WHERE e.pledge_id = $1")
_SILENT = Sql(
    f"{_HERS} WHERE e.campaign_id = $1 AND e.state = 'asked' AND p.state <> 'disputed' ORDER BY e.pledge_id LIMIT $2"
)
_DECIDE = Sql("""
    UPDATE election SET state = decided.state, chosen_by = decided.chosen_by, recipient_id = decided.recipient_id,
        amount_minor = decided.amount_minor, kept_until = decided.kept_until, chosen_at = decided.at
    FROM (SELECT CAST(value->>'id' AS BIGINT) AS id, value->>'state' AS state, value->>'chosen_by' AS chosen_by,
                 CAST(value->>'recipient_id' AS BIGINT) AS recipient_id, CAST(value->>'minor' AS BIGINT) AS amount_minor,
                 CAST(value->>'kept_until' AS BIGINT) AS kept_until, CAST(value->>'at' AS BIGINT) AS at FROM {rows}) AS decided
    WHERE election.pledge_id = decided.id AND election.state = 'asked'
    RETURNING election.pledge_id""")
_PASS_ON = Sql("""
    UPDATE charge SET passed_on_minor = passed_on_minor + passed.minor
    FROM (SELECT CAST(value->>'charge_id' AS BIGINT) AS id, CAST(value->>'minor' AS BIGINT) AS minor FROM {rows}) AS passed
    WHERE charge.id = passed.id AND charge.state = 'succeeded'""")
_EVENTS = Sql("""
    INSERT INTO election_event (id, election_id, from_state, to_state, because, by_person_id, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'id' AS BIGINT), value->>'from', value->>'state', value->>'because',
           CAST(value->>'by' AS BIGINT), CAST(value->>'at' AS BIGINT)
    FROM {rows}""")


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one backer's money goes. row: her pledge, charge and election, as they are now. recipient_id: whom it is given to."""

    row: dict[str, Any]
    choice: Choice
    recipient_id: int | None
    chosen_by: str  # `fan`, or `silence`

    @property
    def minor(self) -> int:
        return int(self.row["left_minor"])


@atomic
async def choose(pledge_id: int, choice: Choice, *, charity_id: int | None = None, person_id: int) -> Election:
    """A backer decides, for good: her money moves in the same transaction. Gives her election as it is now.

    The same choice again answers the same. Raises NotFound for another's, TooLate after the deadline, AlreadyChosen for another
    choice, Refusal while her bank disputes the payment.
    """
    pledge = await Pledge.get_or_none(id=pledge_id, person_id=person_id)
    if pledge is None or not await Election.exists(pledge_id=pledge_id):
        raise NotFound("There is no such choice to make.")
    await counters.lock_one(pledge.campaign_id)
    election = await Election.get(pledge_id=pledge_id)
    [row] = await _ONE(pledge_id)
    charities = await offered_charities()
    recipient_id = rules.chosen(choice, row, charity_id, charities)
    if election.state != _S.ASKED:
        if election.state == _TO[choice] and election.recipient_id == recipient_id and election.chosen_by == "fan":
            return election  # the button was pressed twice
        raise rules.AlreadyChosen("This has been decided already, and the money has moved.")
    campaign = await Campaign.get(id=pledge.campaign_id)
    transfer = await Transfer.get(campaign_id=campaign.id)
    if (
        campaign.state != CampaignState.ELECTING
        or transfer.elections_until is None
        or clock.now() >= transfer.elections_until
    ):
        raise rules.TooLate("The time to choose is over. What you ticked when you pledged is done now.")
    if row["pledge_state"] == PledgeState.DISPUTED:
        raise Refusal("Your bank disputes this payment. Once it has decided, you can choose.")
    if row["left_minor"] <= 0:
        raise Refusal("Nothing is left to decide about: the money is with you already.")
    if row["pledge_state"] != PledgeState.COLLECTED:
        raise Refusal("Your bank has taken this payment back. What it left of it comes back to you, too.")
    await _carry_out(campaign, [Decision(row, choice, recipient_id, "fan")], by=person_id)
    return await Election.get(pledge_id=pledge_id)


@atomic
async def decide_for_silent(campaign_id: int) -> int:
    """After the deadline: a page of those who never answered, each by what she ticked when she pledged; gives how many."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    transfer = await Transfer.get(campaign_id=campaign_id)
    over = transfer.elections_until is not None and clock.now() >= transfer.elections_until
    if not over or campaign.state not in (CampaignState.ELECTING, CampaignState.REFUNDING, CampaignState.REDIRECTING):
        return 0
    rows = await _SILENT(campaign_id, PAGE)
    charities = await offered_charities()
    await _void([row for row in rows if row["left_minor"] <= 0])
    decided = [Decision(row, *_by_silence(row, charities), "silence") for row in rows if row["left_minor"] > 0]
    await _carry_out(campaign, decided, by=None)
    return len(rows)


def _by_silence(row: dict[str, Any], charities: frozenset[int]) -> tuple[Choice, int | None]:
    """What a bank left of a payment that it has taken back goes back, too, whatever she had ticked."""
    if row["pledge_state"] != PledgeState.COLLECTED:
        return Choice.REFUND, None
    return rules.by_silence(row, charities)


async def _carry_out(campaign: Campaign, decisions: list[Decision], *, by: int | None) -> None:
    """Write what was decided and move the money, in the caller's transaction."""
    if not decisions:
        return
    now = clock.now_us()
    rows = [_decided_row(one, now, by) for one in decisions]
    done = {row["pledge_id"] for row in await _DECIDE(as_rows(rows))}
    if len(done) != len(rows):
        raise RuntimeError("an election was decided while its fund was locked")
    await _EVENTS(as_rows(rows))
    await refunds.make_refunds(_refund(campaign, one, by) for one in decisions if one.choice == Choice.REFUND)
    passed = [one for one in decisions if one.choice != Choice.REFUND]
    if passed:
        await _PASS_ON(as_rows({"charge_id": one.row["charge_id"], "minor": one.minor} for one in passed))
        await post(_passed_on(campaign, one) for one in passed)
        await _count_gifts(campaign, passed)
    await outbox.enqueue_many(
        [("election_decided", {"pledge": pledge_id}, f"election_decided:{pledge_id}") for pledge_id in sorted(done)]
    )


def _decided_row(one: Decision, now: int, by: int | None) -> dict[str, Any]:
    kept_until = now + rules.KEPT_DAYS * 86_400_000_000 if one.choice == Choice.NEXT else None
    return {
        "id": one.row["pledge_id"], "event_id": new_id(), "from": _S.ASKED, "state": _TO[one.choice], "chosen_by": one.chosen_by,
        "recipient_id": one.recipient_id, "minor": one.minor, "kept_until": kept_until, "at": now, "by": by,
        "because": _BECAUSE[one.choice],
    }  # fmt: skip


def _refund(campaign: Campaign, one: Decision, by: int | None) -> RefundIntent:
    row, fund = one.row, chart.fund(campaign.id, campaign.currency)
    return RefundIntent(
        charge_id=row["charge_id"], subject=row["subject"], campaign_id=campaign.id, amount_minor=one.minor,
        currency=campaign.currency, stripe_charge_id=row["stripe_charge_id"], reason="the transfer fell through",
        by_person_id=by, sources=[(fund, one.minor)], ordinal=1 + row["refunded_minor"],
    )  # fmt: skip


def _passed_on(campaign: Campaign, one: Decision) -> Entry:
    fund = chart.fund(campaign.id, campaign.currency)
    if one.recipient_id is not None:
        kind, to = "redirected", chart.recipient(one.recipient_id, campaign.currency)
    else:
        kind, to = "carried", chart.carried(campaign.organisation_id, campaign.currency)
    key = f"election:{one.row['pledge_id']}"
    return Entry(key, kind, f"campaign:{campaign.id}", [Posting(fund, to, one.minor)])


async def _count_gifts(campaign: Campaign, passed: Iterable[Decision]) -> None:
    minor: Counter[int] = Counter()
    backers: Counter[int] = Counter()
    for one in passed:
        if one.recipient_id is not None:
            minor[one.recipient_id] += one.minor
            backers[one.recipient_id] += 1
    for recipient_id in sorted(minor):
        await add_gift(campaign, recipient_id, minor[recipient_id], backers=backers[recipient_id])


_VOID = Sql("""
    UPDATE election SET state = 'void', chosen_at = $1
    WHERE pledge_id IN (SELECT CAST(value->>'pledge_id' AS BIGINT) FROM {rows:2}) AND state = 'asked' RETURNING pledge_id""")


async def _void(rows: list[dict[str, Any]]) -> None:
    """Nothing is left to decide about: staff gave it back, or her bank did."""
    if not rows:
        return
    now = clock.now_us()
    ended = await _VOID(now, as_rows({"pledge_id": row["pledge_id"]} for row in rows))
    await _EVENTS(
        as_rows(
            {
                "event_id": new_id(), "id": row["pledge_id"], "from": _S.ASKED, "state": _S.VOID, "because": "nothing is left of it",
                "by": None, "at": now,
            }
            for row in ended
        )
    )  # fmt: skip


# --- the end of it ---

_OPEN = Sql("""
    SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM election WHERE campaign_id = $1 AND state = 'asked' LIMIT 1) AS a) AS asked,
           (SELECT COUNT(*) FROM (SELECT 1 FROM refund WHERE campaign_id = $1 AND state IN ('pending', 'failed') LIMIT 1) AS b) AS refunds,
           (SELECT COUNT(*) FROM gift WHERE campaign_id = $1) AS gifts""")
_UNPAID_GIFTS = Sql("""
    SELECT COUNT(*) AS n FROM gift g WHERE g.campaign_id = $1 AND g.amount_minor >
        (SELECT COALESCE(SUM(p.amount_minor), 0) FROM payout p
         WHERE p.campaign_id = g.campaign_id AND p.recipient_id = g.recipient_id AND p.state = 'paid')""")


@atomic
async def end_elections(campaign_id: int) -> bool:
    """One step towards the end of a fund whose time to choose is over; gives whether it moved."""
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    transfer = await Transfer.get(campaign_id=campaign_id)
    over = transfer.elections_until is not None and clock.now() >= transfer.elections_until
    still = await _OPEN.one(campaign_id)
    assert still is not None
    if not over or still["asked"]:
        return False
    to = await _next_state(campaign, still)
    if to is None or to not in CAMPAIGN_MOVES[CampaignState(campaign.state)]:
        return False
    await move(campaign, to, moves=CAMPAIGN_MOVES, because=_WHY[to], by=None, events=CampaignEvent)
    if to == CampaignState.CLOSED:
        await reports_are_due(campaign_id)
    return True


_WHY = {
    CampaignState.REFUNDING: "the time to choose is over; refunds are on their way",
    CampaignState.REDIRECTING: "refunds are done; gifts are paid out",
    CampaignState.CLOSED: "each backer's money is where she wanted it",
}


async def _next_state(campaign: Campaign, still: dict[str, Any]) -> CampaignState | None:
    if still["refunds"]:
        return CampaignState.REFUNDING
    if still["gifts"] and await _UNPAID_GIFTS.value(campaign.id):
        return CampaignState.REDIRECTING
    return CampaignState.CLOSED


async def step(campaign_id: int) -> bool:
    """Take one fund's elections one step further: ask, decide for the silent, end. Gives whether there is more right now."""
    return bool(await ask_page(campaign_id) or await decide_for_silent(campaign_id) or await end_elections(campaign_id))
