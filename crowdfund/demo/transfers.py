"""The transfer funds of the demo: one that was signed, one that fell through and asks its backers, one that is open."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund import clock
from crowdfund.campaigns import actions
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.models import Campaign, CampaignState, Kind, Tier
from crowdfund.campaigns.recipients.actions import About, add_recipient
from crowdfund.campaigns.recipients.models import Recipient, RecipientKind
from crowdfund.campaigns.tiers import TierContent, add_tier
from crowdfund.campaigns.transfers.actions import Deal, describe, sign
from crowdfund.campaigns.transfers.models import Part, SubType, Surplus
from crowdfund.campaigns.updates import publish_update
from crowdfund.database import new_id
from crowdfund.demo.catching_up import catch_up
from crowdfund.demo.crowd import Crowd, give, reward_for
from crowdfund.demo.paper import paper
from crowdfund.demo.plan import Plan
from crowdfund.money import split_minor
from crowdfund.people.models import Organisation, Person
from crowdfund.people.pages.papers import take_document
from crowdfund.pledges.forms import terms_shown
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.rules import Want
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, Outcome, OutcomeKind

CLUB = (
    "SC Hafen 1904",
    "DE",
    "Fourth tier, 3,100 members, a stand that leaks on the south side. Owned by those who stand in it.",
)
CHARITY = ("Goals for Girls", "DE", "Pitches, boots and coaches for girls' teams that have none.")


@dataclass(frozen=True, slots=True)
class Transfer:
    """One fund of the club. Days count from now, back where they are less than nothing. fee and gives in whole euros."""

    name: str
    tagline: str
    player: str
    selling_club: str
    fee: int
    gives: int
    fans: int
    launched: int
    closes: int
    window: int
    story: str
    ends: str
    committed: int = 0
    cap: int | None = None


FUNDS = (
    Transfer(
        name="Bring Jonas Okoro to the harbour",
        tagline="Nineteen goals for a club that is closing. He would play for us on Sunday.",
        player="Jonas Okoro", selling_club="VfB Deichstadt", fee=24_000, gives=25_900, fans=150, launched=-55, closes=-33, window=-12,
        story="""VfB Deichstadt gives up its first team in the winter, and its striker is free for the price of what it still owes the
groundsman: 24,000 euro. Jonas has said yes. The board has said yes. The account has said no, so we ask you.

Not a cent of this is for wages, and none of it is for anything else. If he is not registered when the window closes, what you
gave is yours again, and you say where it goes.""",
        ends="signed",
    ),
    Transfer(
        name="A left-back for the second half",
        tagline="We have conceded eleven goals down one side. It is always the same side.",
        player="Marek Dvořák", selling_club="FK Sever", fee=31_000, gives=19_400, fans=130, launched=-48, closes=-26, window=-7,
        story="""Everybody who has stood behind the north goal knows where they come through. Marek plays there for FK Sever, he is
twenty-three, and his club wants 31,000 euro. The supporters' trust has put up 12,000 of it; the rest is what we ask for.

He still has to pass a medical. If he does not, or changes his mind, you decide what becomes of your money.""",
        ends="collapsed", committed=12_000,
    ),
    Transfer(
        name="One who can take corners",
        tagline="Forty-one corners this season, and not one of them was a goal.",
        player="Lior Amsalem", selling_club="SV Westufer", fee=18_000, gives=7_300, fans=80, launched=-6, closes=21, window=40,
        story="""Lior takes corners that make grown goalkeepers sit down. SV Westufer would let him go for 18,000 euro before the window
closes. We have asked the league, the other club and him; all three have signed. Now it is the money.

