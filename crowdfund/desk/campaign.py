"""The page of a fund, for everybody: the story, where it stands, what can be had, who is in, and how it ends.

Who isn't signed in gets it from a cache of a second. What is read from the database does not depend on how many pledged.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import followers, queries
from crowdfund.campaigns.box_office import box_office_of
from crowdfund.campaigns.followers import CAN_BE_FOLLOWED, SHOWN_FROM
from crowdfund.campaigns.models import SUCCEEDED, BoxOffice, Campaign, CampaignState
from crowdfund.campaigns.pages import words
from crowdfund.campaigns.pages.shown import (
    GIVEN_BACK,
    TierShown,
    art_of,
    month_of,
    next_update,
    opens_large,
    story_html,
    tier_shown,
    update_shown,
)
from crowdfund.campaigns.queries import Whole
from crowdfund.campaigns.transfers.forms import PARTS, SURPLUS_WORDS
from crowdfund.campaigns.transfers.models import Part, Surplus
from crowdfund.campaigns.transfers.rules import SOLIDARITY_BPS
from crowdfund.campaigns.updates import ANYBODY, Reader
from crowdfund.community.draws import queries as draws
from crowdfund.community.draws.models import Draw
from crowdfund.community.draws.pages.shown import cards_of
from crowdfund.community.polls.pages.shown import poll_shown
from crowdfund.community.polls.queries import PollNow, foremost_polls
from crowdfund.community.talk.pages.shown import Looking, thread_shown
from crowdfund.community.talk.queries import Thread, latest_of
from crowdfund.database.ids import public
from crowdfund.desk.queries import latest_backers
from crowdfund.desk.updates import reader_of
from crowdfund.desk.wishes import wishes_shown
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.screen.wanting import asked_of
from crowdfund.merch.watching.queries import place_of
from crowdfund.pledges.deliveries import late_tiers
from crowdfund.pledges.milestones.queries import WholeMilestones, has_objected, whole_milestones
from crowdfund.pledges.milestones.rules import OBJECTIONS, PAUSE_BPS, PAUSE_LEAST
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.queries import live_pledge
from crowdfund.pledges.transfers.pages.words import OUTCOMES
from crowdfund.pledges.transfers.queries import WholeTransfer, whole_transfer
from crowdfund.settings import current
from crowdfund.web import formats, language, page_cache
from crowdfund.web.i18n import _
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get

REF_SECONDS = 7 * 86_400
POLLS_SHOWN = 4
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class View:
    """What the page tells, in no language yet."""

    whole: Whole
    backers: list[dict[str, Any]]
    followers: int
    late: frozenset[int]
    transfer: WholeTransfer | None
    polls: list[PollNow]
    talk: list[Thread]
    draws: list[Draw]
    milestones: WholeMilestones | None
    box_office: BoxOffice | None
    watch_path: str | None
    asked: list[OnscreenProduct]

    @property
    def campaign(self) -> Campaign:
        return self.whole.campaign

    @property
    def can_pledge(self) -> bool:
        campaign = self.campaign
        is_open = campaign.closes_at is not None and clock.now() < campaign.closes_at
        return campaign.state == CampaignState.LIVE and is_open and not self.is_full

    @property
    def is_full(self) -> bool:
        """Whether what is promised comes to the most that it takes."""
        is_live, cap_minor = self.campaign.state == CampaignState.LIVE, self.campaign.cap_minor
        return is_live and cap_minor is not None and self.whole.promised_minor >= cap_minor


_views: page_cache.Kept[View] = page_cache.Kept()
_bodies: page_cache.Kept[page_cache.Body] = page_cache.Kept()


async def view_of(campaign: Campaign) -> View:
    """Everything the page of this campaign tells; a handful of look-ups by key."""
    waits = campaign.state == CampaignState.PRELAUNCH
    return View(
        whole=await queries.whole(campaign),
        backers=[] if waits else await latest_backers(campaign.id),
        followers=await followers.followers_of(campaign.id) if waits else 0,
        late=await late_tiers(campaign.id) if campaign.state in SUCCEEDED else frozenset(),
        transfer=await whole_transfer(campaign),
        polls=await foremost_polls(campaign.id, POLLS_SHOWN + 1),
        talk=await latest_of(campaign.id) if campaign.is_public else [],
        draws=await draws.draws_of(campaign.id),
        milestones=await whole_milestones(campaign),
        box_office=await box_office_of(campaign.id),
        watch_path=await place_of(campaign.title_id),
        asked=await asked_of(campaign.title_id) if campaign.is_public else [],
    )


async def _public_view(slug: str) -> View:
    async def make() -> View:
        return await view_of(await queries.public_campaign(slug))

    return await _views.get(slug, make)


async def show(request: Request) -> Response:
    slug = request.path_params["slug"]
    if not page_cache.is_for_everybody(request):
        return await _own(request, await _public_view(slug))

    async def make() -> page_cache.Body:
        drawn = draw(request, await _public_view(slug))
        if "set-cookie" in drawn.headers:
            raise RuntimeError("this page would give everybody the same cookie: a form on it needs a token")
        return page_cache.body_of(bytes(drawn.body))

    response = page_cache.send(request, await _bodies.get((slug, language.choose(request)), make))
    return _keep_referrer(request, response)


async def _own(request: Request, view: View) -> Response:
    """For somebody who is signed in: her pledge, and whether she follows it."""
    person = request.state.person
    mine = await live_pledge(person.id, view.campaign.id) if person else None
    follows = person is not None and await followers.follows(view.campaign.id, person.id)
    entered = await draws.entered([one.id for one in view.draws], person.id) if person and view.draws else set()
    all_read = all(ANYBODY.may_read(update) for update in view.whole.updates)
    reader = ANYBODY if all_read else await reader_of(person, view.campaign)
    mine_shown = _mine(mine, view) | {"may_object": await _may_object(mine, view)} if mine else None
    drawn = draw(request, view, mine=mine_shown, follows=follows, reader=reader, entered=entered)
    return _keep_referrer(request, drawn)


async def _may_object(pledge: Pledge, view: View) -> bool:
    """Whether she can object to the milestone that is asked for: her money is in the fund, and she has not yet."""
    asked = view.milestones.asked_for if view.milestones else None
    if pledge.state != "collected" or asked is None or asked.latest is None or not asked.latest.can_object:
        return False
    return not await has_objected(asked.latest.request.id, pledge.person_id)


def _mine(pledge: Pledge, view: View) -> dict[str, Any]:
    """Her pledge on the page of its fund. What her bank says of it she reads on the pledge's own page."""
    tier = next((tier.name for tier in view.whole.tiers if tier.id == pledge.tier_id), "")
    on_hold = view.campaign.state == CampaignState.SUSPENDED and pledge.can_change
    return {
        "path": pledge.path, "tier_id": public(pledge.tier_id) if pledge.tier_id else "", "amount_minor": pledge.amount_minor,
        "state": "on_hold" if on_hold else pledge.state, "foot": _foot(pledge, view.campaign, on_hold),
        "tier_name": f"{pledge.quantity} × {tier}" if tier and pledge.quantity > 1 else tier,
    }  # fmt: skip


