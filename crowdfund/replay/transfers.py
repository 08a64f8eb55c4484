"""Real transfer funds, played again under this site's rules: what became of the money then, each backer decides now."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.campaigns import actions as campaigns
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.models import Campaign, CampaignPage, CampaignState, Kind
from crowdfund.campaigns.recipients.actions import About, add_recipient
from crowdfund.campaigns.recipients.models import Recipient, RecipientKind
from crowdfund.campaigns.transfers.actions import Deal, describe, sign
from crowdfund.campaigns.transfers.models import Part, SubType
from crowdfund.campaigns.transfers.rules import window_at
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.money import split_minor
from crowdfund.payments import stripe
from crowdfund.people.documents import keep_document
from crowdfund.people.models import Organisation
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.models import Election, OutcomeKind
from crowdfund.replay.client import Connection, bearer_json
from crowdfund.replay.dataset import Dataset, Fund, Pledging
from crowdfund.replay.people import Fans
from crowdfund.replay.play import Play, move_to
from crowdfund.sandbox.remote import control
from crowdfund.titles.models import Title

_STORY = "Played again as the record tells it; see the file of this dataset for who told what. " * 3
_ENDS = {"refund": "refunded", "fallback": "given", "charity": "given", "next": "kept"}
_WORK = ("settle funds", "fees", "transfers", "refunds", "payouts")


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a transfer fund. choices: of each backer when it fell through; empty: she said nothing then."""

    facts: dict[str, Any]
    ticked: Sequence[str]
    choices: Sequence[str]


@dataclass(frozen=True, slots=True)
class TransferDataset(Dataset):
    record: Record | None = None


def read_transfer(facts: dict[str, Any], name: str, seed: int, limit: int | None) -> TransferDataset:
    """The facts as a dataset: that many backers, in quotas where there were any, to the exact total."""
    dice = random.Random(seed)
    backers = facts["backers"]
    unit = facts.get("quota_minor", 100)
    units, rest = divmod(facts["pledged_minor"], unit)
    if rest or units < backers:
        raise ValueError("the total is not made of so many quotas")
    gifts = [
        unit * (1 + more)
        for more in split_minor(units - backers, [dice.choice((1, 2, 3, 5, 8)) for _ in range(backers)])
    ]
    requests = [Pledging(fan, [(0, 1, gift)]) for fan, gift in enumerate(gifts)][:limit]
    facts = _without(facts, sum(gifts[len(requests) :]))
    fund = Fund(
        facts["name"], facts["currency"], facts["goal_minor"], datetime.fromisoformat(facts["opened_at"]).astimezone(UTC),
        datetime.fromisoformat(facts["closed_at"]).astimezone(UTC), facts["verdict"],
        sum(request.pledges[0][2] for request in requests), len(requests),
    )  # fmt: skip
    shares = facts.get("choices", {"": 1})
    choices = dice.choices(list(shares), list(shares.values()), k=len(requests))
    offered = ["", "refund", "fallback", "next", *(["charity"] if "charity" in facts else [])]
    ticked = dice.choices(offered, k=len(requests))
    record = Record(facts, ticked, choices)
    return TransferDataset(name, [fund], len(requests), requests, record=record)


def _without(facts: dict[str, Any], missing_minor: int) -> dict[str, Any]:
    """The facts for a part of the backers: of a fund that came about, what the others gave is committed already."""
    if facts["verdict"] == "failed" or not missing_minor:
        return facts
    stack = facts["stack_minor"]
    stack = {**stack, "committed": stack.get("committed", 0) + missing_minor}
    return {**facts, "stack_minor": stack, "goal_minor": facts["goal_minor"] - missing_minor}


