"""My money: what needs her, what will be charged and when, what was paid, what she follows, and the cards that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.shown import art_of, cards_of
from crowdfund.campaigns.queries import followed_by
from crowdfund.database.ids import private_or_none, public
from crowdfund.orders.models import Order
from crowdfund.payments import cards as saved_cards
from crowdfund.pledges import queries
from crowdfund.pledges.models import PledgeState
from crowdfund.pledges.queries import Shown
from crowdfund.screenings.models import Screening
from crowdfund.screenings.queries import titles_of
from crowdfund.titles.models import Title
from crowdfund.web.page import page
from crowdfund.web.routes import get, signed_in


@dataclass(frozen=True, slots=True)
class Ticket:
    """A pledge as a list shows it: with its film's colour and picture."""

    shown: Shown
    colour: str
    art_url: str


@dataclass(frozen=True, slots=True)
class Purse:
    """What stands in one currency. next: the pledge that is charged first, where there is one."""

    currency: str
    promises: int
    promised_minor: int
    paid_minor: int
    refunded_minor: int
    next: Ticket | None


async def my_money(request: Request) -> Response:
    person_id = request.state.person.id
    before = private_or_none(request.query_params.get("before", ""))
    waiting = await _tickets(await queries.waiting_of(person_id)) if before is None else []
    done = await queries.done_of(person_id, before_id=before, limit=queries.PAGE + 1)
    needs = [one for one in waiting if one.shown.wants_card or one.shown.address_by or one.shown.has_to_choose]
    coming = sorted((one for one in waiting if one not in needs), key=_when)
    refunds = await queries.refunds_of(person_id)
    return page(
        request, "desk/money.html", needs=needs, coming=coming, first_page=before is None,
        done=await _tickets([pledge for pledge in done[: queries.PAGE] if pledge.id not in {one.shown.pledge.id for one in needs}]),
        purses=_purses(await queries.sums_of(person_id), coming), refunds=refunds,
        refunded=await _refunded(refunds),
        cards={public(c.id): c for c in await saved_cards.cards_of(person_id)}, followed=cards_of(await followed_by(person_id)),
        older=public(done[queries.PAGE - 1].id) if len(done) > queries.PAGE else None,
    )  # fmt: skip


async def _refunded(refunds: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """What each refund was paid for, by the subject of its charge: the name of its film, and where it stands."""
    funds = {c.id: c for c in await Campaign.filter(id__in={r["campaign_id"] for r in refunds if r["campaign_id"]})}
    found = {
        r["subject"]: (funds[r["campaign_id"]].name, funds[r["campaign_id"]].path) for r in refunds if r["campaign_id"]
    }
    subjects = {r["subject"] for r in refunds} - set(found)
    orders = await Order.filter(id__in=[int(one.partition(":")[2]) for one in subjects])
    screenings = {s.id: s.title_id for s in await Screening.filter(id__in={order.screening_id for order in orders})}
    titles = await titles_of(screenings.values())
    return found | {order.subject: (titles[screenings[order.screening_id]].name, order.path) for order in orders}


def _when(one: Ticket) -> tuple[bool, datetime]:
    """By the day of the charge; what is on hold has none, and comes last."""
    return one.shown.is_on_hold, one.shown.charged_on or one.shown.pledge.made_at


async def _tickets(pledges: list[Any]) -> list[Ticket]:
    shown = await queries.shown_many(pledges)
    titles = {t.id: t for t in await Title.filter(id__in={one.campaign.title_id for one in shown})}
    return [Ticket(one, titles[one.campaign.title_id].colour, art_of(titles[one.campaign.title_id])) for one in shown]


def _purses(rows: list[dict[str, Any]], coming: list[Ticket]) -> list[Purse]:
    """The currency that is charged first stands first. coming: sorted by when it is charged."""
    purses = [_purse(row, coming) for row in rows if row["promised_minor"] or row["charged_minor"]]
    return sorted(purses, key=lambda purse: coming.index(purse.next) if purse.next else len(coming))


def _purse(row: dict[str, Any], coming: list[Ticket]) -> Purse:
    """What is on hold has no day."""
    counts = (one for one in coming if one.shown.state == PledgeState.ACTIVE and not one.shown.is_on_hold)
    return Purse(
        currency=row["currency"], promises=row["promises"], promised_minor=row["promised_minor"],
        paid_minor=max(0, row["charged_minor"] - row["refunded_minor"]), refunded_minor=row["refunded_minor"],
        next=next((one for one in counts if one.shown.pledge.currency == row["currency"]), None),
    )  # fmt: skip


routes = [get("/money", my_money, may=signed_in)]
