"""One request to the API from the key to the answer: check, idempotency, fault, work in one transaction, expand."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import settings
from crowdfund.sandbox import API_VERSION, connection, due, expand, faults, idempotency, params
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.errors import ApiError, invalid, server_error
from crowdfund.sandbox.faults import Fault, Faults
from crowdfund.sandbox.ids import random_letters
from crowdfund.sandbox.operations import Operation, match
from crowdfund.sandbox.shape import Obj, shown
from crowdfund.sandbox.store import Store

_log = logging.getLogger(__name__)

Answer = tuple[int, Any, dict[str, str]]  # status, body, headers


class Door:
    """The API of one sandbox. origin: where people reach its pages; empty: where the caller reached it."""

    def __init__(self, store: Store, faults_: Faults, origin: str = "") -> None:
        self.store = store
        self.faults = faults_
        self.origin = origin
        self._under_way: set[tuple[int, str]] = set()

    def origin_of(self, request: Request) -> str:
        return self.origin or f"{request.url.scheme}://{request.headers.get('host', '')}"

    def account_of(self, request: Request) -> Account:
        """Whose request this is. Raises ApiError for a key that is not the sandbox's, or an account not connected."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise ApiError(401, "Give an API key as bearer token in the Authorization header.")
        if not key.startswith(settings.SANDBOX_KEY_PREFIX):
            raise ApiError(
                401, f"Invalid API key: the sandbox knows keys that start with {settings.SANDBOX_KEY_PREFIX}."
            )
        account = Account(
            self.store,
            self.store.owner_of_key(key),
            origin=self.origin_of(request),
            request_id=f"req_{random_letters(14)}",
            idempotency_key=request.headers.get("idempotency-key") if request.method == "POST" else None,
        )
        wanted = request.headers.get("stripe-account")
        if wanted is None:
            return account
        connected = account.connected(wanted)
        if connected is None:
            raise ApiError(403, f"This key has no access to account '{wanted}'.", code="account_invalid")
        return connected

    async def answer(self, request: Request) -> Response:
        """Any address below /v1/."""
        try:
            account = self.account_of(request)
        except ApiError as error:
            return _response(error.status, error.body(), {})
        headers = {"request-id": account.request_id or "", "stripe-version": API_VERSION}
        try:
            status, body, more = await self._work(request, account)
            await self.store.settled()
        except ApiError as error:
            status, body, more = error.status, error.body(), {}
        except Exception:
            _log.exception("%s %s failed", request.method, request.url.path)
            status, body, more = 500, server_error().body(), {}
        if status == 0:
            connection.close(request)
            return Response(status_code=204)
        return _response(status, body, {**headers, **more})

    async def _work(self, request: Request, account: Account) -> Answer:
        path = request.url.path.removeprefix("/v1/")
        found = match(request.method, path)
        if found is None:
            raise ApiError(404, f"The sandbox does not simulate {request.method} /v1/{path}.")
        operation, ids = found
        due.run(account)
        if operation.name == "transfers.reversals.create":
            due.run_connected(account)
        fault = self.faults.for_call(account.owner.platform, operation.name)
        raw = (await request.body()).decode("utf-8", "replace") if request.method == "POST" else request.url.query
        refusal = _before(fault, operation)
        if refusal is not None:
            return refusal
        checked = params.check(operation.type_name, _decoded(raw), operation.takes, operation.name)
        key = account.idempotency_key
        if key is None:
            if fault and fault.kind == "hang":
                await asyncio.sleep(fault.seconds)
            return _after(fault, *self._carry_out(account, operation, checked, ids, None, fault))
        mark = (account.n, key)
        if mark in self._under_way:
            raise idempotency.in_use()
        print_ = idempotency.fingerprint(request.method, path, checked)
        first = idempotency.find(account, key, print_)
        if first is not None:
            replayed = {"idempotent-replayed": "true", "original-request": first.request_id, "idempotency-key": key}
            return first.status, first.body, replayed
        self._under_way.add(mark)
        try:
            if fault and fault.kind == "hang":
                await asyncio.sleep(fault.seconds)
            status, body = self._carry_out(account, operation, checked, ids, print_, fault)
        finally:
            self._under_way.discard(mark)
        status, body, more = _after(fault, status, body)
        return status, body, {**more, "idempotency-key": key}

    def _carry_out(
        self,
        account: Account,
        operation: Operation,
        checked: dict[str, Any],
        ids: list[str],
        print_: bytes | None,
        fault: Fault | None,
    ) -> tuple[int, Any]:
        """Do the work and keep its answer, in one transaction: a declined charge stays, a refused request leaves nothing."""
        if operation.method == "GET":
            return 200, _expanded(account, operation, checked, ids)
        with self.store.part():
            try:
                status, body = 200, _expanded(account, operation, checked, ids)
            except ApiError as error:
                if not error.effect_stays:
                    self.store.undo()
                status, body = error.status, error.body()
            except Exception:
                _log.exception("%s failed", operation.name)
                self.store.undo()
                status, body = 500, server_error().body()
            if print_ is not None and account.idempotency_key is not None:
                kept = (500, server_error().body()) if fault and fault.kind == "http500_sticky" else (status, body)
                idempotency.keep(account, account.idempotency_key, print_, *kept)
        return status, body


def _decoded(raw: str) -> dict[str, Any]:
    given = params.decode(raw)
    if "payment_method_types" in given:
        message = "payment_method_types can no longer be given: Stripe works the types out itself."
        raise invalid(message, param="payment_method_types", code="payment_method_types_no_longer_supported")
    return given


def _expanded(account: Account, operation: Operation, checked: dict[str, Any], ids: list[str]) -> Obj:
    paths = checked.pop("expand", [])
    return expand.expand(account, dict(shown(operation.work(account, checked, *ids))), paths)


def _before(fault: Fault | None, operation: Operation) -> Answer | None:
    """What a fault answers before any work; status 0 is no answer at all."""
    if fault is None:
        return None
    if fault.kind == "refuse":
        return 0, None, {}
    if fault.kind == "http500_before":
        return 500, server_error().body(), {}
    if fault.kind == "rate_limit":
        message = "Too many requests came in too short a time."
        return 429, ApiError(429, message, code="rate_limit").body(), {"stripe-rate-limited-reason": "global-rate"}
    if fault.kind == "account_disabled":
        raise faults.refused_account(operation.name)
    return None


def _after(fault: Fault | None, status: int, body: Any) -> Answer:
    """What a fault makes of an answer after the work."""
    if fault is None or fault.kind == "hang":
        return status, body, {}
    if fault.kind == "drop_after":
        return 0, None, {}
    if fault.kind == "garbage":
        return 200, b"<html><title>Bad gateway</title>", {}
    return 500, server_error().body(), {}


def _response(status: int, body: Any, headers: dict[str, str]) -> Response:
    if isinstance(body, bytes):
        return Response(body, status, headers, "text/html")
    return Response(orjson.dumps(body), status, headers, "application/json")
