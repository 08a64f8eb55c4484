"""Parts of a file that somebody sent, read one by one: each says what is wrong with it, and where it stands in the file."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import orjson

from crowdfund.refusal import Invalid, Sentence

Choice = TypeVar("Choice", bound=StrEnum)

BYTES_MAX = 1_000_000
_ID = re.compile(r"[A-Za-z0-9_.-]{1,32}", re.ASCII)


class PlanNotUnderstood(Invalid):
    """A plan that can't be taken. The sentence begins with the place in the file."""

    def __init__(self, sentence: str | Sentence, **values: Any) -> None:
        super().__init__(sentence, field="plan", **values)


def decoded(content: str | bytes) -> str:
    """The text of a file. Raises PlanNotUnderstood where it is too long, or not UTF-8."""
    try:
        raw = content.encode() if isinstance(content, str) else content
        if len(raw) > BYTES_MAX:
            raise PlanNotUnderstood(
                "A plan has at most {most} bytes; this has {given}.", most=BYTES_MAX, given=len(raw)
            )
        return raw.decode("utf-8-sig")
    except UnicodeError:
        raise PlanNotUnderstood("This is not a text in UTF-8.") from None


def parsed(content: str | bytes) -> Part:
    """The object that a JSON file is. Raises PlanNotUnderstood where the file is cut off, or is something else."""
    text = decoded(content)
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise PlanNotUnderstood(
            "Line {line}, column {column}: this is not JSON from here on, or it ends too early.",
            line=problem.lineno, column=problem.colno,
        ) from None  # fmt: skip
    if not isinstance(value, dict):
        raise PlanNotUnderstood("A plan is a JSON object, in curly brackets.")
    return Part(value, "")


def is_text(value: Any, most: int) -> bool:
    """Words for people: in one line, with something to see, nothing that is only there to confuse."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= most
        and value == value.strip()
        and not any(unicodedata.category(char)[0] == "C" for char in value)
    )


def is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Part:
    """An object of the file. place: where it stands, `zones[0].rows[3]`; empty for the whole."""

    value: dict[str, Any]
    place: str

    def at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def refuse_unknown(self, *names: str) -> None:
        if unknown := next((name for name in self.value if name not in names), None):
            raise PlanNotUnderstood("{place}: nothing is called that here.", place=self.at(unknown[:40]))

    def get(self, name: str) -> Any:
        if name not in self.value:
            raise PlanNotUnderstood("{place}: this is missing.", place=self.at(name))
        return self.value[name]

    def id(self, name: str = "id") -> str:
        if not is_id(value := self.get(name)):
            raise PlanNotUnderstood(
                "{place}: an id has 1 to 32 letters, digits, dots, dashes or underscores.", place=self.at(name)
            )
        return str(value)

    def words(self, name: str, most: int) -> str:
        if not is_text(value := self.get(name), most):
            raise PlanNotUnderstood("{place}: a text of 1 to {most} characters.", place=self.at(name), most=most)
        return str(value)

    def number(self, name: str, least: float = -math.inf, most: float = math.inf) -> float:
        return self._number(self.get(name), self.at(name), least, most)

    def whole(self, name: str, least: int, most: int) -> int:
        value = self.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise PlanNotUnderstood(
                "{place}: a whole number from {least} to {most}.", place=self.at(name), least=least, most=most
            )
        return value

    def choice(self, name: str, known: type[Choice]) -> Choice:
        value = self.get(name)
        if value not in list(known):
            raise PlanNotUnderstood("{place}: one of these: {known}.", place=self.at(name), known=", ".join(known))
        return known(value)

    def part(self, name: str) -> Part:
        return self._part(self.get(name), self.at(name))

    def parts(self, name: str, *, needed: bool = True) -> Iterator[Part]:
        """The objects of a list; none where it needn't be there and isn't."""
        for value, place in self._listed(name, needed=needed):
            yield self._part(value, place)

    def points(self, name: str, width: float, height: float) -> tuple[tuple[float, float], ...]:
        """Corners of a polygon inside the plan: none, or 3 to 200."""
        found = []
        for value, place in self._listed(name, needed=False):
            if not isinstance(value, list) or len(value) != 2:
                raise PlanNotUnderstood("{place}: two numbers, x and y.", place=place)
            x, y = self._number(value[0], place, 0, width), self._number(value[1], place, 0, height)
            found.append((x, y))
        if found and not 3 <= len(found) <= 200:
            raise PlanNotUnderstood("{place}: 3 to 200 corners.", place=self.at(name))
        return tuple(found)

    def _listed(self, name: str, *, needed: bool) -> Iterator[tuple[Any, str]]:
        value = self.get(name) if needed else self.value.get(name, [])
        if not isinstance(value, list):
            raise PlanNotUnderstood("{place}: a list.", place=self.at(name))
        return ((one, f"{self.at(name)}[{i}]") for i, one in enumerate(value))

    @staticmethod
    def _part(value: Any, place: str) -> Part:
        if not isinstance(value, dict):
            raise PlanNotUnderstood("{place}: an object, in curly brackets.", place=place)
        return Part(value, place)

    @staticmethod
    def _number(value: Any, place: str, least: float, most: float) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise PlanNotUnderstood("{place}: a number.", place=place)
        if not least <= value <= most:
            raise PlanNotUnderstood(
                "{place}: a number from {least} to {most}, inside the plan.",
                place=place, least=f"{least:.12g}", most=f"{most:.12g}",
            )  # fmt: skip
        return round(float(value), 2)
