"""An expected "no": a sentence for a person, a status for a browser, a code for a program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a person reads, with a place like `{days}` for each value: put together where the reader's language is known.

    one: how it goes where the value `num` is 1; else, and where it is empty, `text` counts.
    """

    text: str
    one: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """In English, for programs and logs."""
        text = self.one if self.one and self.values["num"] == 1 else self.text
        return text.format(**self.values) if self.values else text


class Refusal(Exception):
    """Raised beside the action that says no; the web answers it as a page or as problem+json.

    sentence: what the person reads, with places for the values; it is always written out, so that it can be translated.
    field: the form field it belongs to, where there is one. one, values: as in Sentence.
    """

    status_code: ClassVar[int] = 409
    retry_after_seconds: int | None = None

    def __init__(self, sentence: str | Sentence, *, field: str | None = None, one: str = "", **values: Any) -> None:
        self.words = sentence if isinstance(sentence, Sentence) else Sentence(sentence, one, values)
        self.sentence = str(self.words)
        super().__init__(self.sentence)
        self.field = field

    @property
    def code(self) -> str:
        """A stable name for programs, made from the class: SeatTaken is `seat_taken`."""
        return code_of(type(self))


def code_of(refusal: type[Refusal]) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", refusal.__name__).lower()


class NotFound(Refusal):
    status_code = 404


class NotAllowed(Refusal):
    status_code = 403


class Invalid(Refusal):
    """What was typed can't be taken as it is."""

    status_code = 422


class Busy(Refusal):
    """More arrives than can be worked off; the asker should come back in a moment."""

    status_code = 503
    retry_after_seconds = 1
