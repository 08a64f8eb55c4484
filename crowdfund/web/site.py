"""The ASGI app: every request gets a number, a body that ends, an answer to any error, and all headers.

A Starlette app without Starlette's middleware: what five layers would do for each request is done here in one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from random import getrandbits
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from crowdfund.settings import Settings
from crowdfund.web import errors, headers
from crowdfund.web.body import Body
from crowdfund.web.routes import Directory
from crowdfund.web.visitor import LookUps

_log = logging.getLogger("crowdfund.web")


class Site(Starlette):
    """settings: read once. look_ups: how the policies find out who asks."""

    def __init__(
        self, settings: Settings, routes: Iterable[BaseRoute], look_ups: LookUps, lifespan: Lifespan[Any] | None = None
    ) -> None:
        super().__init__(lifespan=lifespan)
        self.router = Directory(routes, lifespan=lifespan)
        self.settings, self.look_ups = settings, look_ups

    def build_middleware_stack(self) -> ASGIApp:
        return Doorway(self.router, headers.always(self.settings), headers.for_programs(self.settings))


class Doorway:
    """Through here goes everything. Sits directly before the routes."""

    def __init__(self, app: ASGIApp, for_pages: headers.Raw, for_programs: headers.Raw) -> None:
        self._app, self._for_pages, self._for_programs = app, for_pages, for_programs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            always = self._for_programs if scope["path"].startswith("/api/") else self._for_pages
            await _Visit(always, send).run(self._app, scope, receive)


class _Visit:
    """One request on its way through."""

    __slots__ = ("_always", "_send", "_started", "_state")

    def __init__(self, always: headers.Raw, send: Send) -> None:
        self._always, self._send, self._started = always, send, False

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        body = Body(receive)
        self._state = scope["state"] = {"request_id": f"{getrandbits(64):016x}", "person": None, "body": body}
        try:
            await app(scope, body.receive, self._answer)
        except ClientDisconnect:
            return
        except Exception as error:
            if (
                self._started
            ):  # half an answer can't be mended; the server cuts the connection, so nobody takes it for whole
                _log.exception("request %s failed while it was being answered", self._state["request_id"])
                raise
            response = await errors.answer(Request(scope, body.receive), error)
            await response(scope, receive, self._answer)

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            number = [(b"x-request-id", self._state["request_id"].encode())]
            message["headers"] = headers.complete(
                message.get("headers", ()), self._state.get("headers", []), self._always, number
            )
        await self._send(message)
