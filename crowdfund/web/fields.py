"""Kinds of fields. Each has one rule of its own, in ASCII where it means a number, an amount, a time or an address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from starlette.datastructures import FormData, UploadFile

from crowdfund import clock
from crowdfund import money as amounts
from crowdfund.web.formats import said
from crowdfund.web.i18n import _, locale

if TYPE_CHECKING:
    from crowdfund.web.form import Form

T = TypeVar("T")
S = TypeVar("S")
Options = Mapping[Any, Any] | Callable[[Mapping[str, Any]], Mapping[Any, Any]]

DOCUMENT_BYTES_MAX = 10 * 1024 * 1024
IMAGE_BYTES_MAX = 5 * 1024 * 1024

_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII
)
_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)
_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NOT_SHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
# Direction marks turn the letters around them over: in one line that shows a name as another one.
_TURNS_TEXT = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Wrong(Exception):
    """What was sent can't be taken; the sentence says what to write."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Field(Generic[T]):
    """A field of a form: reading it from the form gives its meaning. hidden: what was typed is never shown again."""

    hidden = False

    def __init__(
        self, understand: Callable[[str, Form], T], *, hidden: bool = False, keep_spaces: bool = False
    ) -> None:
        self._understand = understand
        self.hidden = hidden
        self.keep_spaces = keep_spaces
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, form: None, owner: type) -> Field[T]: ...
    @overload
    def __get__(self, form: Form, owner: type) -> T: ...
    def __get__(self, form: Form | None, owner: type) -> T | Field[T]:
        if form is None:
            return self
        if self.name not in form.values:
            raise AttributeError(f"{self.name} was not understood: look at form.errors first")
        return form.values[self.name]

    async def take(self, name: str, sent: FormData, form: Form) -> T:
        """The meaning of what was sent under this name. Raises Wrong."""
        found = sent.get(name)
        typed = found if isinstance(found, str) else ""
        text = _clean(typed if self.keep_spaces else typed.strip())
        if not self.hidden:
            form.typed[name] = _showable(typed)
        if text is None:
            raise Wrong(_("Please leave out the invisible control characters."))
        return self._understand(text, form)


