"""What only a simulated site has: a clock that anybody may move, and the mails that would have been sent."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

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
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.paths import own_path
from crowdfund.web.routes import anyone, get, post

_SHOWN_MAX = 200
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
    return redirect(request, back, ("note", _("The clock moved on by %(days)d days.") % {"days": form.days}))


async def outbox(request: Request) -> Response:
    _only_simulated()
    found = await Mail.all().order_by("-id").limit(_SHOWN_MAX)
    mails = [
        {"path": f"/outbox/{ids.public(one.id)}", "to": one.to_address, "subject": one.subject, "made_at": one.made_at}
        for one in found
    ]
    return page(request, "desk/outbox.html", mails=mails)


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
