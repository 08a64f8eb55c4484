"""How a hosted page is made: a template, a strict policy, and where its form may lead."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crowdfund import money

_HERE = Path(__file__).parent
_MOST_FORM = 20_000

_templates = Environment(
    loader=FileSystemLoader(_HERE / "html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["money"] = lambda amount_minor, currency: money.show(amount_minor, currency.upper())


def page(template: str, *, status: int = 200, leads_to: tuple[str | None, ...] = (), **values: Any) -> Response:
    """A page. leads_to: addresses that its form may end at after redirects; browsers hold those against form-action."""
    origins = sorted({_origin(url) for url in leads_to if url})
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action 'self' {' '.join(origins)}"
    )
    headers = {
        "cache-control": "no-store",
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(_templates.get_template(template).render(values), status, headers)


def gone(sentence: str, *, status: int = 404, back: str | None = None) -> Response:
    """A page that has nothing to do any more, with a way back where there is one."""
    return page("gone.html", status=status, sentence=sentence, back=back)


def see_other(url: str, **query: str) -> Response:
    """On to another page, with more members in its query."""
    if query:
        parts = urlsplit(url)
        url = urlunsplit(
            parts._replace(query=urlencode([*parse_qsl(parts.query, keep_blank_values=True), *query.items()]))
        )
    return RedirectResponse(url, 303, {"cache-control": "no-store"})


async def form(request: Request) -> dict[str, str]:
    """What was sent, each name once."""
    body = await request.body()
    return dict(parse_qsl(body[:_MOST_FORM].decode("utf-8", "replace")))


def css() -> bytes:
    return (_HERE / "sandbox.css").read_bytes()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
