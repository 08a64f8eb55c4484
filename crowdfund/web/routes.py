"""A route says who may use it. Rooms declare theirs in one list, with `get` and `post`.

routes = [
    get("/money", my_money, may=signed_in),
    post("/api/v1/pledges", make, may=bearer("pledges:write"), takes=PledgeIn, gives=PledgeOut, creates=True,
         summary="Pledge to a campaign"),
]
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Router
from starlette.routing import Route as StarletteRoute
from starlette.types import Receive, Scope, Send

from crowdfund.web import api, csrf, headers, language
from crowdfund.web.body import FORM_MAX, Body
from crowdfund.web.policies import (
    SAFE_METHODS,
    Policy,
    anyone,
    bearer,
    confirmed,
    doorkeeper,
    member,
    processor,
    public,
    signed_in,
    staff,
)
from crowdfund.web.rate_limit import API, Limit

__all__ = [
    "Policy",
    "Route",
    "anyone",
    "bearer",
    "confirmed",
    "doorkeeper",
    "get",
    "member",
    "post",
    "processor",
    "public",
    "signed_in",
    "staff",
]

Handler = Callable[..., Awaitable[Any]]


class Route(StarletteRoute):
    """One address, one way to use it, and who may.

    may: the policy. headers: what this route's answers carry otherwise than the rest (`headers.CAMERA`). limit: how often.
    body_max: bytes of the request. For the API: takes and gives, the models of the bodies; creates: an Idempotency-Key is
    needed; lists: takes `cursor` and `limit`, and gives `items` and `next`; filters: what else its query takes; picture, document
    and video: the body is one; status: of success. A handler with `takes` is called with (request, body); what it gives that is
    no Response is sent as JSON. needs_token False: a form that stands on every page, so that pages needn't differ by visitor; it
    still has to come from here.
    """

    def __init__(
        self,
        path: str,
        handler: Handler,
        *,
        method: str,
        may: Policy,
        headers: Mapping[str, str] | None = None,
        limit: Limit | None = None,
        body_max: int = FORM_MAX,
        takes: type[BaseModel] | None = None,
        gives: type[BaseModel] | None = None,
        creates: bool = False,
        lists: bool = False,
        filters: Sequence[api.Filter] = (),
        picture: bool = False,
        document: bool = False,
        video: bool = False,
        status: int | None = None,
        summary: str = "",
        needs_token: bool = True,
    ) -> None:
        if not isinstance(may, Policy):
            raise TypeError(f"{method} {path} does not say who may use it")
        super().__init__(path, handler, methods=[method], name=f"{method} {path}")
        self.method, self.policy, self.limit, self.body_max = method, may, limit, body_max
        self.takes, self.gives, self.creates, self.lists, self.summary = takes, gives, creates, lists, summary
        self.filters, self.picture, self.document, self.video = tuple(filters), picture, document, video
        self.status = status or (201 if creates else 200)
        self.own_headers = _own_headers(headers)
        self.from_a_form = may.uses_cookies and method not in SAFE_METHODS
        self.needs_token = self.from_a_form and needs_token
        if limit is None and may.name.startswith("bearer:"):
            self.limit = API

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        if self.own_headers:
            state["headers"] = self.own_headers
        body: Body = state["body"]
        body.expect(scope, self.body_max)
        request = Request(scope, receive, send)
        try:
            response = await self._answer(request)
            await response(scope, receive, send)
        finally:
            await request.close()

    async def _answer(self, request: Request) -> Response:
        if self.from_a_form:
            csrf.check_origin(request)
        await self.policy.admit(request)
        if self.policy.uses_cookies:
            language.choose(request)
        if self.needs_token:
            await csrf.check_token(request, request.scope["state"].get("sign_in"))
        if self.limit is not None:
            await self.limit.take(self.limit.key_of(request))
        if self.creates:
            request.scope["state"]["idempotency_key"] = api.idempotency_key(request)
        answer = await (
            self.endpoint(request)
            if self.takes is None
            else self.endpoint(request, await api.read(request, self.takes))
        )
        return answer if isinstance(answer, Response) else api.answer(answer, self.status)


def _own_headers(given: Mapping[str, str] | None) -> headers.Raw:
    return headers.raw(given or {})


def get(path: str, handler: Handler, *, may: Policy, **more: Any) -> Route:
    return Route(path, handler, method="GET", may=may, **more)


def post(path: str, handler: Handler, *, may: Policy, **more: Any) -> Route:
    return Route(path, handler, method="POST", may=may, **more)


class Directory(Router):
    """Finds a route by its first segment: hundreds of patterns tried one by one would cost more than the work itself."""

    def __init__(self, routes: Iterable[BaseRoute], **more: Any) -> None:
        super().__init__(list(routes), redirect_slashes=False, **more)
        self._exact: dict[str, list[BaseRoute]] = {}
        self._by_segment: dict[str, list[BaseRoute]] = {}
        for route in self.routes:
            path = getattr(route, "path", "")
            if isinstance(route, StarletteRoute) and "{" not in path:
                self._exact.setdefault(path, []).append(route)
            else:
                self._by_segment.setdefault(_first_segment(path), []).append(route)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().app(scope, receive, send)
            return
        path = scope["path"]
        if "\x00" in path:  # in no name of ours, and nothing that PostgreSQL could be asked for
            raise HTTPException(404)
        allowed: set[str] = set()
        for route in self._exact.get(path) or self._by_segment.get(_first_segment(path)) or ():
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL:
                allowed |= getattr(route, "methods", None) or set()
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
        raise HTTPException(404)


def _first_segment(path: str) -> str:
    segment = path[1:].partition("/")[0]
    if "{" in segment:
        raise ValueError(f"{path}: the first segment of a path is a plain word")
    return segment
