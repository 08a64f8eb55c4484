"""Passwords: Argon2id by OWASP's setting, in threads, two at once, so that a flood of sign-ins leaves the site alive."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from crowdfund.database import outside_transaction
from crowdfund.people.rules import is_common
from crowdfund.refusal import Busy, Invalid

_AT_ONCE = 2
_WAITING_MAX = 60  # three seconds of work; who comes later is asked to come back

# OWASP Password Storage Cheat Sheet, read 2026-11: m=19 MiB, t=2, p=1.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
_threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
_waiting = 0


def _begin_anew() -> None:
    """In a forked process, as the server's are: threads stay behind, and what is given to their pool would never be done."""
    global _threads, _waiting
    _threads, _waiting = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2"), 0


os.register_at_fork(after_in_child=_begin_anew)


class PasswordTooCommon(Invalid):
    pass


async def hash_password(password: str) -> str:
    """What the table keeps. Takes about 50 ms in a thread. Raises Busy."""
    return str(await _in_thread(_hasher.hash, password))


async def verify(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. For nobody's (None) the work is the same, so that the time tells nothing. Raises Busy."""
    is_it = bool(await _in_thread(_verify, password_hash or _nobodys_hash(), password))
    return is_it and password_hash is not None


def refuse_common(password: str, *, name: str, email: str, field: str = "password") -> None:
    """Raises PasswordTooCommon."""
    if is_common(password, name=name, email=email):
        raise PasswordTooCommon(
            "This password is among the first that anybody would try. Please take another.", field=field
        )


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


async def _in_thread(work: object, *args: str) -> object:
    global _waiting
    outside_transaction("hashing a password")
    if _waiting >= _WAITING_MAX:
        raise Busy("Too many people are signing in at once. Please try again in a moment.")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work, *args)  # type: ignore[arg-type]
    finally:
        _waiting -= 1
