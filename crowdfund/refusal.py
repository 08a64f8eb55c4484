"""An expected "no": a sentence for a person, a status for a browser, a code for a program."""

from __future__ import annotations

import re
from typing import ClassVar


class Refusal(Exception):
    """Raised beside the action that says no; the web answers it as a page or as problem+json.

    sentence: what the person reads. field: the form field it belongs to, where there is one.
    """

    status_code: ClassVar[int] = 409
    retry_after_seconds: int | None = None

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
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
