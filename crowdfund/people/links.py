"""Links sent by mail: 256 bits made from a number by the site's secret, good once and for a while.

Neither the table, nor the job that sends the mail, nor its payload holds the secret: a stolen dump opens no account.
"""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.people.models import LinkPurpose, MailLink
from crowdfund.people.rules import LINK_LIVES_US
from crowdfund.refusal import Refusal
from crowdfund.signing import fingerprint, signature

_PATHS = {"confirm": "/confirm/", "reset": "/reset/", "invitation": "/invitations/"}


class LinkUsedUp(Refusal):
    """The link is none of ours, or was used, or its time is over."""

    status_code = 410


def secret_of(purpose: str, number: int) -> str:
    """What stands in the address."""
    return signature(f"link:{purpose}", str(number))


def path_of(purpose: str, number: int) -> str:
    """Where a link leads; only the mail that carries it is made from this."""
    return _PATHS[purpose] + secret_of(purpose, number)


def expires_at_us(purpose: str) -> int:
    return clock.wall_now_us() + LINK_LIVES_US[purpose]


async def make_link(person_id: int, purpose: LinkPurpose, email: str, *, browser: str = "") -> list[str | int]:
    """A new link; gives what a mail's `link_of` takes. email: the address that using it proves."""
    number = new_id()
    await MailLink.create(
        hash=fingerprint(secret_of(purpose, number)),
        person_id=person_id,
        purpose=purpose,
        email=email,
        browser=fingerprint(browser) if browser else "",
        expires_at=clock.from_us(expires_at_us(purpose)),
    )
    return [str(purpose), number]


async def live_link(secret: str, purpose: LinkPurpose) -> MailLink:
    """The link behind an address, unused. Raises LinkUsedUp."""
    link = await MailLink.get_or_none(hash=fingerprint(secret), purpose=purpose, used_at=None)
    if link is None or link.expires_at <= clock.from_us(clock.wall_now_us()):
        raise LinkUsedUp("This link was used already, or its time is over. Please ask for a new one.")
    return link


async def use_link(secret: str, purpose: LinkPurpose) -> MailLink:
    """Use a link up; of two who try at once one is refused. Inside a transaction. Raises LinkUsedUp."""
    link = await live_link(secret, purpose)
    if not await MailLink.filter(hash=link.hash, used_at=None).update(used_at=clock.wall_now_us()):
        raise LinkUsedUp("This link was used already, or its time is over. Please ask for a new one.")
    return link
