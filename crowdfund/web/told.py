"""A "no" where it was asked for: what a button couldn't do is told on the page that the button stands on, not on one for errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import isawaitable
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.refusal import NotFound, Refusal
from crowdfund.web.formats import said
from crowdfund.web.page import redirect
from crowdfund.web.routes import Handler


def told_at(where: Callable[[Request], str | Awaitable[str]]) -> Callable[[Handler], Handler]:
    """Tell the refusals of a handler on another page. where: gives its path. What isn't there is still said not to be there."""

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        async def told(request: Request) -> Response:
            try:
                return cast("Response", await handler(request))
            except NotFound:
                raise
            except Refusal as refusal:
                path = where(request)
                return redirect(request, await path if isawaitable(path) else path, ("bad", said(refusal)))

        return told

    return wrap
