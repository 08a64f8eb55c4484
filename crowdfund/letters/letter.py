"""One letter: what it says, and sending it in its reader's language, to one reader or to many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crowdfund import mailer
from crowdfund.campaigns.followers import news_path
from crowdfund.database import atomic, outbox
from crowdfund.people.models import Person
from crowdfund.web.i18n import speaking


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: subject, paragraphs, and the words on its one button, which leads to the path.

    news_of: the fund that it is news of, id and name, where its reader may want no more of that.
    """

    subject: str
    paragraphs: Sequence[str]
    button: str
    path: str
    news_of: tuple[int, str] | None = None

    def context(self, reader: Person) -> dict[str, Any]:
        facts = {
            "name": reader.name, "subject": self.subject, "paragraphs": list(self.paragraphs), "link_label": self.button,
            "path": self.path,
        }  # fmt: skip
        if self.news_of is None:
            return facts
        campaign_id, fund = self.news_of
        return facts | {"fund": fund, "stop_path": news_path(campaign_id, reader.id)}


async def send(payload: dict[str, Any], reader: Person, write: Callable[[], Letter]) -> None:
    """Write a letter and send it; the job's number is the mail's, so a job that is redone sends nothing twice."""
    with speaking(reader.locale):
        letter = write()
    await mailer.send(payload["id"], "letter", reader.email, reader.locale, letter.context(reader))


def mail_to(payload: dict[str, Any], reader: Person, write: Callable[[], Letter]) -> tuple[str, dict[str, Any], str]:
    """The job that sends a letter to one of many: its own, so that one bad address holds nobody else up."""
    with speaking(reader.locale):
        letter = write()
    job = {"template": "letter", "to": reader.email, "locale": reader.locale, "context": letter.context(reader)}
    return "mail", job, f"mail:{payload['id']}:{reader.id}"


@atomic
async def ask_for_mails(
    payload: dict[str, Any], jobs: Sequence[tuple[str, dict[str, Any], str | None]], *, up_to: int
) -> None:
    """Ask for the mails of a page of readers, and write down that it was done: redone after a crash, nobody is told twice."""
    await outbox.enqueue_many(jobs)
    await outbox.has_come_to(payload | {"told": up_to})
