"""A person's account: made, confirmed, its password, address, name and language changed. A stranger learns nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.people import links, passwords
from crowdfund.people.audit import record
from crowdfund.people.mails import mail, mail_person
from crowdfund.people.models import LinkPurpose, MailLink, Person, SignIn, StaffRole
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.signing import fingerprint


class EmailTaken(Refusal):
    pass


class WrongPassword(Invalid):
    pass


class NobodyThere(NotFound):
    pass


async def sign_up(name: str, email: str, password: str, *, locale: str, browser: str = "", back: str = "") -> None:
    """Make an account and mail a link that confirms the address. A known address is mailed instead; the asker sees no difference.

    browser: the secret of the asker's cookie, so that the link signs the same browser in. back: where it leads on to.
    Raises PasswordTooCommon.
    """
    passwords.refuse_common(password, name=name, email=email)
    password_hash = await passwords.hash_password(password)
    try:
        await _make(name, email, password_hash, locale=locale, browser=browser, back=back)
    except EmailTaken:
        await _tell_known(email)


@atomic
async def _make(
    name: str,
    email: str,
    password_hash: str,
    *,
    locale: str,
    browser: str = "",
    back: str = "",
    confirmed: bool = False,
) -> Person:
    if await Person.exists(email=email):
        raise EmailTaken("This address has an account.", field="email")
    now = clock.now()
    try:
        person = await Person.create(
            id=new_id(),
            email=email,
            name=name,
            password_hash=password_hash,
            locale=locale,
            made_at=now,
            email_confirmed_at=now if confirmed else None,
        )
    except IntegrityError as error:  # two at the same moment
        raise EmailTaken("This address has an account.", field="email") from error
    if not confirmed:
        link = await links.make_link(person.id, LinkPurpose.CONFIRM, email, browser=browser)
        await mail("confirm", email, locale, name=name, link_of=link, back=back)
    return person


@atomic
async def _tell_known(email: str) -> None:
    person = await Person.get(email=email)
    link = await links.make_link(person.id, LinkPurpose.RESET, email)
    await mail_person("known", person.id, link_of=link)


async def make_person(
    name: str, email: str, password: str, *, locale: str = "en", staff_role: StaffRole | None = None
) -> Person:
    """An account whose address counts as confirmed: for the command line, the demo and tests. Raises EmailTaken."""
    password_hash = await passwords.hash_password(password)
    return await make_person_with(name, email, password_hash, locale=locale, staff_role=staff_role)


async def make_person_with(
    name: str, email: str, password_hash: str, *, locale: str = "en", staff_role: StaffRole | None = None
) -> Person:
    """The same for a password that was hashed before: where many have one, hashing takes longer than all the rest."""
    person = await _make(name, email.lower(), password_hash, locale=locale, confirmed=True)
    if staff_role is not None:
        await make_staff(person.email, staff_role)
    return person


@atomic
async def send_confirmation(person_id: int, *, browser: str = "", back: str = "") -> None:
    """Mail the confirming link once more. back: where it leads on to."""
    person = await Person.get(id=person_id)
    if person.email_confirmed_at is None:
        link = await links.make_link(person.id, LinkPurpose.CONFIRM, person.email, browser=browser)
        await mail_person("confirm", person.id, link_of=link, back=back)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """same_browser: the link was opened where the account was made, so its password is known to be theirs."""

    person: Person
    same_browser: bool


@atomic
async def confirm(secret: str, *, browser: str = "") -> Confirmed:
    """The address of a link is the person's own. Raises LinkUsedUp; EmailTaken where somebody else has it by now."""
    link = await links.use_link(secret, LinkPurpose.CONFIRM)
    person = await Person.get(id=link.person_id)
    before = person.email
    try:
        await Person.filter(id=person.id).update(email=link.email, email_confirmed_at=clock.now_us())
    except IntegrityError as error:
        raise EmailTaken("Another account has this address by now.") from error
    if link.email != before:
        await record(
            "email_changed", f"person:{person.id}", by=person.id, before={"email": before}, after={"email": link.email}
        )
        await mail("email_changed", before, person.locale, name=person.name, email=link.email)
    await person.refresh_from_db()
    return Confirmed(person, bool(browser) and link.browser == fingerprint(browser))