def _foot(pledge: Pledge, campaign: Campaign, on_hold: bool) -> str:
    if on_hold:
        return _("Not charged while the fund is paused")
    if pledge.state == "started":
        return _("A card is missing: it does not count yet")
    if pledge.state == "active" and campaign.closes_at:
        return _("Charged after %(day)s") % {"day": formats.day(campaign.closes_at)}
    return _("It needs you: your card was not charged") if pledge.state == "errored" else ""


def draw(
    request: Request,
    view: View,
    *,
    mine: dict[str, Any] | None = None,
    follows: bool = False,
    reader: Reader = ANYBODY,
    entered: Collection[int] = (),
    preview: str = "",
    back: str = "",
) -> Response:
    """The page itself. reader: of its updates, of which the view holds all that is written in them.

    preview: the words of a banner, where it is shown to those who write or review it; back: their desk.
    """
    opens_later = bool(preview) and not view.campaign.is_public
    whole = _as_if_open(view.whole) if opens_later else view.whole
    campaign, now = whole.campaign, clock.now()
    url = f"{current().base_url}{campaign.path}"
    heading, sentence = words.result_text(campaign)
    return page(
        request, "campaigns/show.html",
        campaign=_facts(whole), tiers=_tiers(view, whole, mine),
        updates=[update_shown(update, campaign, {t.id: t.name for t in whole.tiers}, reader) for update in whole.updates],
        next_update=next_update(campaign, now), backers=_backers(view.backers),
        history=words.history(campaign, whole.events), result_heading=heading, result_sentence=sentence,
        is_full=view.is_full,
        can_pledge=opens_later or (view.can_pledge and not preview), can_follow=campaign.state in CAN_BE_FOLLOWED and not preview,
        talk=[thread_shown(thread, Looking(campaign, whole.organisation)) for thread in view.talk],
        draws=cards_of(view.draws, entered), my_pledge=mine, follows=follows,
        followers=view.followers if view.followers >= SHOWN_FROM else 0,
        is_live=campaign.state in (CampaignState.LIVE, CampaignState.SETTLING), preview=preview, back=back,
        **_transfer(view.transfer, mine), **_milestones(view.milestones, mine), box_office=view.box_office,
        watch_path=view.watch_path, wishes=wishes_shown(view.asked, whole.title),
        share_url=url,
        live_url=f"{campaign.path}/live", feed_url=f"{campaign.path}/updates.atom",
        pledge_path="#tiers" if preview else f"{campaign.path}/pledges/new",
        base_url=current().base_url,
        polls=[poll_shown(one, campaign) for one in view.polls[:POLLS_SHOWN]],
        polls_path=f"{campaign.path}/polls" if len(view.polls) > POLLS_SHOWN else "",
    )  # fmt: skip


