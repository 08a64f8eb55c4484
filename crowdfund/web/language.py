"""The language of an answer: the person's own, else what this browser once chose, else what it asks for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.web import sessions
from crowdfund.web.i18n import LOCALES, choose_locale, use_locale

_COOKIE = "language"


def choose(request: Request) -> str:
    """Put the visitor's language in force for this request, and give it."""
    state = request.scope["state"]
    if "locale" not in state:
        person = state.get("person")
        chosen = person.locale if person else request.cookies.get(sessions.cookie_name(_COOKIE))
        state["locale"] = choose_locale(request.headers.get("accept-language", ""), chosen)
        use_locale(state["locale"])
    return state["locale"]


def remember(response: Response, locale: str) -> None:
    if locale in LOCALES:
        sessions.set_cookie(response, _COOKIE, locale, seconds=365 * 86_400)
