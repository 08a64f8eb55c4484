"""How draws work, and a form that draws any of them again: without an account, and without a script."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.community.draws import queries
from crowdfund.community.draws.algorithm import ALGORITHM
from crowdfund.community.draws.file import Check, DrawFile, FileNotUnderstood, checks, read
from crowdfund.community.draws.forms import VERIFYING, VerifyForm
from crowdfund.community.draws.models import Draw
from crowdfund.community.draws.pages.public import draw_in, fund_of
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import lazy
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get, post

_STEP = re.compile(r"(?<=\.) (?=[1-9]\. )")
_FILLED_IN_MAX = 64 * 1024  # a file that still is a text to look at
# What is said of each check: that it holds, and that it doesn't.
SAYS = {
    "algorithm": (lazy("The file tells of the algorithm that is used here."), lazy("The file tells of another algorithm.")),
    "commitment": (
        lazy("The seed is the one that was committed to before anybody entered."),
        lazy("The seed is not the one that was committed to."),
    ),
    "entries": (
        lazy("The entries are sorted, and each stands there once."), lazy("The entries are not sorted, or one stands there twice."),
    ),
    "list_hash": (
        lazy("The list has the hash that was published when the draw closed."), lazy("The list is not the one with this hash."),
    ),
    "winners": (lazy("The winners are those who come out."), lazy("Other winners come out.")),
    "runners_up": (lazy("So are those in line after them."), lazy("Others come out in line after them.")),
    "published": (
        lazy("It is what this site has published of this draw."), lazy("It is not what this site has published of this draw."),
    ),
}  # fmt: skip


async def how_it_works(request: Request) -> Response:
    return page(request, "community/draws/how.html", algorithm=_STEP.split(ALGORITHM))


async def verification(request: Request) -> Response:
    """The form, with the draw's own file in it where there is one that is no book."""
    draw = await draw_in(request)
    form = VerifyForm()
    if draw.is_drawn:
        written = (await queries.file_of(draw)).as_bytes()
        form.typed["pasted"] = written.decode() if len(written) <= _FILLED_IN_MAX else ""
    return await _page(request, draw, form)


async def verify(request: Request) -> Response:
    draw = await draw_in(request)
    form = await VerifyForm.read(request)
    if form.errors:
        return await _page(request, draw, form, status=422)
    try:
        found = read(form.content)
    except FileNotUnderstood as refusal:
        refused = form.refused_by(refusal)
        refused.errors = {"file" if form.file else "pasted": sentence for sentence in refused.errors.values()}
        return await _page(request, draw, refused, status=refusal.status_code)
    return await _page(request, draw, form, found=found)


async def _page(
    request: Request, draw: Draw, form: VerifyForm, *, found: DrawFile | None = None, status: int = 200
) -> Response:
    made = [*checks(found), await _as_published(draw, found)] if found else []
    return page(
        request, "community/draws/verification.html", status, **await fund_of(draw), draw=draw, form=form, found=found, checks=made,
        says=SAYS, holds=all(check.holds for check in made),
    )  # fmt: skip


async def _as_published(draw: Draw, found: DrawFile) -> Check:
    """A file can be right in itself and tell of another draw, or of one that never was."""
    is_it = draw.is_drawn and found == await queries.file_of(draw)
    return Check("published", is_it)


routes = [
    get("/draws/how-it-works", how_it_works, may=anyone),
    get("/draws/{draw}/verification", verification, may=anyone),
    post("/draws/{draw}/verification", verify, may=anyone, limit=VERIFYING, body_max=UPLOAD_MAX),
]
