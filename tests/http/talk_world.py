"""A fund under which people talk: its makers, two backers, somebody who isn't one, and staff."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund.campaigns.models import Campaign
from crowdfund.community.talk import actions
from crowdfund.community.talk.models import Comment
from crowdfund.database.ids import public
from crowdfund.people.models import StaffRole
from tests.http.campaign_world import Producer, a_producer, launched
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import Fan, a_card, pledged

_keys = iter(range(10**9))


@dataclass
class TalkWorld:
    """Lin runs the fund. Mei backs it with her name, Wen without it, Eve doesn't; Ada is staff."""

    site: SiteUnderTest
    lin: Producer
    campaign: Campaign
    mei: SignedIn
    wen: SignedIn
    eve: SignedIn
    ada: SignedIn

    @property
    def talk(self) -> str:
        return f"{self.campaign.path}/talk"

    def path(self, comment: Comment) -> str:
        return f"{self.talk}/{public(comment.thread_id)}"


async def a_talk_world(site: SiteUnderTest) -> TalkWorld:
    lin = await a_producer(site)
    campaign = await launched(lin)
    mei, wen, eve = [await site.signed_up(name) for name in ("Mei", "Wen", "Eve")]
    await backs(mei, campaign)
    await backs(wen, campaign, shown_as="nobody")
    ada = await site.signed_up("Ada", staff=StaffRole.REVIEWER)
    return TalkWorld(site, lin, campaign, mei, wen, eve, ada)


async def backs(browser: SignedIn, campaign: Campaign, **more: object) -> None:
    fan = Fan(browser.person.id, browser.person.email)
    await a_card(fan)
    await pledged(fan, campaign, **more)


async def said(
    world: TalkWorld, by: SignedIn, text: str = "I love rivers.", *, asked: str = "", shown_as: str | None = None
) -> Comment:
    """A comment, or a question to the makers or the cast."""
    wish = actions.Wish(text, shown_as, (asked, "") if asked else None)
    made = await actions.say_once(world.campaign.id, wish, by=by.person.id, key=f"test-{next(_keys)}")
    return await Comment.get(id=made)


async def replied(comment: Comment, by: SignedIn, text: str = "So do I.", *, shown_as: str | None = None) -> Comment:
    made = await actions.reply_once(comment.id, text, by=by.person.id, key=f"test-{next(_keys)}", shown_as=shown_as)
    return await Comment.get(id=made)


async def crowd_of_reporters(site: SiteUnderTest, how_many: int) -> list[int]:
    """People with accounts and nothing else."""
    return [(await site.signed_up(f"Reporter {n}")).person.id for n in range(how_many)]


async def again(comment: Comment) -> Comment:
    return await Comment.get(id=comment.id)
