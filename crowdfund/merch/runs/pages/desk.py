"""Production runs on their maker's desk: promised, started, told about, called off."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.pages.pictures import need_words, sent_picture
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.merch.runs import actions, queries
from crowdfund.merch.runs.forms import CancelForm, DiaryForm, RunForm
from crowdfund.merch.runs.models import MOVES, ProductionRun, RunState
from crowdfund.merch.runs.pages.public import filled, picture_of
from crowdfund.merch.runs.pages.words import headline, is_late, state_words, steps_of, tone_of
from crowdfund.merch.runs.rules import ABOUT_MAX, ALT_MAX, REASON_MAX, WORDS_MAX
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.web import csrf, images
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at

DESK = "/desk/{organisation}/runs"
SHOWN_MAX = 50


def base_of(request: Request) -> str:
    return f"/desk/{request.state.organisation.slug}/runs"


def path_of(request: Request) -> str:
    return f"{base_of(request)}/{request.path_params['run']}"


async def run_in(request: Request) -> ProductionRun:
    return await actions.own_run(request.state.organisation.id, private(request.path_params["run"]))


def _page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    return page(
        request, f"runs/{template}", status, organisation=request.state.organisation, base=base_of(request),
        may_write=may(request.state.role, Role.MANAGER), state_words=state_words, tone_of=tone_of, headline=headline, **context,
    )  # fmt: skip


async def runs(request: Request) -> Response:
    last = private_or_none(request.query_params.get("before", ""))
    found = await queries.runs_of(request.state.organisation.id, before_id=last or 2**63 - 1, limit=SHOWN_MAX + 1)
    older = f"{base_of(request)}?before={public(found[SHOWN_MAX - 1].id)}" if len(found) > SHOWN_MAX else ""
    shown = [await queries.run_shown(run) for run in found[:SHOWN_MAX]]
    return _page(
        request, "desk_list.html", runs=[(one, picture_of(one)[0]) for one in shown], filled=filled, older=older,
        newer=base_of(request) if last else "",
    )  # fmt: skip


async def _new_form(request: Request) -> RunForm:
    found = await queries.variants_for(request.state.organisation.id)
    return RunForm(variants={public(variant.id): (variant, listing) for variant, listing in found})


async def new_run(request: Request) -> Response:
    form = await _new_form(request)
    asked = request.query_params.get("variant", "")
    form.typed |= {"key": token_urlsafe(16), "variant": asked if asked in form.given["variants"] else ""}
    return _new(request, form)


def _new(request: Request, form: Form, status: int = 200) -> Response:
    options = [
        (key, f"{listing.name}{', ' + variant.name if variant.name else ''} ({listing.currency})")
        for key, (variant, listing) in form.given["variants"].items()
    ]
    return _page(request, "desk_new.html", status, form=form, options=options, about_max=ABOUT_MAX)


async def make(request: Request) -> Response:
    given = (await _new_form(request)).given
    sent = await csrf.read_form(request)
    chosen = given["variants"].get(sent.get("variant"))
    form = await RunForm.read(request, currency=chosen[1].currency if chosen else "EUR", **given)
    if not form.errors and chosen:
        with form.showing_refusals():
            run = await actions.make_run(
                chosen[0].id, form.asked, organisation_id=request.state.organisation.id, by=request.state.person.id,
                key=f"form:{form.key or token_urlsafe(16)}",
            )  # fmt: skip
            said = _("People can order it from now on. What you promised stays as it is.")
            return redirect(request, f"{base_of(request)}/{public(run.id)}", ("good", said))
    return _new(request, form, form.status)


async def show(request: Request) -> Response:
    return await _run(request, DiaryForm({"key": token_urlsafe(16)}))


async def _run(request: Request, form: Form, status: int = 200) -> Response:
    run = await run_in(request)
    state, shown = RunState(run.state), await queries.run_shown(run)
    picture, alt = picture_of(shown)
    return _page(
        request, "desk_run.html", status, run=run, shown=shown, picture=picture, alt=alt, form=form, path=path_of(request),
        steps=steps_of(run, await queries.history_of(run.id)), diary=await queries.diary_of(run.id), url_of=images.url_of,
        can_start=state == RunState.FUNDED, can_cancel=RunState.CANCELLED in MOVES[state], words_max=WORDS_MAX, alt_max=ALT_MAX,
        can_tell=state not in (RunState.FAILED, RunState.CANCELLED), is_late=is_late(run), now=clock.now(),
    )  # fmt: skip


async def write(request: Request) -> Response:
    run, form = await run_in(request), await DiaryForm.read(request)
    image_id = await sent_picture(request, form)
    if "image_alt" not in form.errors:
        need_words(form, image_id)
    if not form.errors:
        with form.showing_refusals():
            await actions.write_diary(
                run.id, form.words, image_id=image_id, alt=form.image_alt if image_id else "",
                organisation_id=run.organisation_id, by=request.state.person.id, key=f"form:{form.key or token_urlsafe(16)}",
            )  # fmt: skip
            said = _("It stands in the diary, and everybody who waits gets a letter.")
            return redirect(request, path_of(request), ("good", said))
    return await _run(request, form, form.status)


@told_at(path_of)
async def start(request: Request) -> Response:
    run = await run_in(request)
    await actions.start_production(run.id, organisation_id=run.organisation_id, by=request.state.person.id)
    return redirect(request, path_of(request), ("good", _("It is being made. Half of what was paid becomes yours.")))


async def cancel_page(request: Request) -> Response:
    return await _cancel(request, CancelForm())


async def _cancel(request: Request, form: Form, status: int = 200) -> Response:
    run = await run_in(request)
    if RunState.CANCELLED not in MOVES[RunState(run.state)]:
        return redirect(request, path_of(request), ("note", _("It can't be called off now.")))
    return _page(
        request, "desk_cancel.html", status, run=run, shown=await queries.run_shown(run), form=form, path=path_of(request),
        reason_max=REASON_MAX,
    )  # fmt: skip


async def cancel(request: Request) -> Response:
    run, form = await run_in(request), await CancelForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await actions.cancel_run(
                run.id, form.reason, organisation_id=run.organisation_id, by=request.state.person.id
            )
            said = _("It is called off. Nobody is charged, and all that was paid goes back.")
            return redirect(request, path_of(request), ("good", said))
    return await _cancel(request, form, form.status)


_ONE, _SEE, _RUN = f"{DESK}/{{run}}", member("viewer"), member("manager")
routes = [
    get(DESK, runs, may=_SEE),
    get(f"{DESK}/new", new_run, may=_RUN),
    post(DESK, make, may=_RUN),
    get(_ONE, show, may=_SEE),
    post(f"{_ONE}/diary", write, may=_RUN, body_max=UPLOAD_MAX),
    post(f"{_ONE}/start", start, may=_RUN),
    get(f"{_ONE}/cancellation", cancel_page, may=_RUN),
    post(f"{_ONE}/cancellation", cancel, may=_RUN),
]
