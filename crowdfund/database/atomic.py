"""One way to write: a verb that is one transaction, whole or not at all, whoever hangs up meanwhile."""

from __future__ import annotations

import asyncio
import functools
import logging
import random
from collections.abc import Awaitable, Callable
from contextvars import Context, ContextVar
from typing import Any, ParamSpec, TypeVar

from tortoise.connection import get_connection

from crowdfund.database.names import transaction, writing
from crowdfund.refusal import Refusal

P = ParamSpec("P")
T = TypeVar("T")
Hook = Callable[[], Awaitable[object]]

RETRIES_MAX = 3
_RETRIED_SQLSTATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock
# Two who look first and then write the same thing find out this way: the second look, once, sees what the other made.
_LOOK_AGAIN_SQLSTATE = "23505"  # unique violation

_hooks: ContextVar[list[Hook] | None] = ContextVar("hooks", default=None)
_under_way: set[asyncio.Task[Any]] = set()
_log = logging.getLogger("crowdfund.database")


def inside_transaction() -> bool:
    return transaction.get() is not None


def outside_transaction(what: str) -> None:
    """Guards everything slow (a network call, a mail, a hash): inside a transaction it would stop all other writers."""
    if inside_transaction():
        raise RuntimeError(f"{what} inside a transaction")


def after_commit(hook: Hook) -> None:
    """Run this once the transaction under way is safe on disk; not at all if it rolls back."""
    hooks = _hooks.get()
    if hooks is None:
        raise RuntimeError("after_commit outside a transaction")
    hooks.append(hook)


def atomic(verb: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Makes an async verb one transaction; inside another atomic verb it joins that one.

    The work runs in a task of its own: who asked may go away, the work ends. Tortoise's own transactions, cancelled at the
    wrong moment, keep their lock (SQLite) or their connection (PostgreSQL) for ever. Deadlocks and serialization failures
    are retried, a unique violation once, so a verb must not change what it can't redo.
    """

    @functools.wraps(verb)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if inside_transaction():
            return await verb(*args, **kwargs)
        task = asyncio.ensure_future(_run(functools.partial(verb, *args, **kwargs)))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_nobody_waits)
            raise

    return run


def _nobody_waits(task: asyncio.Task[Any]) -> None:
    """Who asked has gone: a refusal is told to nobody, a mistake to the log."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Refusal):
        _log.error("a transaction that nobody waited for failed", exc_info=error)


async def finish_transactions() -> None:
    """Wait for what is under way: before the database closes."""
    while _under_way:
        await asyncio.wait(list(_under_way))


async def _run(verb: Callable[[], Awaitable[T]]) -> T:
    for attempt in range(RETRIES_MAX + 1):
        hooks: list[Hook] = []
        try:
            async with get_connection(writing())._in_transaction() as connection:
                in_force, to_run = transaction.set(connection), _hooks.set(hooks)
                try:
                    answer = await verb()
                finally:
                    transaction.reset(in_force)
                    _hooks.reset(to_run)
        except Exception as error:
            if attempt == RETRIES_MAX or not _worth_another_try(error, attempt):
                raise
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311
        else:
            for hook in hooks:
                _start(hook)
            return answer
    raise AssertionError("unreachable")


def _worth_another_try(error: BaseException, attempt: int) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        state = getattr(seen, "sqlstate", None)
        if state in _RETRIED_SQLSTATES or (state == _LOOK_AGAIN_SQLSTATE and attempt == 0):
            return True
        seen = seen.__cause__ or next((arg for arg in seen.args if isinstance(arg, BaseException)), None)
    return False


def _start(hook: Hook) -> None:
    """A fresh context: a task that inherits a transaction keeps using its connection after the end."""

    async def run() -> None:
        try:
            await hook()
        except Exception:
            _log.exception("a hook after the commit failed")

    task = asyncio.get_running_loop().create_task(run(), context=Context())
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
