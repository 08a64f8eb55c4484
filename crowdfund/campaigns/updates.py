"""What makers write to the people who follow and back their fund."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from crowdfund import clock
from crowdfund.campaigns import counters, update_dates
from crowdfund.campaigns.models import OWES_WORD, PUBLIC, Audience, Campaign, CampaignState, CampaignUpdate, Tier
from crowdfund.database import atomic, new_id, outbox
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid, NotFound, Refusal

TITLE_MAX = 120
BODY_MAX = 20_000


_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_BEGINNING = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?)")
_RULE = re.compile(r"[-*_]{3,}|`{3,}.*")
_EMPHASIS = re.compile(r"(\*\*|__|\*|~~|`)(?=\S)(.+?)(?<=\S)\1")


class CannotWriteNow(Refusal):
    pass


class NoSuchUpdate(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class Reader:
    """Who wants to read an update, as the rooms above know her. tier_id: of her pledge that counts, where it has one."""

    is_backer: bool = False
    tier_id: int | None = None
    sees_all: bool = False  # its makers, and who runs the site

    def may_read(self, update: CampaignUpdate) -> bool:
        if update.audience == Audience.EVERYONE or self.sees_all:
            return True
        return self.is_backer and (update.audience == Audience.BACKERS or update.tier_id == self.tier_id)


ANYBODY = Reader()
MAKER = Reader(sees_all=True)


@atomic
async def publish_update(
    campaign_id: int, title: str, body: str, *, by: int, audience: str = Audience.EVERYONE, tier_id: int | None = None,
    next_by: datetime | None = None,
) -> CampaignUpdate:  # fmt: skip
    """Publish an update under the next number; whom it is for is told by mail, its title everybody can read.

    body: Markdown. tier_id: whose backers alone it is for. next_by: the day by which the next one is promised, 30 days on where
    none is chosen; an update for one tier moves no day. Raises CannotWriteNow before people can see the fund, while it is
    paused, and to backers where there are none; Invalid.
    """
    await counters.lock_one(campaign_id)  # two at once get two numbers
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in PUBLIC or campaign.state == CampaignState.SUSPENDED:
        raise CannotWriteNow("Updates are for funds that people can see. Announce or launch it first.")
    await _refuse_readers(campaign, audience, tier_id)
    due_at = _next_due(campaign, audience, next_by)
    number = 1 + await CampaignUpdate.filter(campaign_id=campaign_id).count()
    update = await CampaignUpdate.create(
        id=new_id(), campaign_id=campaign_id, number=number, title=title, body=body, by_person_id=by, published_at=clock.now(),
        audience=audience, tier_id=tier_id, next_due_at=due_at,
    )  # fmt: skip
    after = {"number": number, "title": title, "audience": str(audience)}
    if due_at is not None:
        await Campaign.filter(id=campaign_id).update(update_due_at=due_at)
        await update_dates.remind(campaign_id, due_at)
        after["next_update_by"] = update_dates.day_due(due_at).date().isoformat()
    await record("update_published", f"campaign:{campaign_id}", by=by, after=after)
    await outbox.enqueue("update_published", {"update": update.id}, key=f"update_published:{update.id}")
    return update


async def _refuse_readers(campaign: Campaign, audience: str, tier_id: int | None) -> None:
    """An update that nobody could read is refused."""
    if (audience == Audience.TIER) != (tier_id is not None):
        raise Invalid("Choose the tier whose backers it is for.", field="tier")
    if tier_id is not None and not await Tier.exists(id=tier_id, campaign_id=campaign.id):
        raise Invalid("There is no such tier in this fund.", field="tier")
    if audience != Audience.EVERYONE and campaign.state not in OWES_WORD | {CampaignState.COMPLETED}:
        raise CannotWriteNow("Nobody backs this fund now: write it to everybody.", field="audience")


def _next_due(campaign: Campaign, audience: str, next_by: datetime | None) -> datetime | None:
    """Until when the one after it is due; none where it moves no day."""
    if campaign.state not in OWES_WORD or audience == Audience.TIER:
        if next_by is not None:
            sentence = "An update for one tier doesn't move the day of the next one: leave it empty."
            if audience != Audience.TIER:
                sentence = "The day of the next update counts from the launch until the fund is over: leave it empty."
            raise Invalid(sentence, field="next_by")
        return None
    now = clock.now()
    return update_dates.usual(now) if next_by is None else update_dates.chosen(next_by, now, field="next_by")


async def update_of(campaign_id: int, number: int) -> CampaignUpdate:
    """One update. Raises NoSuchUpdate."""
    update = await CampaignUpdate.get_or_none(campaign_id=campaign_id, number=number)
    if update is None:
        raise NoSuchUpdate("There is no such update.")
    return update


def excerpt(body: str) -> str:
    """The first paragraph of an update that says something, at most some 300 characters, still Markdown."""
    paragraphs = [part.strip() for part in body.split("\n\n") if part.strip()]
    first = next((part for part in paragraphs if not part.startswith(("#", "!", "---", "```"))), "")
    return first if len(first) <= 300 else first[:300].rpartition(" ")[0] + " …"


def opening(body: str, most: int = 1_200) -> tuple[list[str], bool]:
    """How an update begins, as plain paragraphs for a letter, and whether there is more of it. most: characters, about."""
    paragraphs = [plain for part in body.split("\n\n") if (plain := _plain(part))]
    said: list[str] = []
    for paragraph in paragraphs:
        if said and sum(map(len, said)) + len(paragraph) > most:
            break
        said.append(paragraph if len(paragraph) <= most else paragraph[:most].rpartition(" ")[0] + " …")
    return said, len(said) < len(paragraphs) or any(one.endswith(" …") for one in said)


def _plain(markdown: str) -> str:
    """Markdown without its marks: pictures are left out, of links the words stay."""
    text = _PICTURE.sub("", markdown)
    text = _LINK.sub(r"\1", text)
    text = "\n".join(_BEGINNING.sub("", line) for line in text.splitlines() if not _RULE.fullmatch(line.strip()))
    return _EMPHASIS.sub(r"\2", text).strip()
