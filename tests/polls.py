"""Sentences about polls: a question that stands before fans, who votes in it, and what the counters say."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls import actions
from crowdfund.community.polls.candidates import Named, add_candidate_once
from crowdfund.community.polls.casting import Ballot, Cast, cast_vote
from crowdfund.community.polls.models import Audience, Candidate, Label, Poll
from crowdfund.community.polls.rules import Asked
from crowdfund.database import Sql, atomic
from crowdfund.payments.models import SavedCard
from tests.world import Fan, a_card, a_fan, pledged

_keys = count(1)
_UNCONFIRM = Sql("UPDATE person SET email_confirmed_at = NULL WHERE id = $1")
NAMES = ("Ava Stone", "Ben Okri", "Cleo Marsh")


def asked(**more: object) -> Asked:
    """Who plays Lin: open from the moment somebody says so, for five days; decided four days after."""
    now = clock.now()
    facts = {
        "question": "Who plays Lin?", "text": "She rows.", "audience": Audience.BACKERS, "label": Label.ADVISORY, "quorum": 0,
        "hides_results": False, "opens_at": None, "closes_at": now + timedelta(days=5), "decide_by": now + timedelta(days=9),
    }  # fmt: skip
    return Asked(**{**facts, **more})  # type: ignore[arg-type]


async def a_draft_poll(campaign: Campaign, *, by: int, names: tuple[str, ...] = NAMES, **more: object) -> Poll:
    poll = await actions.make_poll_once(campaign, asked(**more), by=by, key=f"key-{next(_keys)}")
    for name in names:
        await add_candidate_once(poll.id, Named(name, f"{name} has played before."), by=by, key=f"key-{next(_keys)}")
    return poll


async def an_open_poll(campaign: Campaign, *, by: int, **more: object) -> Poll:
    poll = await a_draft_poll(campaign, by=by, **more)  # type: ignore[arg-type]
    await actions.open_poll(poll.id, by=by)
    return await again_poll(poll)


async def again_poll(poll: Poll) -> Poll:
    return await Poll.get(id=poll.id)


async def candidate(poll: Poll, name: str) -> Candidate:
    return await Candidate.get(poll_id=poll.id, name=name)


async def votes(poll: Poll, person_id: int, name: str) -> Cast:
    campaign = await Campaign.get(id=poll.campaign_id)
    chosen = await candidate(poll, name)
    return await cast_vote(Ballot(poll.id, person_id, chosen.id, campaign.id, campaign.organisation_id))


async def counted(poll: Poll) -> dict[str, int]:
    """What the pages tell: votes by candidate, those without left out."""
    return {one.name: one.votes for one in await Candidate.filter(poll_id=poll.id).order_by("position") if one.votes}


async def a_backer(campaign: Campaign, name: str = "Mei", *, amount_minor: int = 25_00, fingerprint: str = "") -> Fan:
    """A fan whose pledge counts. fingerprint: of her card."""
    fan = await a_fan(name)
    await with_card(fan, fingerprint)
    await pledged(fan, campaign, amount_minor=amount_minor)
    return fan


async def with_card(fan: Fan, fingerprint: str) -> int:
    card_id = await a_card(fan)
    await atomic(SavedCard.filter(id=card_id).update)(fingerprint=fingerprint)
    return card_id


async def unconfirm(fan: Fan) -> None:
    """As if she had never opened the link in her letter."""
    await atomic(_UNCONFIRM.__call__)(fan.id)
