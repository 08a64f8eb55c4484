"""The cookie that says which device asks. It holds 256 random bits; the table keeps only their hash, so it can be revoked."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.settings import current
from crowdfund.signing import fingerprint
from crowdfund.web.visitor import SignIn

_MAX_AGE_SECONDS = 90 * 86_400


def cookie_name(plain: str) -> str:
    """Under https the prefix makes browsers refuse a cookie set by a neighbour domain or without Secure."""
    return f"__Host-{plain}" if current().https else plain


def set_cookie(response: Response, name: str, value: str, *, seconds: int | None) -> None:
    """A cookie for this site alone, out of reach of scripts. seconds: none keeps it until the browser closes."""
    response.set_cookie(
        cookie_name(name), value, max_age=seconds, secure=current().https, httponly=True, samesite="lax", path="/"
    )


def new_secret() -> str:
    """What a cookie holds: 256 bits."""
    return secrets.token_urlsafe(32)


def signed_in(response: Response, secret: str) -> Response:
    """Give the browser its cookie: a new one at each sign-in, so that one planted before is worth nothing."""
    set_cookie(response, "session", secret, seconds=_MAX_AGE_SECONDS)
    return response


def signed_out(response: Response) -> Response:
    set_cookie(response, "session", "", seconds=0)
    return response


async def find(request: Request) -> SignIn | None:
    """The device that asks, where it shows a live session; costs nothing without a cookie."""
    state = request.scope["state"]
    if "sign_in" not in state:
        secret = request.cookies.get(cookie_name("session"), "")
        found = await request.app.look_ups.sign_in(fingerprint(secret)) if 40 <= len(secret) <= 50 else None
        state["sign_in"] = found
        state["person"] = found.person if found else None
    return state["sign_in"]


# --- door passes: one cookie a screening, so that a helper may have several ---


def keep_door_pass(response: Response, screening: str, secret: str, *, seconds: int) -> Response:
    """Let this browser scan at a door. screening: its public id. seconds: until the pass is over."""
    set_cookie(response, f"door-{screening}", secret, seconds=seconds)
    return response


def door_pass(request: Request, screening: str) -> str:
    """The secret of the pass that this browser has for a door; empty without one."""
    secret = request.cookies.get(cookie_name(f"door-{screening}"), "")
    return secret if 40 <= len(secret) <= 50 else ""
