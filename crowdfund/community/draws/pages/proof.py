"""How draws work, and a form that draws any of them again: without an account, and without a script."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.community.draws import queries
from crowdfund.community.draws.algorithm import ALGORITHM
from crowdfund.community.draws.file import Check, DrawFile, FileNotUnderstood, checks, read
from crowdfund.community.draws.forms import ENTRIES_MAX, FILE_MAX, VERIFYING, VerifyForm
from crowdfund.community.draws.models import Draw
from crowdfund.community.draws.pages.public import draw_in, fund_of, written_file
from crowdfund.web.i18n import lazy
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get, post

_STEP = re.compile(r"(?<=\.) (?=[1-9]\. )")
_FILLED_IN_MAX = 2_000  # entries: a file that still is a text to look at
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
    "runners_up": (lazy("Those in line after them are as they come out."), lazy("Others come out in line after them.")),
    # A file can be right in itself and tell of another draw, or of one that never was.
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
    if draw.is_drawn and draw.entries <= _FILLED_IN_MAX:
        form.typed["pasted"] = (await written_file(draw)).decode()
    return await _page(request, draw, form)


async def verify(request: Request) -> Response:
    draw = await draw_in(request)
    form = await VerifyForm.read(request)
    if form.errors:
        return await _page(request, draw, form, status=422)
    try:
        # In a thread: a hundred thousand hashes take a while, and others want their pages.
        found, made = await asyncio.to_thread(_computed, form.content)
    except FileNotUnderstood as refusal:
        refused = form.refused_by(refusal)
        refused.errors = {"file" if form.file else "pasted": sentence for sentence in refused.errors.values()}
        return await _page(request, draw, refused, status=refusal.status_code)
    made.append(Check("published", draw.is_drawn and found == await queries.file_of(draw)))
    return await _page(request, draw, form, found=found, made=made)


def _computed(content: bytes) -> tuple[DrawFile, list[Check]]:
    found = read(content)
    if len(found.entries) > ENTRIES_MAX:
        raise FileNotUnderstood("This list is too long for a page: `crowdfund draw verify` takes it.")
    return found, checks(found)


async def _page(
    request: Request, draw: Draw, form: VerifyForm, *, found: DrawFile | None = None, made: Sequence[Check] = (), status: int = 200
) -> Response:  # fmt: skip
    return page(
        request, "community/draws/verification.html", status, **await fund_of(draw), draw=draw, form=form, found=found, checks=made,
        says=SAYS, holds=all(check.holds for check in made),
    )  # fmt: skip


routes = [
    get("/draws/how-it-works", how_it_works, may=anyone),
    get("/draws/{draw}/verification", verification, may=anyone),
    post("/draws/{draw}/verification", verify, may=anyone, limit=VERIFYING, body_max=FILE_MAX),
]
