"""Publishing what is on screen through the API: what to look at, what would change, revisions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.merch.screen.api.bodies import (
    ChangeOut,
    FindingOut,
    PublishIn,
    RevisionListed,
    RevisionOut,
    ScreenOut,
)
from crowdfund.merch.screen.api.own import ONE, SEE, WRITE, key_of, title_in
from crowdfund.merch.screen.cues import Change, changes_between
from crowdfund.merch.screen.models import CueRevision
from crowdfund.merch.screen.publishing import changes_of, findings_of, publish_cues_once
from crowdfund.merch.screen.queries import revision_of
from crowdfund.merch.screen.rules import NoSuchRevision
from crowdfund.people.models import Role
from crowdfund.web import api
from crowdfund.web.routes import get, post

_NEWEST = 2**63 - 1


def _change_out(one: Change) -> ChangeOut:
    kind = "new" if one.before is None else "gone" if one.after is None else "other"
    cue = one.cue
    return ChangeOut(
        kind=kind, appearance=public(cue.id), product=public(cue.product.id), start_ms=cue.start_ms, end_ms=cue.end_ms,
        fields=list(one.fields),
    )  # fmt: skip


async def show_screen(request: Request) -> ScreenOut:
    """What is wrong with what is written down, and what publishing it would change."""
    title = await title_in(request, Role.VIEWER)
    findings = [
        FindingOut(
            kind=str(one.kind), weight=str(one.weight), at_ms=one.at_ms, appearances=[public(i) for i in one.cue_ids],
            sentence=str(one.words),
        )
        for one in await findings_of(title.id)
    ]  # fmt: skip
    return ScreenOut(findings=findings, changes=[_change_out(one) for one in await changes_of(title.id)])


def _listed(row: CueRevision) -> RevisionListed:
    return RevisionListed(
        id=public(row.id), number=row.number, sha256=row.sha256, published_at=api.instant(row.published_at)
    )


async def _out(title_id: int, number: int) -> RevisionOut:
    row, document = await revision_of(title_id, number)
    before = (await revision_of(title_id, number - 1))[1] if number > 1 else None
    changes = [_change_out(one) for one in changes_between(before, document)]
    return RevisionOut(**_listed(row).model_dump(), appearances=len(document.cues), changes=changes)


async def list_revisions(request: Request) -> Response:
    """What was published of a title of one's own, the newest first."""
    title, asked = await title_in(request, Role.VIEWER), api.cursor(request)
    found = (
        CueRevision.filter(title_id=title.id, id__lt=asked.after_id or _NEWEST).order_by("-id").limit(asked.limit + 1)
    )
    rows = await found.only("id", "title_id", "number", "sha256", "published_at")
    return api.paged(request, rows, asked, _listed, lambda one: one.id)


async def show_revision(request: Request) -> RevisionOut:
    """One revision, and what changed from the one before."""
    title, missing = await title_in(request, Role.VIEWER), NoSuchRevision("There is no such revision.")
    row = await api.row_in(request, "revision", CueRevision, missing, title_id=title.id)
    return await _out(title.id, row.number)


async def publish_screen(request: Request, body: PublishIn) -> RevisionOut:
    """Publish what is written down as a new revision. The same Idempotency-Key answers the same one."""
    title = await title_in(request)
    by, key = request.state.person.id, key_of(request)
    made = await publish_cues_once(title.id, leaving_out=body.leaving_out, by=by, key=key)
    return await _out(title.id, made.number)


_ALL = f"{ONE}/revisions"
routes = [
    get(ONE, show_screen, may=SEE, gives=ScreenOut, summary="What to look at before publishing what is on screen"),
    get(
        _ALL, list_revisions, may=SEE, gives=RevisionListed, lists=True, summary="What was published of a title of mine"
    ),
    post(
        _ALL,
        publish_screen,
        may=WRITE,
        takes=PublishIn,
        gives=RevisionOut,
        creates=True,
        summary="Publish what is on screen",
    ),
    get(f"{_ALL}/{{revision}}", show_revision, may=SEE, gives=RevisionOut, summary="One revision"),
]
