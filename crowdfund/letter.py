"""One letter: what it says, and sending it in its reader's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crowdfund import mailer
from crowdfund.people.models import Person
from crowdfund.web.i18n import speaking


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: subject, paragraphs, and the words on its one button, which leads to the path."""

    subject: str
    paragraphs: Sequence[str]
    button: str
    path: str

    def context(self, reader: Person) -> dict[str, Any]:
        return {
            "name": reader.name, "subject": self.subject, "paragraphs": list(self.paragraphs), "link_label": self.button,
            "path": self.path,
        }  # fmt: skip


async def send(payload: dict[str, Any], reader: Person, write: Callable[[], Letter]) -> None:
    """Write a letter and send it; the job's number is the mail's, so a job that is redone sends nothing twice."""
    with speaking(reader.locale):
        letter = write()
    await mailer.send(payload["id"], "letter", reader.email, reader.locale, letter.context(reader))
