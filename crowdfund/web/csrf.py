"""A form that changes something was sent from this site, by the browser that was given it.

Two walls: what the browser says of the sender (Sec-Fetch-Site, else Origin), and a token of the session in each form.
Somebody who is not signed in has a token too, tied to a cookie of its own.
"""

from __future__ import annotations

import hmac

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.refusal import NotAllowed
from crowdfund.settings import current
from crowdfund.signing import signature
from crowdfund.web import sessions
from crowdfund.web.visitor import SignIn

FIELD = "csrf"
_HEADER = "x-csrf-token"
_COOKIE = "visitor"


class CrossSite(NotAllowed):
    """The form didn't come from here."""


class FormTooOld(NotAllowed):
    """The form's token is of another session."""


def check_origin(request: Request) -> None:
    """Refuse what another site sent. Costs nothing, so it is asked before the body is read.

    A page without referrer sends `Origin: null` from here too, so where the browser sends Sec-Fetch-Site that one decides.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = origin is not None and origin in (
        current().base_url,
        f"{request.url.scheme}://{request.headers.get('host')}",
    )
    if site is not None:
        allowed = site == "same-origin" and (ours or origin in (None, "null"))
    else:
        allowed = ours
    if not allowed:
        raise CrossSite("This form came from another place. Please open the page here and send it again.")


async def check_token(request: Request, sign_in: SignIn | None) -> None:
    """Refuse a form without this session's token. Raises FormTooOld."""
    given = request.headers.get(_HEADER)
    if given is None:
        found = (await read_form(request)).get(FIELD)
        given = found if isinstance(found, str) else ""
    wanted = _token_of(request, sign_in)
    if wanted is None or not given.isascii() or not hmac.compare_digest(wanted, given):
        raise FormTooOld("This form has grown too old. Please go back, load the page again and send it once more.")


async def read_form(request: Request) -> FormData:
    """The form as it was sent; read once, however often it is asked for. Raises HTTPException 400 where it is none."""
    try:
        # A field may be as long as the body: what is too long for its field is told beside it, with what was typed.
        size_max = request.scope["state"]["body"].size_max
        form = await request.form(max_files=4, max_fields=400, max_part_size=size_max)
    except (
        FormParserError,
        UnicodeError,
    ) as error:  # python-multipart and a charset that is none leak through Starlette
        raise HTTPException(400) from error
    request.scope["state"]["form"] = form  # a page that says "not now" gives back what was typed
    return form


def _token_of(request: Request, sign_in: SignIn | None) -> str | None:
    if sign_in is not None:
        return sign_in.csrf
    visitor = request.cookies.get(sessions.cookie_name(_COOKIE), "")
    return signature("csrf", visitor) if visitor else None


def visitor_of(request: Request) -> str:
    """The cookie that ties forms to a browser that is not signed in; empty where it has none."""
    return request.cookies.get(sessions.cookie_name(_COOKIE), "")


class Token:
    """What a template writes into its forms. A page without a form sets no cookie, so it stays the same for everybody."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._new_visitor: str | None = None

    def __str__(self) -> str:
        token = _token_of(self._request, self._request.scope["state"].get("sign_in"))
        if token is not None:
            return token
        if self._new_visitor is None:
            self._new_visitor = sessions.new_secret()
        return signature("csrf", self._new_visitor)

    def keep(self, response: Response) -> None:
        """After rendering: give the browser the cookie that its form needs."""
        if self._new_visitor is not None:
            sessions.set_cookie(response, _COOKIE, self._new_visitor, seconds=None)