def _clean(text: str) -> str | None:
    """One kind of line end, composed letters; none where it holds what no database and no reader can use."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return None if _UNUSABLE.search(text) else text


def _showable(text: str) -> str:
    return _NOT_SHOWABLE.sub("", text)


def _needed(text: str) -> str:
    if not text:
        raise Wrong(_("Please fill this in."))
    return text


def text(*, max: int, min: int = 1, lines: bool = False) -> Field[str]:
    """Words. max, min: characters; min 0 lets it be empty. lines: several lines are fine."""

    def understand(typed: str, form: Form) -> str:
        if min and all(unicodedata.category(c)[0] in "CZ" for c in typed):  # nothing in it can be seen
            _needed("")
        if not lines and ("\n" in typed or "\t" in typed or _TURNS_TEXT.search(typed)):
            raise Wrong(_("Please write this in one line."))
        if len(typed) > max:
            raise Wrong(_("Please keep this to %(max)d characters; it has %(now)d.") % {"max": max, "now": len(typed)})
        if typed and len(typed) < min:
            raise Wrong(_("Please write at least %(min)d characters.") % {"min": min})
        return typed

    return Field(understand)


def email() -> Field[str]:
    """An address in ASCII, in small letters."""

    def understand(typed: str, form: Form) -> str:
        address = _needed(typed).lower()
        if len(address) > 254 or not _EMAIL.fullmatch(address):
            raise Wrong(_("Please write a full e-mail address, like name@example.com."))
        return address

    return Field(understand)


def password(*, new: bool = False) -> Field[str]:
    """Spaces count. new: one that is chosen now, at least 8 characters; whether it is a common one the action says."""

    def understand(typed: str, form: Form) -> str:
        if new and len(typed) < 8:
            raise Wrong(_("Please take at least 8 characters."))
        if len(typed) > 256:
            raise Wrong(_("Please take at most 256 characters."))
        return _needed(typed)

    return Field(understand, hidden=True, keep_spaces=True)


def money(
    currency: str | None = None,
    *,
    min_minor: int | Callable[[str], int] = 1,
    max_minor: int = amounts.CHARGE_MAX_MINOR,
) -> Field[int]:
    """An amount in minor units. currency: else the form was read with `currency=`. min_minor: the least, or of a currency."""

    def understand(typed: str, form: Form) -> int:
        code = currency or form.given["currency"]
        try:
            amount_minor = amounts.understand(_needed(typed), code)
        except amounts.AmountNotUnderstood as refusal:
            raise Wrong(said(refusal)) from None
        least_minor = min_minor(code) if callable(min_minor) else min_minor
        if amount_minor < least_minor:
            raise Wrong(_("The least is %(least)s.") % {"least": amounts.show(least_minor, code, locale())})
        if amount_minor > max_minor:
            raise Wrong(_("The most is %(most)s.") % {"most": amounts.show(max_minor, code, locale())})
        return amount_minor

    return Field(understand)


def whole(*, min: int = 0, max: int = 10**9) -> Field[int]:
    """A whole number in plain digits."""

    def understand(typed: str, form: Form) -> int:
        if not _WHOLE.fullmatch(_needed(typed)) or not min <= int(typed) <= max:
            raise Wrong(_("Please write a whole number from %(min)d to %(max)d.") % {"min": min, "max": max})
        return int(typed)

    return Field(understand)


def choice(options: Options) -> Field[str]:
    """One of several. options: words by value, or a function of what the form was read with."""

    def understand(typed: str, form: Form) -> str:
        if typed not in (options(form.given) if callable(options) else options):
            raise Wrong(_("Please choose one of these."))
        return typed

    return Field(understand)


def checkbox() -> Field[bool]:
    """Ticked or not."""
    return Field(lambda typed, form: typed in ("on", "yes", "1", "true"))


def must_tick(sentence: str) -> Field[bool]:
    """A box that has to be ticked; the sentence says why."""

    def understand(typed: str, form: Form) -> bool:
        if typed not in ("on", "yes", "1", "true"):
            raise Wrong(_(sentence))
        return True

    return Field(understand)


def _in_our_time(moment: datetime) -> datetime:
    if not clock.FIRST_MOMENT <= moment < clock.LAST_MOMENT:
        raise ValueError(moment)
    return moment


def instant() -> Field[datetime]:
    """A date and a time as `datetime-local` sends them, meant as UTC."""

    def understand(typed: str, form: Form) -> datetime:
        match = _INSTANT.fullmatch(_needed(typed))
        try:
            return _in_our_time(datetime(*(int(part) for part in (match or _never()).groups("0")), tzinfo=UTC))  # type: ignore[misc, arg-type]
        except ValueError:
            raise Wrong(_("Please choose a date and a time, like 2027-03-31T18:00.")) from None

    return Field(understand)


def day() -> Field[datetime]:
    """A date as `date` sends it: its first moment, UTC."""

    def understand(typed: str, form: Form) -> datetime:
        match = _DAY.fullmatch(_needed(typed))
        try:
            return _in_our_time(datetime(*(int(part) for part in (match or _never()).groups()), tzinfo=UTC))  # type: ignore[misc, arg-type]
        except ValueError:
            raise Wrong(_("Please choose a date, like 2027-03-31.")) from None

    return Field(understand)


def _never() -> re.Match[str]:
    raise ValueError


def maybe(field: Field[S]) -> Field[S | None]:
    """The same, but it may be left empty, and then it is None."""
    understand = field._understand
    return Field(lambda typed, form: understand(typed, form) if typed else None, hidden=field.hidden)


class _Several(Field[tuple[str, ...]]):
    async def take(self, name: str, sent: FormData, form: Form) -> tuple[str, ...]:
        typed = [one for one in sent.getlist(name) if isinstance(one, str)]
        form.typed[name] = [_showable(one) for one in typed]
        for one in typed:
            self._understand(one, form)
        return tuple(dict.fromkeys(typed))


def several(options: Options) -> Field[tuple[str, ...]]:
    """Any number of options, as boxes of one name."""
    return _Several(choice(options)._understand)  # type: ignore[arg-type]


class _Image(Field[bytes | None]):
    async def take(self, name: str, sent: FormData, form: Form) -> bytes | None:
        found = sent.get(name)
        if not isinstance(found, UploadFile):
            return None
        content = await found.read(IMAGE_BYTES_MAX + 1)
        if len(content) > IMAGE_BYTES_MAX:
            raise Wrong(_("Please send a picture of at most 5 MB."))
        return content or None


def image() -> Field[bytes | None]:
    """The bytes of a picture, at most 5 MB, none where none was chosen. What is in them `images.read_picture` finds out."""
    return _Image(lambda typed, form: None)


class _Document(Field[tuple[bytes, str] | None]):
    async def take(self, name: str, sent: FormData, form: Form) -> tuple[bytes, str] | None:
        found = sent.get(name)
        if not isinstance(found, UploadFile):
            return None
        content = await found.read(DOCUMENT_BYTES_MAX + 1)
        if len(content) > DOCUMENT_BYTES_MAX:
            raise Wrong(_("Please send a document of at most 10 MB."))
        return (content, found.filename or "") if content else None


def document() -> Field[tuple[bytes, str] | None]:
    """The bytes of a document and what its file is called, none where none was chosen. `documents.read_document` looks into it."""
    return _Document(lambda typed, form: None)
