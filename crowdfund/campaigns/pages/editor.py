"""Writing a campaign: the draft, and what may still change once people can see it."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import actions, queries
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.forms import (
    KINDS,
    NEW_CAMPAIGNS,
    RISKS_MAX,
    SHARES_MAX,
    TAGLINE_MAX,
    CampaignForm,
    ContentForm,
    PageForm,
    budget_rows,
    content_typed,
)
from crowdfund.campaigns.merging import stamp_of
from crowdfund.campaigns.models import EDITABLE, GROWING, Campaign, CampaignPage, CampaignState, Kind, Rule
from crowdfund.campaigns.once import make_campaign_once
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, follow_name, own_campaign
from crowdfund.campaigns.pages.pictures import drop_pressed, pictures_shown, pressed, sent_picture, take_picture
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.pages.together import Save, Together
from crowdfund.campaigns.pages.words import GIVINGS, RULES
from crowdfund.campaigns.rules import STORY_MAX
from crowdfund.campaigns.sales import sale_of
from crowdfund.campaigns.versions import rewrite_page, versions_of
from crowdfund.database.ids import private
from crowdfund.people.models import Person
from crowdfund.refusal import Refusal
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web import images
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get, member, post

_SAVE = Limit("save_campaign", 60, 60, by="person")


# --- a new one ---


async def new_page(request: Request) -> Response:
    kind = "transfer" if request.state.organisation.kind == "club" else "film"
    form = CampaignForm({"currency": current().currencies[0], "kind": kind, "key": token_urlsafe(16)})
    return _new(request, form)


def _new(request: Request, form: CampaignForm, status: int = 200) -> Response:
    return page(
        request,
        "campaigns/new.html",
        status,
        form=form,
        organisation=request.state.organisation,
        currencies=[(code, code) for code in current().currencies],
        kinds=KINDS,
    )


async def create(request: Request) -> Response:
    form = await CampaignForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            campaign = await make_campaign_once(
                request.state.organisation, name=form.name, currency=form.currency, by=request.state.person.id,
                key=f"form:{form.key or token_urlsafe(16)}", kind=Kind(form.kind or Kind.FILM),
            )  # fmt: skip
            return redirect(
                request,
                f"{base_of_new(request, campaign)}/content",
                ("good", _("Here is your draft. Only you see it.")),
            )
    return _new(request, form, form.status)


def base_of_new(request: Request, campaign: Campaign) -> str:
    return f"{request.state.organisation.desk_path}/campaigns/{campaign.slug}"


# --- the draft ---


_PROMISED = lazy("What it says is promised now. Publish an update instead.")
_NOT_NOW = {
    CampaignState.SUBMITTED: lazy("We are reading it. Take it back if you want to change it."),
    CampaignState.APPROVED: lazy("It is approved as it stands. Once it is announced its story may still change."),
    CampaignState.REJECTED: lazy("We could not take this one, so there is nothing to change."),
}


async def edit(request: Request) -> Response:
    campaign = await own_campaign(request)
    written = await actions.page_of(campaign)
    if campaign.state in GROWING:
        grown = await _page_shown(campaign, written)
        return await _grown(request, campaign, PageForm({**grown, "stamp": stamp_of(grown)}))
    if campaign.state not in EDITABLE:
        sentence = _NOT_NOW.get(CampaignState(campaign.state), _PROMISED)
        return redirect(request, base_of(request), ("note", str(sentence)))
    shown = await _content_shown(campaign, written)
    return await _editor(
        request, campaign, ContentForm({**shown, "stamp": stamp_of(shown)}, currency=campaign.currency)
    )


async def _content_shown(campaign: Campaign, written: CampaignPage) -> dict[str, Any]:
    """A draft as its form shows it."""
    lines = [] if campaign.kind == Kind.TRANSFER else await queries.budget_of(campaign.id)
    budget = [(line.name, line.amount_minor) for line in lines]
    return content_typed(campaign, written.story, written.risks, budget)


async def _editor(
    request: Request,
    campaign: Campaign,
    form: ContentForm,
    status: int = 200,
    together: Together[ContentForm] | None = None,
) -> Response:
    title = await Title.get(id=campaign.title_id)
    kept = form.typed.get("image_kept") or ""
    return desk_page(
        request, "campaigns/edit.html", campaign, status, form=form, rules=[(r.value, *RULES[r]) for r in Rule],
        rows=budget_rows(form.typed), story_max=STORY_MAX, risks_max=RISKS_MAX, tagline_max=TAGLINE_MAX,
        art_url=images.url_of(private(kept), small=True) if kept else art_of(title), has_image=bool(kept or title.image_id),
        remarks=[shown for shown in await queries.remarks_of(campaign.id) if not shown.remark.answered_at],
        pictures=await pictures_shown(campaign), givings=GIVINGS, shares_max=SHARES_MAX, sale=await sale_of(campaign),
        together=together,
    )  # fmt: skip


async def save(request: Request) -> Response:
    """Keep what was typed, half-written or not. A picture that was fine stays, even where something else was not."""
    campaign = await own_campaign(request)
    form = await ContentForm.read(request, currency=campaign.currency)
    image_id = await sent_picture(request, form)
    await take_picture(request, campaign, form)
    if form.errors:
        return await _editor(request, campaign, form, 422)
    together = Together(form)
    try:
        await together.save(campaign.id, _content_shown, _write(request, image_id), currency=campaign.currency)
    except Refusal as refusal:
        return await _editor(request, campaign, together.form.refused_by(refusal), refusal.status_code)
    form = together.form
    if together.conflicts or form.errors:
        return await _editor(request, campaign, form, 409 if together.conflicts else 422, together)
    await follow_name(request, campaign)
    await drop_pressed(request, campaign, form)
    if form.errors:
        return await _editor(request, campaign, form, 409)
    return redirect(request, await _after_save(request), ("good", _saved(together)))


def _write(request: Request, image_id: int | None) -> Save[ContentForm]:
    async def write(form: ContentForm, seen: CampaignPage) -> None:
        content = Content(
            name=form.name, tagline=form.tagline, story=form.story, risks=form.risks, budget=form.budget, closes_at=form.closes_at,
            opens_at=form.opens_at, rule=Rule(form.rule), threshold_bps=form.threshold_bps, image_id=image_id,
            counts_box_office=form.counts_box_office,
            share_price_minor=form.share_price_minor, shares_per_fan_max=form.shares_per_fan_max,
        )  # fmt: skip
        await actions.write(seen.campaign_id, content, by=request.state.person.id, seen_at=seen.made_at)

    return write


def _saved(together: Together[Any]) -> str:
    if together.taken:
        return _("Saved. What %(name)s changed meanwhile is kept, too.") % {"name": together.by}
    return _("Saved.")


async def _after_save(request: Request) -> str:
    """Where the pressed button leads: to the preview, or back here, among the pictures if it was one of theirs."""
    which = await pressed(request)
    if which == "preview":
        return f"{base_of(request)}/preview"
    among = "#pictures" if which == "picture" or which.startswith("drop:") else ""
    return f"{base_of(request)}/content{among}"


async def drop_picture(request: Request) -> Response:
    """Back to the drawing of the site."""
    campaign = await own_campaign(request)
    await actions.drop_image(campaign.id)
    return redirect(
        request, f"{base_of(request)}/content", ("good", _("The picture is gone; the site draws one again."))
    )


# --- once people can see it ---


async def _page_shown(campaign: Campaign, written: CampaignPage) -> dict[str, Any]:
    return {"story": written.story, "risks": written.risks}


async def _grown(
    request: Request, campaign: Campaign, form: PageForm, status: int = 200, together: Together[PageForm] | None = None
) -> Response:
    return desk_page(
        request, "campaigns/rewrite.html", campaign, status, form=form, story_max=STORY_MAX, risks_max=RISKS_MAX,
        pictures=await pictures_shown(campaign), together=together,
    )  # fmt: skip


async def rewrite(request: Request) -> Response:
    """Publish what was typed. A button among the pictures publishes nothing: the text stands there as it was typed."""
    campaign = await own_campaign(request)
    form = await PageForm.read(request)
    await take_picture(request, campaign, form)
    which = await pressed(request)
    if which == "picture" or which.startswith("drop:"):
        await drop_pressed(request, campaign, form)
        form.errors = {
            name: sentence for name, sentence in form.errors.items() if name.startswith("picture") or not name
        }
        return await _grown(request, campaign, form, 422 if form.errors else 200)
    if form.errors:
        return await _grown(request, campaign, form, 422)
    together, by = Together(form), request.state.person.id

    async def publish(form: PageForm, seen: CampaignPage) -> None:
        await rewrite_page(campaign.id, form.story, form.risks, by=by, seen=seen.version)

    try:
        await together.save(campaign.id, _page_shown, publish)
    except Refusal as refusal:
        return await _grown(request, campaign, together.form.refused_by(refusal), refusal.status_code)
    if together.conflicts or together.form.errors:
        return await _grown(request, campaign, together.form, 409 if together.conflicts else 422, together)
    number = (await Campaign.get(id=campaign.id)).page_version
    said = _("The page says this now. Version %(number)d; the earlier ones stay readable.") % {"number": number}
    return redirect(request, base_of(request), ("good", said))


async def versions(request: Request) -> Response:
    campaign = await own_campaign(request)
    found: list[CampaignPage] = await versions_of(campaign.id)
    writers = [one.by_person_id for one in found if one.by_person_id]
    names: dict[Any, str] = {p.id: p.name for p in await Person.filter(id__in=writers)} if writers else {}
    return desk_page(request, "campaigns/versions.html", campaign, versions=found, names=names)


routes = [
    get("/desk/{organisation}/campaigns/new", new_page, may=member("manager")),
    post("/desk/{organisation}/campaigns", create, may=member("manager"), limit=NEW_CAMPAIGNS),
    get(f"{DESK}/content", edit, may=member("manager")),
    post(f"{DESK}/content", save, may=member("manager"), body_max=2 * UPLOAD_MAX, limit=_SAVE),
    post(f"{DESK}/picture/removal", drop_picture, may=member("manager")),
    post(f"{DESK}/page", rewrite, may=member("manager"), body_max=UPLOAD_MAX, limit=_SAVE),
    get(f"{DESK}/versions", versions, may=member("viewer")),
]