What is collected beyond the goal goes back to you, each her share, to the cent.""",
        ends="live", cap=22_000,
    ),
)  # fmt: skip
_YOUTH = "Two hundred and ten children, eleven coaches, one pitch with a light that works. Nobody pays to play here."
_SIGNED = "He is registered for us since this morning, shirt number nine."
_COLLAPSED = "The medical found an old injury to the knee. FK Sever keeps him, and we wish him well."
_AGREED = "Both boards have signed. Now the medical, then the league."
_SCORED = "Seventy-third minute, left foot, off the post. You were all there, somehow."
_PERKS = (
    ("Your name on the team bus", "On the side where the sponsors are not, until the end of the season.", 15, None),
    ("A scarf of the day", "Knitted by the women's team, with the date of the first match.", 40, 120),
    (
        "Stand with the old ones",
        "A place in the leaking stand, and somebody who tells you everything since 1974.",
        90,
        30,
    ),
)


async def plan_transfers(
    club: Organisation, charity: Organisation, owner: Person, staff: tuple[Person, Person], crowd: Crowd, plan: Plan,
    dice: random.Random,
) -> None:  # fmt: skip
    """All that happens to the club's funds, in order of time."""
    academy = await add_recipient(club, RecipientKind.ACADEMY, About("Hafen Youth", _YOUTH, 90), by=owner.id)
    about = About(CHARITY[0], f"{CHARITY[2]} Named on the platform's list.", 180)
    listed = await add_recipient(charity, RecipientKind.CHARITY, about, by=staff[0].id)
    for fund in FUNDS:
        await _plan(fund, club, academy, listed, owner, staff, crowd, plan, dice)


async def _plan(
    fund: Transfer, club: Organisation, academy: Recipient, charity: Recipient, owner: Person, staff: tuple[Person, Person],
    crowd: Crowd, plan: Plan, dice: random.Random,
) -> None:  # fmt: skip
    def on(day: float) -> datetime:
        return plan.now + timedelta(days=day)

    campaign = await _write(fund, club, academy, owner, on(fund.closes), on(fund.window))
    plan.at(on(fund.launched - 4), lambda: actions.submit(campaign.id, by=owner.id))
    approve = (campaign.id, CampaignState.APPROVED, "All three have signed.")
    plan.at(on(fund.launched - 3), lambda: actions.review(*approve, by=staff[0].id))
    plan.at(on(fund.launched), lambda: actions.launch(campaign.id, by=owner.id))
    _plan_pledges(fund, campaign, charity, crowd, plan, dice)
    if fund.ends == "live":
        return
    for day in (0, 1, 3, 5, 7):
        plan.at(on(fund.closes + day) + timedelta(minutes=2), catch_up)
    if fund.ends == "signed":
        news = {"title": "He scored", "body": _SCORED, "by": owner.id}
        plan.at(on(fund.closes + 8), lambda: _agree(campaign.id, owner))
        plan.at(on(fund.closes + 12), lambda: _file(campaign.id, OutcomeKind.SIGNED, _SIGNED, owner))
        plan.at(on(fund.closes + 13), lambda: _check(campaign.id, staff[0]))
        plan.at(on(fund.closes + 16), lambda: _release(campaign.id, staff[1]))
        plan.at(on(fund.closes + 17), lambda: publish_update(campaign.id, **news))
        plan.at(on(fund.closes + 19), catch_up)
        return
    plan.at(on(-9), lambda: _file(campaign.id, OutcomeKind.COLLAPSED, _COLLAPSED, owner))
    plan.at(on(-5.9), catch_up)
    plan.at(on(-4), lambda: _choose(campaign.id, charity, crowd, dice))
    plan.at(on(-1), catch_up)


async def _write(
    fund: Transfer, club: Organisation, academy: Recipient, owner: Person, closes_at: datetime, window: datetime
) -> Campaign:
    campaign = await actions.make_campaign(club, name=fund.name, currency="EUR", by=owner.id, kind=Kind.TRANSFER)
    content = Content(
        name=fund.name, tagline=fund.tagline, story=fund.story, budget=[], closes_at=closes_at, opens_at=None,
        risks="A knee, a change of heart, a better offer on the last day. That is why the money waits with crowdfund and not with us.",
    )  # fmt: skip
    await actions.write(campaign.id, content, by=owner.id)
    stack = {Part.TRANSFER_FEE: fund.fee * 100, Part.COMMITTED: fund.committed * 100}
    deal = Deal(
        sub_type=SubType.NAMED_TARGET, stack={part: minor for part, minor in stack.items() if minor}, player=fund.player,
        selling_club=fund.selling_club, competition="Regionalliga Nord, men's first team",
        buys="The fee to the selling club. No wages, no agents, no bonus.", confirmed_by="Jens Hansen, first chairman",
        window_closes_at=window, window_zone="Europe/Berlin", cap_minor=fund.cap * 100 if fund.cap else None,
        surplus=Surplus.REFUND, fallback_id=academy.id,
    )  # fmt: skip
    await describe(campaign.id, deal, by=owner.id)
    for name, words, price, size in _PERKS:
        await add_tier(
            campaign.id, TierContent(name=name, description=words, price_minor=price * 100, size=size), by=owner.id
        )
    signed = await _paper(
        f"Acceptance: {fund.player}", ("SC Hafen 1904 accepts the terms of this fund.", fund.name), owner
    )
    await sign(campaign.id, name="Jens Hansen, first chairman", document_id=signed, by=owner.id)
    return campaign


