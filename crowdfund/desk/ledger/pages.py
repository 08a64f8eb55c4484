"""The page of a fund's money, for everybody; and hers beside it, for a backer who is signed in.

Who isn't signed in gets it from a cache of a second.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.queries import public_campaign
from crowdfund.database.ids import public
from crowdfund.desk.ledger import words
from crowdfund.desk.ledger.queries import Mine, Money, mine_of, money_of
from crowdfund.ledger.daybook import EVER
from crowdfund.payouts.expenses.pages import names_of_lines
from crowdfund.people.models import Organisation
from crowdfund.pledges.models import Pledge
from crowdfund.refusal import NotFound
from crowdfund.titles.models import Title
from crowdfund.web import language, page_cache
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get

_bodies: page_cache.Kept[page_cache.Body] = page_cache.Kept()
_BEFORE = re.compile(r"[0-9]{1,7}", re.ASCII)


async def show(request: Request) -> Response:
    """Where each cent of a fund is. before: a day of the daybook, for what happened earlier."""
    slug, before = request.path_params["slug"], _before(request)
    if not page_cache.is_for_everybody(request):
        campaign = await public_campaign(slug)
        return await _draw(request, campaign, before, await _hers(request, campaign))

    async def make() -> page_cache.Body:
        drawn = await _draw(request, await public_campaign(slug), before, None)
        if "set-cookie" in drawn.headers:
            raise RuntimeError("this page would give everybody the same cookie: a form on it needs a token")
        return page_cache.body_of(bytes(drawn.body))

    return page_cache.send(request, await _bodies.get((slug, before, language.choose(request)), make))


def _before(request: Request) -> int:
    asked = request.query_params.get("before", "")
    if not asked:
        return EVER
    if not _BEFORE.fullmatch(asked):
        raise NotFound("There is nothing here under that address.")
    return int(asked)


async def _hers(request: Request, campaign: Campaign) -> Pledge | None:
    """Her pledge that was charged, if she is signed in and has one: the last, where there are several."""
    person = request.state.person
    if person is None:
        return None
    charged = ("collected", "disputed", "refunded", "lost")
    found = (
        await Pledge.filter(person_id=person.id, campaign_id=campaign.id, state__in=charged).order_by("-id").limit(1)
    )
    return found[0] if found else None


async def _draw(request: Request, campaign: Campaign, before: int, pledge: Pledge | None) -> Response:
    money, title = await money_of(campaign, before), await Title.get(id=campaign.title_id)
    currency = campaign.currency
    mine = await mine_of(pledge, money) if pledge is not None else None
    here = f"{campaign.path}/ledger"
    return page(
        request, "desk/ledger.html", campaign=campaign, title=title, art_url=art_of(title), currency=currency, found=money,
        whole=money.whole, organisation=await Organisation.get(id=campaign.organisation_id), who=words.who_is_paid(money),
        held_for=words.why_held(money), planned=words.planned_rows(money), names=await names_of_lines(campaign.id),
        expenses=[(public(one.id), one) for one in money.expenses],
        days=[(words.moment_of(day.day), words.day_rows(day, campaign.kind), day.held) for day in money.days],
        points=words.points_of(money.days, currency), chart_says=words.chart_says(money.days, currency),
        newer=here if before != EVER else "", older=f"{here}?before={money.days[-1].day}" if money.has_more and money.days else "",
        **where_hers_went(mine, money, pledge),
    )  # fmt: skip


def where_hers_went(mine: Mine | None, money: Money, pledge: Pledge | None) -> dict[str, Any]:
    """What `desk/_where.html` shows: the amount, and words and amounts that sum to it. Empty where nothing was charged."""
    if mine is None or pledge is None:
        return {"where": None}
    return {
        "where": {
            "amount_minor": mine.amount_minor, "currency": mine.currency, "rows": words.mine_rows(mine, money),
            "pledge_path": pledge.path, "ledger_path": f"{money.campaign.path}/ledger",
        }
    }  # fmt: skip


routes = [get("/campaigns/{slug}/ledger", show, may=anyone)]
