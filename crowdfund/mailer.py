"""Mail: written from templates in the reader's language, sent by SMTP, or kept for `/outbox` where there is none.

`templates/mail/<name>.txt` has the subject as its first line, `<name>.html` is the same letter for the eye. A job done twice
is one mail: its number is the row's id and the Message-ID.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import aiosmtplib

from crowdfund import clock
from crowdfund.database import atomic, ids, outside_transaction
from crowdfund.people import links
from crowdfund.people.models import Mail
from crowdfund.settings import current
from crowdfund.web.templates import render

_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is written."""

    id: int
    address: str
    subject: str
    text: str
    html: str
    stop_url: str = ""


async def deliver(payload: dict[str, Any]) -> None:
    """The job `mail` that `people.mails.mail` asks for."""
    await send(payload["id"], payload["template"], payload["to"], payload["locale"], payload["context"])


async def send(mail_id: int, template: str, address: str, locale: str, context: Mapping[str, Any]) -> None:
    """Write a mail and send it, or keep it; done already, it does nothing.

    mail_id: the same for the same mail. context: as the template needs it. What only a mail may hold is made here:
    `link_of` ([purpose, number]) becomes `link`, and `path` becomes `link` on this site.
    """
    if await Mail.exists(id=mail_id):
        return
    letter = write(mail_id, template, address, locale, context)
    by_smtp = bool(current().smtp_url)
    if by_smtp:
        await _send(letter)
    await _keep(letter, sent=by_smtp)


def write(mail_id: int, template: str, address: str, locale: str, context: Mapping[str, Any]) -> Letter:
    """The letter in the reader's language."""
    known: dict[str, Any] = {"simulated": current().sandbox, "base_url": current().base_url, **context}
    if link := _link(context):
        known["link"] = link
    stop_url = known["stop_link"] = current().base_url + context["stop_path"] if context.get("stop_path") else ""
    written = render(f"mail/{template}.txt", locale, **known).strip()
    subject, _, text = written.partition("\n")
    known["subject"] = subject.strip()
    html = render(f"mail/{template}.html", locale, **known)
    return Letter(mail_id, address, known["subject"], text.strip() + "\n", html, stop_url)


def _link(context: Mapping[str, Any]) -> str:
    if "link_of" in context:
        path = links.path_of(*context["link_of"])
        if context.get("back"):
            path += f"?next={quote(context['back'], safe='/')}"
        return current().base_url + path
    return current().base_url + context["path"] if context.get("path") else ""


def message(letter: Letter) -> EmailMessage:
    """The letter as SMTP takes it. A line end in a header is refused by the policy."""
    made = EmailMessage(policy=SMTP)
    made["From"] = current().mail_from
    made["To"] = letter.address
    made["Subject"] = letter.subject
    made["Date"] = formatdate(clock.wall_now_us() / 1_000_000)
    made["Message-ID"] = f"<{ids.public(letter.id)}@{parseaddr(current().mail_from)[1].rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    if letter.stop_url:
        made["List-Unsubscribe"] = f"<{letter.stop_url}>"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made


async def _send(letter: Letter) -> None:
    """`smtp://name:password@host:587?starttls=1`, `smtps://…`. Raises what makes the outbox try again."""
    outside_transaction("sending a mail")
    parts = urlsplit(current().smtp_url)
    tls = parts.scheme == "smtps"
    await aiosmtplib.send(
        message(letter),
        hostname=parts.hostname,
        port=parts.port or (465 if tls else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=tls,
        start_tls=None if tls else ("starttls" in parse_qs(parts.query)) or None,
        timeout=_TIMEOUT_SECONDS,
    )


@atomic
async def _keep(letter: Letter, *, sent: bool) -> None:
    """Where it went out only that it did is kept: its text may hold links that open an account."""
    if await Mail.exists(id=letter.id):
        return
    now = clock.now()
    await Mail.create(
        id=letter.id,
        to_address=letter.address,
        subject=letter.subject,
        text_body="" if sent else letter.text,
        html_body="" if sent else letter.html,
        made_at=now,
        sent_at=now if sent else None,
    )


JOBS = {"mail": deliver}