async def _paper(title: str, lines: tuple[str, ...], by: Person) -> int:
    return await take_document((paper(title, lines), f"{title}.pdf"), by=by.id)


async def _agree(campaign_id: int, owner: Person) -> None:
    document_id = await _paper("Agreement of the clubs", ("Both boards have signed.",), owner)
    await outcomes.agree_deal(campaign_id, words=_AGREED, document_id=document_id, by=owner.id)


async def _file(campaign_id: int, kind: OutcomeKind, words: str, owner: Person) -> None:
    title = "Registration" if kind == OutcomeKind.SIGNED else "Letter of the other club"
    document_id = await _paper(title, (words,), owner)
    await outcomes.file_outcome(campaign_id, kind, words=words, document_id=document_id, by=owner.id)


async def _check(campaign_id: int, staff: Person) -> None:
    outcome = await Outcome.get(campaign_id=campaign_id)
    await outcomes.check_evidence(outcome.id, "Seen in the register of the league.", by=staff.id)


async def _release(campaign_id: int, staff: Person) -> None:
    outcome = await Outcome.get(campaign_id=campaign_id)
    await outcomes.release(outcome.id, "Seen in the register, too; nobody objected.", by=staff.id)


async def _choose(campaign_id: int, charity: Recipient, crowd: Crowd, dice: random.Random) -> None:
    """Half of the backers have chosen by now; Mei has not."""
    for pledge in await Pledge.filter(campaign_id=campaign_id, state="collected").order_by("id"):
        if pledge.person_id == crowd.mei or dice.random() < 0.5:
            continue
        choice = dice.choice(
            [Choice.REFUND, Choice.REFUND, Choice.FALLBACK, Choice.FALLBACK, Choice.NEXT, Choice.CHARITY]
        )
        await choose(pledge.id, choice, charity_id=charity.id, person_id=pledge.person_id)


def _plan_pledges(
    fund: Transfer, campaign: Campaign, charity: Recipient, crowd: Crowd, plan: Plan, dice: random.Random
) -> None:
    """Most on the first evening, and some on the days of a match."""
    days = max(1, min(fund.closes, 0) - fund.launched)
    fans = crowd.pick(dice, fund.fans, 2, with_mei=True)
    gifts = split_minor(fund.gives * 100, [dice.choice((2, 3, 5, 5, 8, 10)) for _ in fans])
    on_day = [min(int(dice.expovariate(0.35)), days - 1) for _ in fans]
    for day in sorted(set(on_day)):
        todays = [(fan, gift) for fan, gift, its in zip(fans, gifts, on_day, strict=True) if its == day]
        at = plan.now + timedelta(days=fund.launched + day, hours=dice.uniform(0.5, 6))
        plan.at(at, lambda todays=todays: _pledge_all(campaign, todays, charity, dice))  # type: ignore[misc]


async def _pledge_all(campaign: Campaign, fans: list[tuple[int, int]], charity: Recipient, dice: random.Random) -> None:
    tiers = await Tier.filter(campaign_id=campaign.id)
    await asyncio.gather(*(_pledge(campaign, tiers, fan, gift, charity, dice) for fan, gift in fans))


async def _pledge(
    campaign: Campaign, tiers: list[Tier], person_id: int, gift: int, charity: Recipient, dice: random.Random
) -> None:
    ticked, tier_id = (
        dice.choice(("", "", "refund", "fallback", "fallback", "next", "charity")),
        reward_for(gift, tiers, dice),
    )
    await give(
        Want(
            id=new_id(), person_id=person_id, campaign_id=campaign.id, tier_id=tier_id, quantity=1, amount_minor=gift,
            currency="EUR", key=f"demo:{campaign.id}", shown_as="nobody" if dice.random() < 0.1 else "name",
            made_at=clock.now_us(), referrer=dice.choice(("", "", "fanzine", "stand", "newsletter")), terms=terms_shown(),
            if_it_fails=ticked, charity_id=charity.id if ticked == "charity" else None,
        )
    )  # fmt: skip