class TransferPlay(Play):
    """One transfer fund from its launch to where each backer's money ended."""

    dataset: TransferDataset
    academy: Recipient
    charity: Recipient | None

    @property
    def record(self) -> Record:
        assert self.dataset.record is not None
        return self.dataset.record

    async def make_funds(self) -> list[Campaign]:
        """A club, its academy, a charity, and the fund as the club has signed it."""
        facts = self.record.facts
        club = await _organisation("club", facts["club"])
        self.owner_id, self.academy = (
            self.fans.ids[0],
            await _recipient(club, RecipientKind.ACADEMY, facts["fallback"], self.fans.ids[0]),
        )
        self.charity = None
        if "charity" in facts:
            institution = await _organisation("institution", facts["charity"])
            self.charity = await _recipient(institution, RecipientKind.CHARITY, facts["charity"], self.owner_id)
        campaign = await _draft(facts, club, self.dataset.funds[0])
        await self._write(campaign, facts)
        return [await Campaign.get(id=campaign.id)]

    async def _write(self, campaign: Campaign, facts: dict[str, Any]) -> None:
        by, fund = self.owner_id, self.dataset.funds[0]
        content = Content(
            name=fund.name,
            tagline=facts["player"],
            story=_STORY,
            risks="",
            budget=[],
            opens_at=None,
            closes_at=fund.closes_at,
        )
        await campaigns.write(campaign.id, content, by=by)
        closes = window_at(datetime.fromisoformat(facts["window_closes"]), facts["window_zone"])
        deal = Deal(
            sub_type=SubType.NAMED_TARGET, stack={Part(part): minor for part, minor in facts["stack_minor"].items()},
            player=facts["player"], selling_club=facts["selling_club"], competition=facts["competition"],
            buys="The transfer fee, and nothing else.", confirmed_by=facts["club"], window_closes_at=closes,
            window_zone=facts["window_zone"], fallback_id=self.academy.id,
        )  # fmt: skip
        await describe(campaign.id, deal, by=by)
        await sign(campaign.id, name=facts["club"], document_id=await _paper(by), by=by)
        await campaigns.submit(campaign.id, by=by)
        await campaigns.review(campaign.id, CampaignState.APPROVED, "", by=by)
        await campaigns.announce(campaign.id, opens_at=fund.opens_at, by=by)

    def body_of(self, request: Pledging) -> list[dict[str, Any]]:
        """Her pledge, and what she ticked for the day on which the transfer falls through."""
        [pledge] = super().body_of(request)
        ticked = self.record.ticked[request.fan]
        charity = {"charity": public(self.charity.id)} if ticked == "charity" and self.charity else {}
        return [{**pledge, "if_it_fails": ticked, **charity}]

    async def _settle(self, numbers: list[int]) -> None:
        await self._sweep(*_WORK)
        await self._sweep(*_WORK)  # the verdict waits for the processor's fees
        campaign = await Campaign.get(id=self.campaigns[0].id)
        if campaign.state != CampaignState.FUNDED_HELD:
            return
        outcome = self.record.facts["outcome"]
        await outcomes.file_outcome(
            campaign.id, OutcomeKind(outcome["kind"]), words=outcome["words"], document_id=await _paper(self.owner_id),
            by=self.owner_id,
        )  # fmt: skip
        await self._later(hours=73)
        await self._elect()
        await self._later(days=14)
        for _day in range(4):
            await self._later(days=1)

    async def _later(self, **by: float) -> None:
        move_to(clock.now() + timedelta(**by))
        await self._sweep(*_WORK)

    async def _elect(self) -> None:
        """Who chooses says so over HTTP; the others are silent."""
        connection = Connection(self.url)
        pledges = {row.person_id: row.id for row in await Pledge.filter(campaign_id=self.campaigns[0].id)}
        for fan, choice in enumerate(self.record.choices):
            if not choice:
                continue
            charity = {"charity": public(self.charity.id)} if choice == "charity" and self.charity else {}
            path = f"/api/v1/pledges/{public(pledges[self.fans.ids[fan]])}/election"
            headers = bearer_json(Fans.token_of(fan), f"elect{fan}")
            answer = await connection.ask("POST", path, orjson.dumps({"choice": choice, **charity}), headers)
            if answer.status != 200:
                self.result.differ(f"fan {fan} chose {choice}: {answer.status} {answer.body[:200]!r}")
        connection.close()

    async def _verdicts(self) -> None:
        """The verdict of the record, and where each backer's money ended."""
        campaign, fund, facts = await Campaign.get(id=self.campaigns[0].id), self.dataset.funds[0], self.record.facts
        verdict = "failed" if campaign.state == "failed" else "funded_held"
        self.result.verdicts_right = int(verdict == fund.verdict)
        self.result.verdicts_wrong = int(verdict != fund.verdict)
        if verdict != fund.verdict or campaign.promised_at_close_minor != fund.pledged_minor:
            self.result.differ(
                f"{campaign.state} with {campaign.promised_at_close_minor} promised, the record has {fund.verdict}"
            )
        if campaign.collected_minor != facts["collected_minor"] and len(self.dataset.requests) == facts["backers"]:
            self.result.differ(f"{campaign.collected_minor} collected, the record has {facts['collected_minor']}")
        if verdict == "funded_held":
            await self._ends(campaign)

    async def _ends(self, campaign: Campaign) -> None:
        if campaign.state != CampaignState.CLOSED:
            self.result.differ(f"the fund is {campaign.state}, not closed")
        elections = {row.person_id: row for row in await Election.filter(campaign_id=campaign.id)}
        ends: Counter[str] = Counter()
        for request in self.dataset.requests:
            fan, gift = request.fan, request.pledges[0][2]
            wanted = self.record.choices[fan] or self.record.ticked[fan] or "refund"
            to = {"fallback": self.academy.id, "charity": self.charity.id if self.charity else None}.get(wanted)
            found = elections[self.fans.ids[fan]]
            ends[wanted] += gift
            if (found.state, found.recipient_id, found.amount_minor) != (_ENDS[wanted], to, gift):
                self.result.differ(f"fan {fan} wanted {wanted} of {gift}: {found.state} {found.amount_minor}")
        money = {
            "refund": "back to cards",
            "fallback": "academy",
            "charity": "charity",
            "next": "kept for the next target",
        }
        self.result.ends = {money[way]: minor for way, minor in sorted(ends.items())}