@atomic
async def ask_reset(email: str) -> None:
    """Somebody forgot a password. Known or not, the same is written here; what comes of it is a job's business."""
    await outbox.enqueue("reset_asked", {"email": email})


@atomic
async def send_reset(payload: dict[str, Any]) -> None:
    """The job: mail a link where there is an account."""
    person = await Person.get_or_none(email=payload["email"])
    if person is not None:
        link = await links.make_link(person.id, LinkPurpose.RESET, person.email)
        await mail_person("reset", person.id, link_of=link)


async def reset_password(secret: str, password: str) -> Person:
    """A new password by a mailed link; every device is signed out. Raises LinkUsedUp, PasswordTooCommon."""
    link = await links.live_link(secret, LinkPurpose.RESET)
    person = await Person.get(id=link.person_id)
    passwords.refuse_common(password, name=person.name, email=person.email)
    return await _reset(secret, await passwords.hash_password(password))


@atomic
async def _reset(secret: str, password_hash: str) -> Person:
    link = await links.use_link(secret, LinkPurpose.RESET)
    await MailLink.filter(person_id=link.person_id, purpose=LinkPurpose.RESET, used_at=None).update(
        used_at=clock.wall_now_us()
    )
    await _set_password(link.person_id, password_hash)
    person = await Person.get(id=link.person_id)
    if person.email_confirmed_at is None and person.email == link.email:  # whoever could open the link has the mailbox
        await Person.filter(id=person.id).update(email_confirmed_at=clock.now_us())
    return person


async def change_password(person_id: int, old: str, new: str) -> None:
    """A new password; every device is signed out, the asker's too. Raises WrongPassword, PasswordTooCommon."""
    person = await _with_password(person_id, old)
    passwords.refuse_common(new, name=person.name, email=person.email, field="new_password")
    await _change_password(person_id, await passwords.hash_password(new))


@atomic
async def _change_password(person_id: int, password_hash: str) -> None:
    await _set_password(person_id, password_hash)


async def _set_password(person_id: int, password_hash: str) -> None:
    await Person.filter(id=person_id).update(password_hash=password_hash)
    await SignIn.filter(person_id=person_id).delete()
    await record("password_changed", f"person:{person_id}", by=person_id)
    await mail_person("password_changed", person_id)


async def _with_password(person_id: int, password: str) -> Person:
    person = await Person.get(id=person_id)
    if not await passwords.verify(person.password_hash, password):
        raise WrongPassword("That is not your password.", field="password")
    return person


async def refuse_wrong_password(person_id: int, password: str) -> None:
    """Raises WrongPassword."""
    await _with_password(person_id, password)


@atomic
async def ask_email_change(person_id: int, email: str) -> None:
    """Mail a link to the new address; the old one stays until it is used. One that has an account is told so, not the asker."""
    person = await Person.get(id=person_id)
    if await Person.exists(email=email):
        if email != person.email:
            await _tell_known(email)
        return
    link = await links.make_link(person_id, LinkPurpose.CONFIRM, email)
    await mail("confirm_change", email, person.locale, name=person.name, link_of=link, back="/account")


@atomic
async def change_name(person_id: int, name: str) -> None:
    await Person.filter(id=person_id).update(name=name)


@atomic
async def change_language(person_id: int, locale: str) -> None:
    await Person.filter(id=person_id).update(locale=locale)


@atomic
async def make_staff(email: str, role: StaffRole | None) -> Person:
    """Let somebody help run the site, or no longer; with the role every sign-in ends. Raises NobodyThere."""
    person = await Person.get_or_none(email=email.lower())
    if person is None:
        raise NobodyThere("Nobody here has the address {email}.", email=email)
    await record(
        "staff_role_changed", f"person:{person.id}", by=None, before={"role": person.staff_role}, after={"role": role}
    )
    await Person.filter(id=person.id).update(staff_role=role)
    await SignIn.filter(person_id=person.id).delete()
    await person.refresh_from_db()
    return person


JOBS = {"reset_asked": send_reset}
