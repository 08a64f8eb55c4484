"""A page for a person: the template, and what every page shows besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crowdfund import clock
from crowdfund.settings import current
from crowdfund.web import csrf, language
from crowdfund.web.flash import clear, leave, read
from crowdfund.web.form import Form
from crowdfund.web.templates import render


@dataclass(frozen=True, slots=True)
class Nav:
    """What the bar offers. desk: they belong to an organisation. staff: they run the site. basket: how many things lie in it."""

    desk: bool = False
    staff: bool = False
    basket: int = 0


def page(
    request: Request, template: str, status_code: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """Render a template with the visitor's language, name, flashes and form token. A signed-in page is kept by nobody."""
    state = request.scope["state"]
    person, token, flashes = state.get("person"), csrf.Token(request), read(request)
    nav = Nav(person.has_desk, person.staff_role is not None, person.in_basket) if person else Nav()
    shown = {
        "request": request, "person": person, "csrf": token, "simulated": current().sandbox, "now": clock.now(),
        "flashes": flashes, "nav": nav, "request_id": state["request_id"], **context,
    }  # fmt: skip
    text = render(template, language.choose(request), **shown)
    if any(isinstance(one, Form) and one.errors for one in context.values()):
        text = render(
            template, language.choose(request), **shown
        )  # fields have told what they are called; the summary says it
    response = HTMLResponse(text, status_code, headers)
    token.keep(response)
    if flashes:
        clear(response)
    if person is not None or "set-cookie" in response.headers:
        response.headers["cache-control"] = "no-store"
    return response


def redirect(request: Request, path: str, flash: tuple[str, str] | None = None) -> Response:
    """Go on to another page of this site with GET. flash: kind (`good`, `bad`, `note`) and a sentence for that page."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"{path!r} is no path of this site")
    response = RedirectResponse(path, 303)
    if flash is not None:
        leave(response, *flash)
    return response


def go_to_processor(url: str) -> Response:
    """Send the visitor to a page of the card processor: the one place that we redirect to and that isn't ours."""
    return RedirectResponse(url, 303)
