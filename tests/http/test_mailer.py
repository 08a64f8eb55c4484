"""Mail: written in the reader's language, sent by real SMTP, once; kept where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from crowdfund import mailer, settings
from crowdfund.database import Sql, atomic, ids, new_id, outbox
from crowdfund.people import accounts
from crowdfund.people.mails import mail
from crowdfund.people.models import Mail
from tests.http.browser import ORIGIN
from tests.http.conftest import PASSWORD, SiteUnderTest

ask = atomic(mail)


@dataclass
class Postbox:
    """A real SMTP server that keeps what it is given. refuses: how many it turns away first."""

    letters: list[Message] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    refuses: int = 0
    url: str = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuses:
            self.refuses -= 1
            return "451 Try again later"
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content))
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        return AuthResult(success=data.password == b"se/cret")


@pytest.fixture
async def postbox(site_settings: settings.Settings) -> AsyncIterator[Postbox]:
    box = Postbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(box, hostname="films.example", authenticator=box.authenticate, auth_require_tls=False),
        "127.0.0.1",
        0,
    )
    box.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings.use(site_settings.with_(smtp_url=box.url, mail_from="River Moon <hello@films.example>"))
    yield box
    server.close()


def parts(letter: Message) -> tuple[str, str]:
    """Text and HTML of a letter."""
    text, html = [part.get_payload(decode=True).decode() for part in letter.get_payload()]  # type: ignore[union-attr, str]
    return text, html


async def test_a_mail_goes_out_by_smtp_once_and_its_secrets_are_not_kept(site: SiteUnderTest, postbox: Postbox) -> None:
    await accounts.sign_up("Lin & Söhne <b>", "lin@example.com", PASSWORD, locale="en")
    await site.work()
    [letter] = postbox.letters
    assert (letter["To"], letter["From"]) == ("lin@example.com", "River Moon <hello@films.example>")
    assert letter["Subject"] == "Please confirm your address"
    assert letter["Auto-Submitted"] == "auto-generated"
    [row] = await Mail.all()
    assert letter["Message-ID"] == f"<{ids.public(row.id)}@films.example>"
    text, html = parts(letter)
    assert "Hello Lin & Söhne <b>," in text and "Hello Lin &amp; Söhne &lt;b&gt;," in html
    secret = text.split("/confirm/")[1].split()[0]
    assert f"{ORIGIN}/confirm/{secret}" in text and f'href="{ORIGIN}/confirm/{secret}"' in html
    assert row.sent_at is not None and (row.text_body, row.html_body) == ("", "")


async def test_a_server_that_refuses_is_tried_again(site: SiteUnderTest, postbox: Postbox) -> None:
    from datetime import timedelta

    from crowdfund import clock

    postbox.refuses = 2
    await ask("password_changed", "lin@example.com", "en", name="Lin")
    for _ in range(4):
        await site.work()
        clock.advance(timedelta(minutes=10))
    assert len(postbox.letters) == 1
    assert await Sql("SELECT COUNT(*) AS n FROM job").value() == 0


async def test_a_job_done_twice_is_one_mail(site: SiteUnderTest, postbox: Postbox) -> None:
    job = {
        "id": new_id(),
        "template": "password_changed",
        "to": "lin@example.com",
        "locale": "en",
        "context": {"name": "Lin"},
    }
    await mailer.deliver(job)
    await mailer.deliver(job)
    assert len(postbox.letters) == 1
    await Mail.filter(id=job["id"]).delete()  # as if the worker had died between sending and writing it down
    await mailer.deliver(job)
    assert len({letter["Message-ID"] for letter in postbox.letters}) == 1


async def test_name_and_password_of_the_server(site: SiteUnderTest, postbox: Postbox) -> None:
    settings.use(settings.current().with_(smtp_url=postbox.url.replace("smtp://", "smtp://ro%40bot:se%2Fcret@")))
    await ask("password_changed", "lin@example.com", "en", name="Lin")
    await site.work()
    assert postbox.users == ["ro@bot"] and len(postbox.letters) == 1


async def test_a_name_cannot_add_a_header(site: SiteUnderTest, postbox: Postbox) -> None:
    """The subject is the letter's first line, whatever is in the words that are filled in."""
    words = {
        "organisation": "Lanting\r\nBcc: all@example.com",
        "inviter": "Wu",
        "role": "viewer",
        "link_of": ["invitation", 7],
    }
    await ask("invitation", "lin@example.com", "en", **words)
    await site.work()
    [letter] = postbox.letters
    assert letter["Bcc"] is None and letter["Subject"] == "Lanting"


async def test_without_smtp_a_mail_is_kept(site: SiteUnderTest) -> None:
    await ask("password_changed", "lin@example.com", "en", name="Lin")
    [kept] = await site.mails_to("lin@example.com")
    assert (
        kept.sent_at is None
        and "Hello Lin," in kept.text_body
        and "<h1>Your password was changed</h1>" in kept.html_body
    )


async def test_a_mail_speaks_the_readers_language_not_the_askers(site: SiteUnderTest) -> None:
    await asyncio.gather(
        ask("password_changed", "lin@example.com", "zh_CN", name="Lin"),
        ask("password_changed", "wu@example.com", "en", name="Wu"),
    )
    chinese, english = (await site.mails_to("lin@example.com"))[0], (await site.mails_to("wu@example.com"))[0]
    assert 'lang="zh-CN"' in chinese.html_body and 'lang="en"' in english.html_body


async def test_every_letter_of_this_room_can_be_written(site: SiteUnderTest) -> None:
    """Each template with what its action gives it; a name that is missing would be an error."""
    plain = {"name": "Lin"}
    decided = {**plain, "organisation": "Lanting", "reason": "Seen.", "path": "/desk/lanting"}
    letters = {
        "confirm": {**plain, "link_of": ["confirm", 1], "back": "/money"}, "known": {**plain, "link_of": ["reset", 1]},
        "confirm_change": {**plain, "link_of": ["confirm", 1], "back": "/account"},
        "reset": {**plain, "link_of": ["reset", 1]}, "password_changed": plain, "email_changed": {**plain, "email": "wu@example.com"},
        "organisation_verified": decided, "organisation_declined": decided, "organisation_suspended": decided,
        "invitation": {"organisation": "Lanting", "inviter": "Wu", "role": "viewer", "link_of": ["invitation", 1]},
    }  # fmt: skip
    for template, context in letters.items():
        for locale in ("en", "zh_CN"):
            letter = mailer.write(1, template, "lin@example.com", locale, context)
            assert letter.subject and "\n" not in letter.subject
            assert ("link_of" in context or "path" in context) == (ORIGIN in letter.text)
    assert "/confirm/" in mailer.write(1, "confirm", "a@b.example", "en", letters["confirm"]).text
    assert outbox.TRIES_MAX == 8
