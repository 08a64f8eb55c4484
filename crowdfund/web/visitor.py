"""Who asks: what doors and pages know of a person, of a device that is signed in, of an API token. Rooms bring the rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Person(Protocol):
    """A person as every page may show them. state: `active` or `suspended`. staff_role: `reviewer`, `admin` or none."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def locale(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def staff_role(self) -> str | None: ...
    @property
    def email_confirmed(self) -> bool: ...
    @property
    def has_desk(self) -> bool: ...
    @property
    def in_basket(self) -> int: ...


class SignIn(Protocol):
    """One device on which a person is signed in."""

    @property
    def id(self) -> int: ...
    @property
    def hash(self) -> str: ...
    @property
    def csrf(self) -> str: ...
    @property
    def person(self) -> Person: ...


class Token(Protocol):
    """An API token, and whose it is."""

    @property
    def id(self) -> int: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def person(self) -> Person: ...


@dataclass(frozen=True, slots=True)
class LookUps:
    """How the doors find out who asks; `app.py` fills them in, since this room knows no tables.

    sign_in, token: by the SHA-256 of what was shown, hexadecimal; none where it opens no door (any more).
    membership: by person id and the organisation's slug; gives the organisation and the person's role in it.
    door: by a screening's public id, the id of who is signed in, and the SHA-256 of the door pass that was shown, or empty; gives
    who scans there.
    """

    sign_in: Callable[[str], Awaitable[SignIn | None]]
    token: Callable[[str], Awaitable[Token | None]]
    membership: Callable[[int, str], Awaitable[tuple[Any, str] | None]]
    door: Callable[[str, int | None, str], Awaitable[Any | None]]
