"""What makers write to the people who follow and back their fund."""

from __future__ import annotations

import re

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import PUBLIC, Campaign, CampaignState, CampaignUpdate
from crowdfund.database import atomic, new_id, outbox
from crowdfund.people.audit import record
from crowdfund.refusal import NotFound, Refusal

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


@atomic
async def publish_update(campaign_id: int, title: str, body: str, *, by: int) -> CampaignUpdate:
    """Publish an update under the next number; followers and backers are told by mail.

    body: Markdown. Raises CannotWriteNow before people can see the fund, and while it is paused.
    """
    await counters.lock_one(campaign_id)  # two at once get two numbers
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in PUBLIC or campaign.state == CampaignState.SUSPENDED:
        raise CannotWriteNow("Updates are for funds that people can see. Announce or launch it first.")
    number = 1 + await CampaignUpdate.filter(campaign_id=campaign_id).count()
    update = await CampaignUpdate.create(
        id=new_id(), campaign_id=campaign_id, number=number, title=title, body=body, by_person_id=by, published_at=clock.now()
    )  # fmt: skip
    await record("update_published", f"campaign:{campaign_id}", by=by, after={"number": number, "title": title})
    await outbox.enqueue("update_published", {"update": update.id}, key=f"update_published:{update.id}")
    return update


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
