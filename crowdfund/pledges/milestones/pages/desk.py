"""On a producer's desk: the plan of milestones before the fund opens, and then asking for one after the other."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.milestones.actions import write_plan
from crowdfund.campaigns.milestones.forms import ROWS, PlanForm, plan_typed
from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.milestones.rules import EVIDENCE_MAX, MILESTONES_MAX, TITLE_MAX, Planned
from crowdfund.campaigns.models import EDITABLE, SUCCEEDED, Campaign, Kind
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.campaigns.pages.shown import month_of
from crowdfund.campaigns.queries import budget_of
from crowdfund.database.ids import private_or_none, public
from crowdfund.people.pages.papers import take_document
from crowdfund.pledges.milestones import queries, releases
from crowdfund.pledges.milestones.forms import ASKING, AnswerForm, BecauseForm, ReleaseForm
from crowdfund.pledges.milestones.models import ReleaseObjection, ReleaseRequest
from crowdfund.pledges.milestones.queries import WholeMilestones
from crowdfund.pledges.milestones.rules import OBJECTIONS, WORDS_MAX
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web import formats
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post

_PATH = f"{DESK}/milestones"


async def own_film(request: Request) -> Campaign:
    campaign = await own_campaign(request)
    if campaign.kind != Kind.FILM:
        raise NotFound("Only a film fund has milestones.")
    return campaign


def _here(request: Request) -> str:
    return f"{base_of(request)}/milestones"


async def show(request: Request) -> Response:
    campaign = await own_film(request)
    whole = await queries.whole_milestones(campaign)
    lines = await _lines_of(campaign)
    return await _page(
        request, campaign, whole, PlanForm(plan_typed(_plan_in(whole), lines), lines=lines), ReleaseForm()
    )


async def _lines_of(campaign: Campaign) -> dict[str, str]:
    return {public(line.id): line.name for line in await budget_of(campaign.id)}


def _plan_in(whole: WholeMilestones | None) -> list[Planned]:
    return [
        Planned(
            title=one.milestone.title, lines=one.lines, share_bps=one.milestone.share_bps, evidence=one.milestone.evidence,
            expected_on=one.milestone.expected_on, at_once=bool(one.milestone.at_once),
        )
        for one in (whole.milestones if whole else [])
    ]  # fmt: skip


async def _page(
    request: Request,
    campaign: Campaign,
    whole: WholeMilestones | None,
    plan: PlanForm,
    form: ReleaseForm,
    status: int = 200,
    wrote: tuple[str, BecauseForm | AnswerForm | None] = ("", None),
) -> Response:
    """wrote: one of the small forms of the page as it was sent, where something is to mend in it, and which one it was."""
    budget = await budget_of(campaign.id)
    return desk_page(
        request, "pledges/milestones.html", campaign, status, whole=whole, plan=plan, form=form, rows=ROWS,
        lines=[(public(line.id), line.name, formats.percent(line.amount_minor, campaign.goal_minor)) for line in budget],
        can_plan=campaign.state in EDITABLE, may_ask=await _may_ask(campaign), words_max=WORDS_MAX, title_max=TITLE_MAX,
        evidence_max=EVIDENCE_MAX, milestones_max=MILESTONES_MAX, objection_days=OBJECTIONS.days,
        has_succeeded=campaign.state in SUCCEEDED, month_of=month_of, wrote_at=wrote[0], wrote=wrote[1],
    )  # fmt: skip


async def _may_ask(campaign: Campaign) -> Milestone | str:
    """The milestone that can be asked for now, or why there is none."""
    try:
        return await releases.may_ask(campaign)
    except Refusal as refusal:
        return formats.said(refusal)


async def save_plan(request: Request) -> Response:
    """The whole plan at once; nothing typed: the money is paid in one."""
    campaign = await own_film(request)
    form = await PlanForm.read(request, lines=await _lines_of(campaign))
    if not form.errors:
        with form.showing_refusals():
            await write_plan(campaign.id, form.plan, by=request.state.person.id)
            said = _("Saved. Fans read it before they pledge.") if form.plan else _("Saved: all of it is paid at once.")
            return redirect(request, _here(request), ("good", said))
    return await _page(request, campaign, await queries.whole_milestones(campaign), form, ReleaseForm(), form.status)


async def ask(request: Request) -> Response:
    """The next milestone is asked for: what was done, and the papers that show it."""
    campaign, by = await own_film(request), request.state.person.id
    form = await ReleaseForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await releases.may_ask(campaign)  # before papers are kept that nothing would show
            sent = [(name, form.values[name]) for name in ("document", "more", "receipt") if form.values[name]]
            papers = [await take_document(paper, by=by, field=name) for name, paper in sent]
            await releases.request_release(campaign.id, words=form.words, papers=papers, by=by)
            return redirect(request, _here(request), ("good", _("Asked for. Your backers have five days to object.")))
    whole = await queries.whole_milestones(campaign)
    return await _page(request, campaign, whole, PlanForm(lines={}), form, form.status)


async def _milestone_in(request: Request) -> Milestone:
    campaign = await own_film(request)
    milestone_id = private_or_none(request.path_params["milestone"])
    found = await Milestone.get_or_none(id=milestone_id, campaign_id=campaign.id) if milestone_id else None
    if found is None:
        raise NotFound("There is no such milestone.")
    return found


async def _words_kept(request: Request, campaign: Campaign, at: str, form: BecauseForm | AnswerForm) -> Response:
    """The page again, with what was typed into one of its small forms and what is to mend there. at: which one it was."""
    whole = await queries.whole_milestones(campaign)
    return await _page(request, campaign, whole, PlanForm(lines={}), ReleaseForm(), form.status, (at, form))


async def take_back(request: Request) -> Response:
    milestone, form = await _milestone_in(request), await BecauseForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await releases.take_request_back(milestone.id, form.because, by=request.state.person.id)
            return redirect(request, _here(request), ("good", _("Taken back. Ask again when you can show it.")))
    return await _words_kept(request, await own_film(request), "back", form)


async def answer(request: Request) -> Response:
    """A backer's objection is answered, for all to read."""
    campaign = await own_film(request)
    objection_id = private_or_none(request.path_params["objection"])
    found = await ReleaseObjection.get_or_none(id=objection_id) if objection_id else None
    if found is None or not await ReleaseRequest.exists(id=found.request_id, campaign_id=campaign.id):
        raise NotFound("There is no such objection.")
    form = await AnswerForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await releases.answer_objection(found.id, form.answer, by=request.state.person.id)
            return redirect(request, _here(request), ("good", _("Answered, for all to read.")))
    return await _words_kept(request, campaign, public(found.id), form)


async def give_up(request: Request) -> Response:
    """Its makers give up what was not released: it goes back to all backers."""
    campaign, form = await own_film(request), await BecauseForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            minor = await releases.give_rest_back(campaign.id, form.because, by=request.state.person.id)
            said = _("%(amount)s goes back to your backers.") % {"amount": formats.money(minor, campaign.currency)}
            return redirect(request, _here(request), ("good", said))
    return await _words_kept(request, campaign, "refund", form)


routes = [
    get(_PATH, show, may=member("viewer")),
    post(_PATH, save_plan, may=member("manager")),
    post(f"{_PATH}/requests", ask, may=member("manager"), limit=ASKING, body_max=3 * UPLOAD_MAX),
    post(f"{_PATH}/{{milestone}}/withdrawal", take_back, may=member("manager")),
    post(f"{_PATH}/objections/{{objection}}/answer", answer, may=member("manager")),
    post(f"{_PATH}/refund", give_up, may=member("owner")),
]
