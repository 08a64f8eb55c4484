"""Every error becomes an answer: a page for a person, problem+json under `/api/`. The unexpected tells nothing but its number."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from crowdfund.database.outage import is_outage
from crowdfund.refusal import Refusal
from crowdfund.web import csrf, language, sessions
from crowdfund.web.body import FORM_MAX
from crowdfund.web.formats import said
from crowdfund.web.i18n import lazy
from crowdfund.web.page import page, redirect
from crowdfund.web.paths import own_path, sign_in_path
from crowdfund.web.policies import SAFE_METHODS, SignInNeeded
from crowdfund.web.problem import problem

_log = logging.getLogger("crowdfund.web")

_SENTENCES = {
    400: lazy("We could not read that request."),
    404: lazy("There is nothing here under that address."),
    405: lazy("This address does not take that."),
    408: lazy("The request took too long to arrive. Please try again."),
    413: lazy("That is more than this address takes."),
    415: lazy("This address takes another kind of content."),
    500: lazy("Something went wrong on our side. Nothing that was confirmed to you is lost."),
    503: lazy("We can't reach our records just now. Please try again in a moment."),
}
_CODES = {
    400: "bad_request", 404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large", 415: "unsupported",
    500: "internal_error", 503: "unavailable",
}  # fmt: skip
CODES = {code: status for status, code in _CODES.items()}


_PICTURE_TOO_LARGE = lazy("A picture may be at most 5 MB. What you wrote still stands in the form that you came from.")

# Verbs name fields as forms do; bodies of the API say the unit too.
_IN_BODIES = {"amount": "amount_minor", "price": "price_minor"}


@dataclass(frozen=True)
class _Failure:
    """What is told about an error, whoever reads it."""

    status: int
    code: str
    sentence: str
    headers: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, str]] | None = None
    wait_seconds: int = 0


async def answer(request: Request, error: Exception) -> Response:
    """The answer to an error raised by a route, or by nobody finding one."""
    if isinstance(error, SignInNeeded):
        return _to_sign_in(request)
    if request.url.path.startswith("/api/"):
        return _as_problem(request, _failure(request, error))
    if isinstance(error, HTTPException | Refusal):
        if error.status_code == 404 and (path := _without_slash(request)):
            return RedirectResponse(path, 308)
        await _recognise(request)
    return _as_page(request, _failure(request, error))


def _failure(request: Request, error: Exception) -> _Failure:
    if isinstance(error, Refusal):
        headers = {"retry-after": str(error.retry_after_seconds)} if error.retry_after_seconds else {}
        if error.status_code == 401:
            headers["www-authenticate"] = 'Bearer realm="crowdfund"'
        errors = getattr(error, "errors", None)
        if errors is None and error.field:
            errors = [{"field": error.field, "sentence": error.sentence}]
        wait = error.retry_after_seconds or 0
        told = error.sentence if request.url.path.startswith("/api/") else said(error)
        return _Failure(error.status_code, error.code, told, headers, errors, wait_seconds=wait)
    if isinstance(error, HTTPException):
        status = error.status_code if error.status_code in _SENTENCES else 400
        sentence = _PICTURE_TOO_LARGE if status == 413 and _takes_pictures(request) else _SENTENCES[status]
        # Of a body that is too long or too late the rest is not waited for.
        ending = {"connection": "close"} if status in (408, 413) else {}
        return _Failure(status, _CODES[status], str(sentence), {**(error.headers or {}), **ending})
    request_id = request.scope["state"]["request_id"]
    if is_outage(error):
        _log.error("request %s: the database does not answer", request_id, exc_info=error)
        return _Failure(503, _CODES[503], str(_SENTENCES[503]), {"retry-after": "5"}, wait_seconds=5)
    _log.error("request %s: %s %s failed", request_id, request.method, request.scope["path"][:200], exc_info=error)
    return _Failure(500, _CODES[500], str(_SENTENCES[500]))


def _takes_pictures(request: Request) -> bool:
    return bool(request.scope["state"]["body"].size_max > FORM_MAX)


def _without_slash(request: Request) -> str | None:
    """The address that somebody meant who wrote `/money/`; none where there is no slash too many, or it would lead away."""
    path = request.scope["path"]
    if request.method not in SAFE_METHODS or len(path) < 2 or not path.endswith("/"):
        return None
    query = request.scope["query_string"].decode("latin-1")
    return own_path(quote(path.rstrip("/")) + (f"?{query}" if query else ""))


async def _recognise(request: Request) -> None:
    """Who asks, where nobody had found out yet: a page that isn't there still has a bar, and it knows its visitor."""
    try:
        await sessions.find(request)
        language.choose(request)
    except Exception:  # a page for an error must not be one more error
        _log.exception("the visitor of an error page was not found")


def _to_sign_in(request: Request) -> Response:
    path = request.scope["path"]
    if query := request.scope["query_string"].decode("latin-1"):
        path += f"?{query}"
    back = own_path(path) if request.method in SAFE_METHODS else _came_from(request)
    return redirect(request, sign_in_path(back) if back and not back.startswith("/sign-") else "/sign-in")


def _came_from(request: Request) -> str | None:
    """The page of this site that sent a form, where the browser says so."""
    origin, slash, rest = request.headers.get("referer", "").partition(f"{request.headers.get('host', '')}/")
    return own_path(f"/{rest}") if slash and origin in ("http://", "https://") else None


def _typed(request: Request) -> list[tuple[str, str]] | None:
    """What was typed into the form that can't be taken just now, to be sent again; no password, no picture. None: it was none."""
    form = request.scope["state"].get("form")
    if request.method in SAFE_METHODS or form is None:
        return None
    return [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name != csrf.FIELD and "password" not in name
    ]


def _as_problem(request: Request, failure: _Failure) -> Response:
    request_id = request.scope["state"]["request_id"]
    errors = [{**one, "field": _IN_BODIES.get(one["field"], one["field"])} for one in failure.errors or ()]
    return problem(
        failure.status,
        failure.code,
        failure.sentence,
        request_id=request_id,
        errors=errors,
        headers=failure.headers,
    )


def _as_page(request: Request, failure: _Failure) -> Response:
    headers = {"cache-control": "no-store", **failure.headers}
    try:
        return page(
            request,
            "error.html",
            failure.status,
            headers,
            status=failure.status,
            code=failure.code,
            sentence=failure.sentence,
            wait_seconds=failure.wait_seconds,
            typed=_typed(request) if failure.wait_seconds else None,
            back=_came_from(request) if request.method not in SAFE_METHODS else None,
        )
    except Exception:  # a page for an error must not be one more error
        _log.exception("the error page failed")
        return PlainTextResponse(failure.sentence, failure.status, headers)
