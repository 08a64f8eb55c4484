"""What followers and backers of a fund are told, a page of them at a time. Redone after a crash, nobody is told twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.actions import REMIND_BEFORE
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import Audience, Campaign, CampaignState, CampaignUpdate, Kind
from crowdfund.campaigns.updates import opening
from crowdfund.database import Sql
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, ask_for_mails, mail_to
from crowdfund.people.models import Person
from crowdfund.web.formats import moment_text, money, number
from crowdfund.web.i18n import _, ngettext

PAGE = 500

_LIVE = "p.state IN ('active', 'charging', 'errored', 'collected', 'disputed')"
_WANTS_NEWS = "NOT EXISTS (SELECT 1 FROM mail_stop s WHERE s.campaign_id = $1 AND s.person_id = {reader}.person_id)"
_BACKERS_TEXT = f"""
    SELECT p.person_id, p.id AS place FROM pledge p WHERE p.campaign_id = $1 AND {_LIVE} AND p.id > $2"""  # noqa: S608
_OTHERS_TEXT = f"""
    SELECT f.person_id, f.person_id AS place FROM follower f WHERE f.campaign_id = $1 AND f.person_id > $2
      AND NOT EXISTS (SELECT 1 FROM pledge p WHERE p.person_id = f.person_id AND p.campaign_id = $1 AND {_LIVE})"""  # noqa: S608
_PAGE_TEXT = " ORDER BY place LIMIT $3"

# Each reader with the place in the line to go on from: backers in the order of their pledges, then followers who are none.
_ALL = (Sql(_BACKERS_TEXT + _PAGE_TEXT), Sql(_OTHERS_TEXT + _PAGE_TEXT))
_READERS = (
    Sql(f"{_BACKERS_TEXT} AND {_WANTS_NEWS.format(reader='p')}{_PAGE_TEXT}"),
    Sql(f"{_OTHERS_TEXT} AND {_WANTS_NEWS.format(reader='f')}{_PAGE_TEXT}"),
)
_OF_TIER = Sql(f"""
    SELECT p.person_id, p.id AS place FROM pledge p WHERE p.campaign_id = $1 AND p.tier_id = $2 AND {_LIVE} AND p.id > $3
      AND {_WANTS_NEWS.format(reader="p")} ORDER BY place LIMIT $4""")  # noqa: S608
_FOLLOWERS = Sql("""
    SELECT person_id, person_id AS place FROM follower WHERE campaign_id = $1 AND person_id > $2 ORDER BY person_id LIMIT $3""")
PAID = Sql("""
    SELECT person_id, id AS place FROM pledge WHERE campaign_id = $1 AND state = 'collected' AND id > $2 ORDER BY id LIMIT $3""")
_HOW_MANY_PAID = Sql("SELECT COUNT(*) AS n FROM pledge WHERE campaign_id = $1 AND state = 'collected'")


async def _launched(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])

    def write() -> Letter:
        sentence = _("The fund that you follow takes pledges from now on.")
        title = _("%(fund)s is open") % {"fund": campaign.name}
        return Letter(title, [sentence], _("Back it"), campaign.path, news_of=(campaign.id, campaign.name))

    await tell_many(payload, campaign, write, readers=(_FOLLOWERS,))


async def _closing_soon(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    closes_at = campaign.closes_at
    if campaign.state != CampaignState.LIVE or closes_at is None:  # it was paused or cancelled since this was put down
        return
    if closes_at - clock.now() > REMIND_BEFORE:  # it was paused meanwhile: its new day has a reminder of its own
        return

    def write() -> Letter:
        sentence = _("The fund that you follow closes on %(when)s.") % {"when": moment_text(closes_at)}
        title = _("Two days left for %(fund)s") % {"fund": campaign.name}
        news_of = (campaign.id, campaign.name)
        return Letter(title, [sentence], _("See where it stands"), campaign.path, news_of=news_of)

    await tell_many(payload, campaign, write, readers=(_FOLLOWERS,))


async def _made_it(payload: dict[str, Any]) -> None:
    """Everybody whose money the fund has hears that it succeeded, with or without something to be sent."""
    campaign = await Campaign.get(id=payload["campaign"])
    fans, by_milestones = int(await _HOW_MANY_PAID.value(campaign.id)), bool(await plan_of(campaign.id))

    def write() -> Letter:
        facts = {
            "fund": campaign.name,
            "collected": money(campaign.collected_minor, campaign.currency),
            "fans": number(fans),
        }
        from_whom = ngettext(
            "%(collected)s was collected from %(fans)s fan.", "%(collected)s was collected from %(fans)s fans.", fans
        )
        next_ = [_("Now it is made. The makers write updates, and what was promised to you is sent when it is ready.")]
        if campaign.kind == Kind.TRANSFER:
            next_ = [_("The club was paid. It writes updates, and what was promised to you is sent when it is ready.")]
        if by_milestones:
            next_.append(_("They are paid piece by piece: for each you see what was done, and can object."))
        return Letter(_("%(fund)s made it") % facts, [from_whom % facts, *next_], _("Go to the fund"), campaign.path)

    await tell_many(payload, campaign, write, readers=(PAID,))


async def _update_published(payload: dict[str, Any]) -> None:
    update = await CampaignUpdate.get(id=payload["update"])
    campaign = await Campaign.get(id=update.campaign_id)

    def write() -> Letter:
        path = f"{campaign.path}/updates/{update.number}"
        said, more = opening(update.body)
        sentences = [*said, _("There is more of it on the page.")] if more else said
        news_of = (campaign.id, campaign.name)
        return Letter(f"{campaign.name}: {update.title}", sentences, _("Read it on its page"), path, news_of=news_of)

    if update.audience == Audience.TIER:
        await tell_readers(payload, (campaign.id, update.tier_id), write, readers=(_OF_TIER,))
    else:
        readers = _READERS[:1] if update.audience == Audience.BACKERS else _READERS
        await tell_many(payload, campaign, write, readers=readers)


async def _on_hold(payload: dict[str, Any]) -> None:
    """Whoever backs or follows a fund hears that it is paused and what that means for her money; why, its makers are told."""
    campaign = await Campaign.get(id=payload["campaign"])
    if campaign.state != CampaignState.SUSPENDED:
        return

    def write() -> Letter:
        sentences = [
            _("We have paused it while we look into it. No card is charged meanwhile, and nothing can be pledged."),
            _(
                "A pledge stays as it is; you can cancel it at any time. We write to you when the fund opens again or ends."
            ),
        ]
        return Letter(_("%(fund)s is on hold") % {"fund": campaign.name}, sentences, _("Go to the fund"), campaign.path)

    await tell_many(payload, campaign, write)


async def _resumed(payload: dict[str, Any]) -> None:
    """Whoever backs or follows a fund that was paused hears that it is open again, and when it closes now."""
    campaign = await Campaign.get(id=payload["campaign"])
    if campaign.state != CampaignState.LIVE or campaign.closes_at is None:
        return
    closes = campaign.closes_at

    def write() -> Letter:
        sentences = [
            _("It was paused while we looked into it; now it takes pledges again."),
            _("The time it was paused is given back: it closes on %(when)s. Cards are charged after that, not before.")
            % {"when": moment_text(closes)},
        ]
        title = _("%(fund)s is open again") % {"fund": campaign.name}
        return Letter(title, sentences, _("Go to the fund"), campaign.path)

    await tell_many(payload, campaign, write)


async def tell_many(
    payload: dict[str, Any], campaign: Campaign, write: Callable[[], Letter], *, readers: Sequence[Sql] = _ALL
) -> None:
    await tell_readers(payload, (campaign.id,), write, readers=readers)


async def tell_readers(
    payload: dict[str, Any], about: Sequence[int], write: Callable[[], Letter], *, readers: Sequence[Sql]
) -> None:
    """readers: one kind of them after the other, each from where the page before ended, so that nobody is told twice.

    about: what each of their statements takes first; then the place that a page begins after, and how many it has.
    """
    for kind in range(payload.get("kind", 0), len(readers)):
        after = payload.get("told", 0) if kind == payload.get("kind", 0) else 0
        while page := await readers[kind](*about, after, PAGE):
            people = await Person.filter(id__in=[row["person_id"] for row in page]).order_by("id")
            after = page[-1]["place"]
            mails = [mail_to(payload, reader, write) for reader in people]
            await ask_for_mails(payload | {"kind": kind}, mails, up_to=after)


JOBS: dict[str, Job] = {
    "campaign_launched": _launched,
    "fans_of_paused": _on_hold,
    "campaign_resumed": _resumed,
    "fund_made_it": _made_it,
    "closing_soon": _closing_soon,
    "update_published": _update_published,
}