def _tiers(view: View, whole: Whole, mine: dict[str, Any] | None) -> list[TierShown]:
    """What can be had. Of a fund that has all it takes nothing, but for who is in: she may change to another one."""
    now = clock.now()
    shown = [tier_shown(tier, whole.campaign, now, late=view.late) for tier in whole.tiers]
    if not view.is_full or mine is not None:
        return shown
    return [replace(tier, can_be_chosen=False, state_text=tier.state_text or _("The fund is full")) for tier in shown]


def _transfer(whole: WholeTransfer | None, mine: dict[str, Any] | None) -> dict[str, Any]:
    """What a transfer fund tells besides. mine: her pledge, if she is signed in and has one."""
    if whole is None:
        return {"transfer": None}
    backs = mine is not None and mine["state"] in ("collected", "disputed")
    outcome, fee_minor = whole.outcome, whole.stack.get(Part.TRANSFER_FEE, 0)
    return {
        "transfer": whole, "stack_parts": PARTS, "outcome_names": OUTCOMES, "surplus_words": SURPLUS_WORDS[Surplus(whole.transfer.surplus)],
        "cap_minor": whole.campaign.cap_minor, "solidarity_minor": fee_minor * SOLIDARITY_BPS // 10_000,
        "whole_minor": sum(minor for part, minor in whole.stack.items() if part != Part.COMMITTED),
        "may_object": backs and outcome is not None and whole.can_object and clock.now() < outcome.objections_until,
    }  # fmt: skip


def _milestones(whole: WholeMilestones | None, mine: dict[str, Any] | None) -> dict[str, Any]:
    """What a film fund tells besides, if its money is paid piece by piece."""
    return {
        "milestones": whole, "may_object_to_release": bool(mine and mine.get("may_object")), "objection_days": OBJECTIONS.days,
        "pause_least": PAUSE_LEAST, "pause_bps": PAUSE_BPS, "month_of": month_of,
    }  # fmt: skip


def _as_if_open(whole: Whole) -> Whole:
    """A draft as it will look: the page of a live fund."""
    opened = copy(whole.campaign)
    opened.state = CampaignState.LIVE
    return replace(whole, campaign=opened)


def _facts(whole: Whole) -> dict[str, Any]:
    campaign, organisation = whole.campaign, whole.organisation
    return {
        "name": campaign.name, "tagline": campaign.tagline, "kind": campaign.kind, "state": campaign.state, "path": campaign.path,
        "currency": campaign.currency, "goal_minor": campaign.goal_minor, "needed_minor": campaign.needed_minor,
        "promised_minor": whole.promised_minor, "collected_minor": whole.collected_minor, "backers": whole.backers,
        "opens_at": campaign.opens_at, "closes_at": campaign.closes_at, "closed_at": campaign.closed_at,
        "ended_at": campaign.ended_at, "rule": campaign.rule, "threshold_bps": campaign.threshold_bps,
        "share_price_minor": campaign.share_price_minor, "sale": whole.sale,
        "shares_per_fan_max": campaign.shares_per_fan_max, "colour": whole.title.colour, "art_url": art_of(whole.title),
        "organisation_name": organisation.name, "organisation_path": organisation.path, "organisation_about": organisation.about,
        "organisation_verified": organisation.is_verified, "story_html": story_html(whole.page.story),
        "opens_large": opens_large(whole.page.story),
        "risks_html": story_html(whole.page.risks), "version": whole.page.version, "version_at": whole.page.made_at,
        "budget": whole.budget, "happens": words.beside_the_button(campaign, clock.now()),
        "rule_text": words.when_charged(campaign), "if_it_fails": words.if_it_fails(campaign), "next": words.what_comes(campaign),
        "until": words.until_when_changed(campaign, clock.now()) if campaign.state == CampaignState.LIVE else "",
        "is_over": campaign.state in GIVEN_BACK, "given_back_minor": campaign.collected_minor,
        "counts_box_office": bool(campaign.counts_box_office),
    }  # fmt: skip


def _backers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    nobody = _("Somebody")
    return [
        {"name": r["name"] or nobody, "at": clock.from_us(r["made_at"]), "text": r["tier"] or ""} for r in rows
    ]  # fmt: skip


def _keep_referrer(request: Request, response: Response) -> Response:
    """Who sent the visitor here, kept for this fund's pledge form alone. The address is the only thing that is believed."""
    ref = request.query_params.get("ref", "")
    if _REF.fullmatch(ref):
        path = f"/campaigns/{request.path_params['slug']}"
        response.set_cookie(
            "ref", ref, max_age=REF_SECONDS, path=path, secure=current().https, httponly=True, samesite="lax"
        )
    return response


routes = [get("/campaigns/{slug}", show, may=anyone)]
