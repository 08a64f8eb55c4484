"""What only a simulated site has: a clock that anybody may move, and the mails that would have been sent."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database import ids
from crowdfund.people.models import Mail
from crowdfund.refusal import NotFound
from crowdfund.settings import current
from crowdfund.web import headers
from crowdfund.web.fields import whole
from crowdfund.web.form import Form
from crowdfund.web.i18n import ngettext
from crowdfund.web.page import page, redirect
from crowdfund.web.paths import own_path
from crowdfund.web.routes import anyone, get, post

PAGE = 100
_LINK = re.compile(r"https?://[!-~]+")


class ClockForm(Form):
    days = whole(min=1, max=400)


def _only_simulated() -> None:
    if not current().sandbox:
        raise NotFound("There is nothing here under that address.")


async def move_clock(request: Request) -> Response:
    """Move the clock of all processes forward by so many days, and show the page again that asked."""
    _only_simulated()
    form = await ClockForm.read(request)
    back = own_path(urlsplit(request.headers.get("referer", "")).path) or "/"
    if form.errors:
        return redirect(request, back, ("bad", form.errors["days"]))
    clock.advance(timedelta(days=form.days))
    said = ngettext("The clock moved on by a day.", "The clock moved on by %(days)d days.", form.days)
    return redirect(request, back, ("note", said % {"days": form.days}))


async def outbox(request: Request) -> Response:
    """The newest mails, or those to addresses with these letters in them; a page at a time."""
    _only_simulated()
    to = request.query_params.get("to", "").replace("\x00", "").strip().lower()[:254]
    before = ids.private_or_none(request.query_params.get("before", ""))
    asked = Mail.filter(id__lt=before) if before else Mail.all()
    found = await (asked.filter(to_address__contains=to) if to else asked).order_by("-id").limit(PAGE + 1)
    mails = [
        {"path": f"/outbox/{ids.public(one.id)}", "to": one.to_address, "subject": one.subject, "made_at": one.made_at}
        for one in found[:PAGE]
    ]
    kept = {"to": to} if to else {}
    older = f"/outbox?{urlencode(kept | {'before': ids.public(found[PAGE - 1].id)})}" if len(found) > PAGE else ""
    newest = f"/outbox?{urlencode(kept)}".removesuffix("?") if before else ""
    return page(request, "desk/outbox.html", mails=mails, to=to, older=older, newer=newest)


async def one_mail(request: Request) -> Response:
    """One mail in plain text, its links as links."""
    _only_simulated()
    found = await Mail.get_or_none(id=ids.private(request.path_params["mail"]))
    if found is None:
        raise NotFound("There is nothing here under that address.")
    return page(request, "desk/mail.html", mail=found, parts=_parts(found.text_body))


def _parts(text: str) -> list[tuple[str, bool]]:
    """The text cut at its links: each part, and whether it is one. Links to this site lose its origin."""
    parts, end = [], 0
    for match in _LINK.finditer(text):
        parts += [(text[end : match.start()], False), (match[0].removeprefix(current().base_url) or "/", True)]
        end = match.end()
    return [*parts, (text[end:], False)]


routes = [
    post("/sandbox/clock", move_clock, may=anyone, needs_token=False),
    get("/outbox", outbox, may=anyone, headers=headers.NO_REFERRER),
    get("/outbox/{mail}", one_mail, may=anyone, headers=headers.NO_REFERRER),
]
