"""Asking for a mail: a job in the transaction of what it tells about. `crowdfund.mailer` writes and sends it."""

from __future__ import annotations

from typing import Any

from crowdfund.database import new_id, outbox
from crowdfund.people.models import Person


async def mail(template: str, address: str, locale: str, **context: Any) -> None:
    """Ask for `templates/mail/<template>` to an address. context: plain values; `link_of`: [purpose, number] of a secret link.

    The number becomes the mail's id and its Message-ID, so that a job done twice is one mail.
    """
    payload = {"id": new_id(), "template": template, "to": address, "locale": locale, "context": context}
    await outbox.enqueue("mail", payload)


async def mail_person(template: str, person_id: int, **context: Any) -> None:
    """Ask for a mail to a person, in their language; the template knows their `name`."""
    person = await Person.get(id=person_id)
    await mail(template, person.email, person.locale, name=person.name, **context)
