"""What is on screen of a title, at a glance: what is wrong, what would change, what was published."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.merch.screen.cues import Change, changes_between
from crowdfund.merch.screen.forms import PublishForm
from crowdfund.merch.screen.lint import Finding, Weight
from crowdfund.merch.screen.models import CueRevision, Master
from crowdfund.merch.screen.pages.own import DESK, appearance_path, base_of, screen_page, title_in
from crowdfund.merch.screen.publishing import changes_of, findings_of, publish_cues
from crowdfund.merch.screen.queries import products_of, revision_of, revisions_of, scenes_of, seen_of
from crowdfund.merch.screen.rules import NoSuchRevision
from crowdfund.merch.screen.timecode import clock_text
from crowdfund.people.models import Person
from crowdfund.titles.models import Title
from crowdfund.web.formats import said
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post

CHANGES_MAX = 200
FIELDS = {
    "product": lazy("what is said of the product"), "scene": lazy("scene"), "start_ms": lazy("start"), "end_ms": lazy("end"),
    "boxes": lazy("boxes"), "prominence": lazy("how much it is seen"), "alt": lazy("words"), "spoiler": lazy("spoiler"),
}  # fmt: skip
WEIGHTS = {
    Weight.STOPS: (lazy("Mend it"), "stop"), Weight.LEAVES_OUT: (lazy("Left out"), "wait"), Weight.HINT: (lazy("Have a look"), "plain"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FindingShown:
    at: str
    sentence: str
    word: str
    tone: str
    path: str


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """kind: new, gone or other."""

    kind: str
    product: str
    at: str
    said: str


def shown_finding(request: Request, one: Finding) -> FindingShown:
    word, tone = WEIGHTS[one.weight]
    return FindingShown(
        clock_text(one.at_ms), said(one.words), str(word), tone, appearance_path(request, one.cue_ids[0])
    )


def shown_change(one: Change) -> ChangeShown:
    kind = "new" if one.before is None else "gone" if one.after is None else "other"
    span = f"{clock_text(one.cue.start_ms)} – {clock_text(one.cue.end_ms)}"
    return ChangeShown(kind, one.cue.product.name, span, ", ".join(str(FIELDS[name]) for name in one.fields))


async def show(request: Request) -> Response:
    return await overview(request, await title_in(request), PublishForm())


async def overview(request: Request, title: Title, form: PublishForm, status: int = 200) -> Response:
    rows = await products_of(title.id)
    if await Master.get_or_none(title_id=title.id) is None:
        return await screen_page(request, "desk_begin.html", "overview", title, status, form=form, products=len(rows))
    found, changes = await findings_of(title.id), await changes_of(title.id)
    revisions = await revisions_of(title.id)
    names = (
        {one.id: one.name for one in await Person.filter(id__in=[r.by_person_id for r in revisions])}
        if revisions
        else {}
    )
    seen = await seen_of(title.id)
    return await screen_page(
        request, "desk_overview.html", "overview", title, status, form=form, findings=[shown_finding(request, one) for one in found],
        stops=any(one.weight == Weight.STOPS for one in found), leaves_out=any(one.weight == Weight.LEAVES_OUT for one in found),
        changes=[shown_change(one) for one in changes[:CHANGES_MAX]], more_changes=max(0, len(changes) - CHANGES_MAX),
        revisions=[(one, names.get(one.by_person_id, "")) for one in revisions], scenes=len(await scenes_of(title.id)),
        products=len(rows), cleared=sum(one.is_cleared for one in rows), appearances=sum(one.appearances for one in seen.values()),
        wanted=sum(one.wanted for one in rows),
    )  # fmt: skip


async def publish(request: Request) -> Response:
    title, form = await title_in(request), await PublishForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            made = await publish_cues(title.id, leaving_out=form.leaving_out, by=request.state.person.id)
            told = _("Revision %(number)d is published.") % {"number": made.number}
            return redirect(request, base_of(request), ("good", told))
    return await overview(request, title, form, form.status)


async def revision(request: Request) -> Response:
    title = await title_in(request)
    number = request.path_params["number"]
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise NoSuchRevision("There is no such revision.")
    row, document = await revision_of(title.id, int(number))
    before = (await revision_of(title.id, row.number - 1))[1] if row.number > 1 else None
    changes = changes_between(before, document)
    by = await Person.get(id=row.by_person_id)
    newest = (await CueRevision.filter(title_id=title.id).order_by("-number").only("id", "number").limit(1))[0].number
    return await screen_page(
        request, "desk_revision.html", "overview", title, revision=row, by=by.name, cues=len(document.cues), newest=newest,
        changes=[shown_change(one) for one in changes[:CHANGES_MAX]], more_changes=max(0, len(changes) - CHANGES_MAX),
    )  # fmt: skip


routes = [
    get(DESK, show, may=member("viewer")),
    post(f"{DESK}/revisions", publish, may=member("manager")),
    get(f"{DESK}/revisions/{{number}}", revision, may=member("viewer")),
]