async def _organisation(kind: str, name: str) -> Organisation:
    """One that can be paid: with an account at the sandbox."""
    organisation_id = new_id()
    account_id = await stripe.make_account(organisation_id, "DE", f"{organisation_id}@replay.example")
    await control(f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    return await _keep(organisation_id, kind, name, account_id)


@atomic
async def _keep(organisation_id: int, kind: str, name: str, account_id: str) -> Organisation:
    return await Organisation.create(
        id=organisation_id, kind=kind, slug=f"replay-{organisation_id}", name=name, country="DE", state="verified",
        stripe_account_id=account_id, payouts_state="enabled", made_at=clock.now(),
    )  # fmt: skip


async def _recipient(organisation: Organisation, kind: RecipientKind, name: str, by: int) -> Recipient:
    about = About(name, "Named in the replay, so that backers can give to it.", 90)
    return await add_recipient(organisation, kind, about, by=by)


async def _paper(by: int) -> int:
    """A paper that nobody opens: the record knows that there was one."""
    document_id = new_id()
    await keep_document(document_id, name="record.pdf", media_type="application/pdf", size=1, sha256="", by=by)
    return document_id


@atomic
async def _draft(facts: dict[str, Any], club: Organisation, fund: Fund) -> Campaign:
    """As `campaigns.make_campaign` makes it, in the currency of its time, whatever is offered today."""
    campaign_id, title_id, now = new_id(), new_id(), clock.now()
    await Title.create(
        id=title_id, organisation_id=club.id, kind="season", name=fund.name, colour="key--pitch", made_at=now
    )
    campaign = await Campaign.create(
        id=campaign_id, title_id=title_id, organisation_id=club.id, kind=Kind.TRANSFER, slug=f"replay-{campaign_id}",
        name=fund.name, state=CampaignState.DRAFT, currency=fund.currency, fee_bps=500, made_at=now,
    )  # fmt: skip
    await CampaignPage.create(campaign_id=campaign_id, version=1, story="", made_at=now)
    return campaign
