"""A campaign's dashboard: what needs its makers, what is promised and what is collected, and what would be if it ended now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from babel import dates
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import queries as campaigns
from crowdfund.campaigns.actions import missing_in
from crowdfund.campaigns.drafts import can_be_deleted
from crowdfund.campaigns.followers import followers_of
from crowdfund.campaigns.milestones.tranches import plan_of
from crowdfund.campaigns.models import AWAITING, EDITABLE, FELL_THROUGH, SUCCEEDED, Campaign, CampaignState, Kind
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.campaigns.pages.running import CAN_BE_CANCELLED
from crowdfund.campaigns.pages.shown import month_of, next_update
from crowdfund.campaigns.schedule import MOVABLE
from crowdfund.community.draws import queries as draws
from crowdfund.community.draws.models import DrawState
from crowdfund.community.polls.queries import decisions_due
from crowdfund.community.talk.queries import how_many_wait
from crowdfund.database.ids import public
from crowdfund.desk import figures, queries
from crowdfund.desk.campaign import draw, view_of
from crowdfund.desk.proceeds import given_back_of, proceeds_of
from crowdfund.disputes.models import Dispute, DisputeState
from crowdfund.payouts.models import Payout, PayoutState
from crowdfund.people.models import Organisation
from crowdfund.pledges.deliveries import standing_of
from crowdfund.pledges.milestones.queries import whole_milestones
from crowdfund.pledges.transfers.queries import whole_transfer
from crowdfund.pledges.transfers.rules import EVIDENCE_WITHIN
from crowdfund.web import formats, i18n
from crowdfund.web.i18n import _, ngettext
from crowdfund.web.routes import get, member

Todo = tuple[str, str, str, str]
S = CampaignState
SOON_DAYS = 7  # before the next update is due it stands among what needs somebody
HAS_MONEY = {S.LIVE, S.SUSPENDED, S.SETTLING, S.FAILED, S.CANCELLED} | SUCCEEDED | AWAITING | FELL_THROUGH


async def dashboard(request: Request) -> Response:
    campaign = await own_campaign(request)
    missing = await missing_in(campaign) if campaign.state in EDITABLE else []
    remarks = await campaigns.remarks_of(campaign.id)
    context: dict[str, Any] = {
        "missing": missing, "where_to_mend": lambda field: _where_to_mend(request, campaign, field),
        "remarks": remarks, "open_remarks": sum(not shown.remark.answered_at for shown in remarks),
        "todo": await _todo(request, campaign),
        "followers": await followers_of(campaign.id), "movable": campaign.state in MOVABLE,
        "can_delete": await can_be_deleted(campaign),
        "can_cancel": campaign.state in CAN_BE_CANCELLED, "has_money": campaign.state in HAS_MONEY,
        "events": await campaigns.events_of(campaign.id), "public_id": public,
    }  # fmt: skip
    if campaign.state in HAS_MONEY:
        context |= await _money(campaign)
    return desk_page(request, "desk/campaign.html", campaign, **context)


# Where what a draft lacks is written, when it isn't on the page of its story. Of a transfer: what its own page asks for.
_ELSEWHERE = {"tiers", "milestones"}
_OF_TRANSFER = {"transfer": "", "acceptance": "#acceptance"} | {
    field: f"#field-{field}"
    for field in ("player", "selling_club", "competition", "buys", "confirmed_by", "window_closes", "transfer_fee", "fallback")
}  # fmt: skip


def _where_to_mend(request: Request, campaign: Campaign, field: str) -> str:
    """The address at which somebody mends what is missing."""
    base = base_of(request)
    if field == "budget" and campaign.kind == Kind.TRANSFER:
        field = "transfer_fee"
    if field in _OF_TRANSFER:
        return f"{base}/transfer{_OF_TRANSFER[field]}"
    if field == "organisation":
        return f"{request.state.organisation.desk_path}/verification"
    return f"{base}/{field}" if field in _ELSEWHERE else f"{base}/content#field-{field}"


async def _money(campaign: Campaign) -> dict[str, Any]:
    by_day = await queries.pledges_by_day(campaign)
    return {
        "points": [(_day(day), number, formats.number(number)) for day, number, _minor in by_day],
        "chart_says": _chart_says(by_day), "tiers": await figures.by_tier(campaign), "month_of": month_of,
        "referrers": await queries.pledges_by_referrer(campaign.id),
        "forecast": await figures.forecast_of(campaign), "settling": await figures.settling_of(campaign),
        "proceeds": await proceeds_of(campaign), "given_back": await given_back_of(campaign),
        "milestones": bool(await plan_of(campaign.id)),
        "payouts": await Payout.filter(campaign_id=campaign.id).order_by("-id"),
        "disputes": [
            (public(d.id), d) for d in await Dispute.filter(campaign_id=campaign.id).order_by("-id").limit(20)
        ],
    }  # fmt: skip


def _day(day: str) -> str:
    """`3 Nov`, as it stands under a bar of the chart."""
    skeleton = dates.format_skeleton(
        "MMMd", date.fromisoformat(day), locale="en_GB" if i18n.locale() == "en" else i18n.locale()
    )
    return str(skeleton)


def _chart_says(by_day: list[tuple[str, int, int]]) -> str:
    """What the chart shows, in a sentence: its text alternative."""
    if not by_day:
        return ""
    made = sum(number for _day_, number, _minor in by_day)
    best = max(by_day, key=lambda one: one[1])
    sentence = ngettext(
        "%(made)s pledge since %(first)s; the best day was %(best)s with %(number)s.",
        "%(made)s pledges since %(first)s; the best day was %(best)s with %(number)s.",
        made,
    )
    return sentence % {
        "made": formats.number(made), "first": _day(by_day[0][0]), "best": _day(best[0]), "number": formats.number(best[1]),
    }  # fmt: skip


# --- what needs somebody ---


async def _todo(request: Request, campaign: Campaign) -> list[Todo]:
    organisation: Organisation = request.state.organisation
    base = base_of(request)
    rows: list[Todo] = await _disputes_todo(organisation, campaign)
    rows += await _payouts_todo(organisation, campaign)
    if campaign.state == S.SUSPENDED:
        sentence = _(
            "We paused this fund while we look into it. We have written to you. The time it is paused is given back."
        )
        rows.append((sentence, "", "", "late"))
    if campaign.state in MOVABLE and campaign.closes_at and campaign.closes_at <= clock.now():
        rows.append(
            (
                _("Its closing date has passed: choose another before you open it."),
                _("Dates"),
                f"{base}/schedule",
                "late",
            )
        )
    rows += await _transfer_todo(campaign, base)
    rows += await _polls_todo(campaign, base)
    rows += _updates_todo(campaign, base)
    rows += await _questions_todo(campaign, base)
    rows += await _milestones_todo(campaign, base)
    rows += await _deliveries_todo(campaign, base)
    rows += await _draws_todo(campaign, base)
    return rows


async def _transfer_todo(campaign: Campaign, base: str) -> list[Todo]:
    """The deal has to be told of in time; and what backers object to an outcome its club should know."""
    whole = await whole_transfer(campaign) if campaign.state in AWAITING | FELL_THROUGH else None
    if whole is None:
        return []
    path, closes = f"{base}/outcome", whole.transfer.window_closes_at
    if whole.outcome is None:
        by = formats.moment_text(closes + EVIDENCE_WITHIN) if closes else ""
        words = _(
            "The money waits for the deal. Say how it ended by %(when)s, with evidence; else the window has closed."
        )
        late = "late" if closes is not None and closes <= clock.now() else "soon"
        return [(words % {"when": by}, _("How it ends"), path, late)]
    if whole.can_object and whole.open_objections:
        words = ngettext(
            "%(num)s backer objects to the outcome. We look into it: send us what you have to show.",
            "%(num)s backers object to the outcome. We look into it: send us what you have to show.", whole.open_objections,
        )  # fmt: skip
        return [(words % {"num": formats.number(whole.open_objections)}, _("Look"), path, "soon")]
    return []


async def _milestones_todo(campaign: Campaign, base: str) -> list[Todo]:
    whole = await whole_milestones(campaign) if campaign.state in SUCCEEDED else None
    if whole is None or whole.next is None:
        return []
    path, asked = f"{base}/milestones", whole.asked_for
    if asked is None or asked.latest is None:
        words = _("The next milestone is “%(title)s”: ask for it when you can show it.")
        return [(words % {"title": whole.next.milestone.title}, _("Milestones"), path, "soon")]
    if not asked.latest.open_objections:
        return []
    words = ngettext(
        "A backer objects to “%(title)s”: answer.", "%(num)s backers object to “%(title)s”: answer.",
        asked.latest.open_objections,
    )  # fmt: skip
    facts = {"title": asked.milestone.title, "num": formats.number(asked.latest.open_objections)}
    return [(words % facts, _("Answer"), path, "late")]


async def _disputes_todo(organisation: Organisation, campaign: Campaign) -> list[Todo]:
    open_ones = await Dispute.filter(campaign_id=campaign.id, state=DisputeState.NEEDS_RESPONSE).order_by("due_by")
    return [
        (
            _("A bank disputes %(amount)s: answer by %(day)s.")
            % {"amount": formats.money(d.amount_minor, d.currency), "day": formats.day(d.due_by) if d.due_by else "?"},
            _("Answer"), f"{organisation.desk_path}/disputes/{public(d.id)}", "late",
        )
        for d in open_ones
    ]  # fmt: skip


async def _payouts_todo(organisation: Organisation, campaign: Campaign) -> list[Todo]:
    if campaign.state not in SUCCEEDED | {S.LIVE, S.SETTLING}:
        return []
    path = f"{organisation.desk_path}/verification"
    if organisation.payouts_state != "enabled":
        late = "late" if campaign.state in SUCCEEDED else "soon"
        return [(_("The payment company can't pay you yet."), _("Mend it"), path, late)]
    newest = await Payout.filter(campaign_id=campaign.id).order_by("-id").first()
    if newest is not None and newest.state == PayoutState.FAILED:
        return [
            (
                _("A payout failed: %(note)s. We try again tomorrow.") % {"note": newest.note},
                _("Your account"),
                path,
                "late",
            )
        ]
    return []


async def _polls_todo(campaign: Campaign, base: str) -> list[Todo]:
    """Fans have voted and are owed a decision."""
    rows: list[Todo] = []
    for found in await decisions_due(campaign.id):
        facts = {"question": found.poll.question, "when": formats.moment_text(found.poll.decide_by or found.now)}
        sentence = _("Your fans have voted: %(question)s Publish your decision by %(when)s.")
        if found.is_late:
            sentence = _("Your decision is overdue since %(when)s, and all can see that: %(question)s")
        rows.append((sentence % facts, _("Decide"), found.poll.path_in(base), "late" if found.is_late else "soon"))
    return rows


def _updates_todo(campaign: Campaign, base: str) -> list[Todo]:
    """Fans are owed word by a day that they read on the page."""
    found = next_update(campaign, clock.now())
    if found is None:
        return []
    facts = {"day": formats.day(found.day)}
    if found.overdue_since is not None:
        sentence = _("You promised an update by %(day)s. It is overdue, and the page says so.") % facts
        return [(sentence, _("Write it now"), f"{base}/updates/new", "late")]
    if found.day - clock.now() > timedelta(days=SOON_DAYS):
        return []
    sentence = _("Your next update is due by %(day)s.") % facts
    return [(sentence, _("Write an update"), f"{base}/updates/new", "soon")]


async def _questions_todo(campaign: Campaign, base: str) -> list[Todo]:
    waiting = await how_many_wait(campaign.id) if campaign.is_public else 0
    if not waiting:
        return []
    sentence = ngettext("%(n)d question waits for your answer.", "%(n)d questions wait for your answer.", waiting)
    return [(sentence % {"n": waiting}, _("Questions"), f"{base}/talk", "")]


async def _deliveries_todo(campaign: Campaign, base: str) -> list[Todo]:
    if campaign.state not in SUCCEEDED:
        return []
    ready = (await standing_of(campaign.id)).ready
    if not ready:
        return []
    sentence = ngettext("%(n)d parcel can be sent.", "%(n)d parcels can be sent.", ready) % {"n": ready}
    return [(sentence, _("Deliveries"), f"{base}/deliveries", "")]


async def _draws_todo(campaign: Campaign, base: str) -> list[Todo]:
    """A draw that has closed and waits for the number that was announced."""
    return [
        (
            _("“%(title)s” waits to be drawn, until %(when)s.")
            % {"title": draw.title, "when": formats.moment_text(draw.answer_by)},
            _("Draw it"), f"{base}{draw.path}", "late",
        )
        for draw in await draws.draws_of(campaign.id)
        if draw.state == DrawState.CLOSED and draw.can_be_drawn_from <= clock.now()
    ]  # fmt: skip


# --- as fans will see it ---


async def preview(request: Request) -> Response:
    """The very page that fans get, with a banner on top."""
    campaign = await own_campaign(request)
    drafted = _("Only you see this: it is how fans will see the page.")
    words = _("This is how fans see the page now.") if campaign.is_public else drafted
    return draw(request, await view_of(campaign), preview=words, back=base_of(request))


routes = [
    get(DESK, dashboard, may=member("viewer")),
    get(f"{DESK}/preview", preview, may=member("viewer")),
]
