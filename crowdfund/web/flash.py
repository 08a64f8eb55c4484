"""One sentence carried over a redirect, in a signed cookie that lives for a minute."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.signing import is_signature, signature
from crowdfund.web import sessions

_COOKIE = "flash"
_SECONDS = 60
_TEXT_MAX = 600


def leave(response: Response, kind: str, text: str) -> None:
    """kind: `good`, `bad` or `note`; `address`: one that the next page names. text: what it says, in the reader's language already."""
    until = clock.wall_now_us() // 1_000_000 + _SECONDS
    written = urlsafe_b64encode(orjson.dumps([kind, text[:_TEXT_MAX], until])).decode()
    sessions.set_cookie(response, _COOKIE, f"{written}.{signature('flash', written)}", seconds=_SECONDS)


def read(request: Request) -> list[tuple[str, str]]:
    """What was left for this page; nothing where the cookie isn't ours or has run out."""
    written, _, signed = request.cookies.get(sessions.cookie_name(_COOKIE), "").partition(".")
    if not written or not is_signature("flash", written, signed):
        return []
    kind, text, until = orjson.loads(urlsafe_b64decode(written))
    return [(kind, text)] if until >= clock.wall_now_us() // 1_000_000 else []


def clear(response: Response) -> None:
    sessions.set_cookie(response, _COOKIE, "", seconds=0)
