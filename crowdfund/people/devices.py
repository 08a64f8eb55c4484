"""Signing in and out, on one device or all. A device holds a secret; the table holds its hash."""

from __future__ import annotations

import secrets

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.people import passwords
from crowdfund.people.models import Person, SignIn
from crowdfund.refusal import Invalid
from crowdfund.signing import fingerprint


class WrongCredentials(Invalid):
    """Which of the two is wrong is nobody's business."""


async def sign_in(email: str, password: str, *, device: str, address: str, replaces: str = "") -> str:
    """Sign somebody in by address and password; gives the secret of the new cookie. Raises WrongCredentials, Busy.

    One hash is computed whoever asks. replaces: the hash of the sign-in that this browser had: it ends.
    """
    person = await Person.get_or_none(email=email)
    if not await passwords.verify(person.password_hash if person else None, password) or person is None:
        raise WrongCredentials("The e-mail address or the password is not right.")
    return await open_device(person.id, device=device, address=address, replaces=replaces)


@atomic
async def open_device(person_id: int, *, device: str, address: str, replaces: str = "") -> str:
    """Sign a person in on a device without asking for a password: after a reset, by a confirming link, in tests."""
    secret, now = secrets.token_urlsafe(32), clock.from_us(clock.wall_now_us())
    if replaces:
        await SignIn.filter(hash=replaces).delete()
    await SignIn.create(
        hash=fingerprint(secret),
        id=new_id(),
        person_id=person_id,
        csrf=secrets.token_urlsafe(32),
        device=device,
        address=address,
        made_at=now,
        seen_at=now,
    )
    return secret


@atomic
async def sign_out(hash: str) -> None:
    """End a sign-in; its cookie is worth nothing from now on."""
    await SignIn.filter(hash=hash).delete()


@atomic
async def end_device(person_id: int, sign_in_id: int) -> None:
    """End one of a person's sign-ins; somebody else's is left alone."""
    await SignIn.filter(person_id=person_id, id=sign_in_id).delete()


@atomic
async def end_other_devices(person_id: int, *, keep: str) -> None:
    """End all of a person's sign-ins but one. keep: its hash."""
    await SignIn.filter(person_id=person_id).exclude(hash=keep).delete()


@atomic
async def seen(hash: str) -> None:
    """Remember that a device was here; asked at most once in five minutes."""
    await SignIn.filter(hash=hash).update(seen_at=clock.wall_now_us())
