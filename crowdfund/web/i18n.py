"""What people read, in their language: gettext from `.po` files, read at start, with the locale of the task at hand.

English is the source, so it needs no file. A translation is `crowdfund/locale/<locale>/messages.po`, or a file
of its room beside it; nobody compiles them.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy

DEFAULT = "en"
LOCALES = {"en": "English", "zh_CN": "简体中文"}

_FOLDER = Path(__file__).parents[1] / "locale"
_current: ContextVar[str] = ContextVar("locale", default=DEFAULT)


def locale() -> str:
    """The locale in force here and now: `en` or `zh_CN`."""
    return _current.get()


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Put a locale in force for a block: a page, a mail. An unknown one is English."""
    token = _current.set(name if name in LOCALES else DEFAULT)
    try:
        yield
    finally:
        _current.reset(token)


def use_locale(name: str) -> None:
    """Put a locale in force for the rest of this task, as the door of a request does."""
    _current.set(name if name in LOCALES else DEFAULT)


def choose_locale(accept_language: str = "", preference: str | None = None) -> str:
    """The locale for somebody: what they once chose (a person's row, a cookie), else what their browser asks for.

    accept_language: the header as it came. Any Chinese gets zh_CN, any English en; what can't be read is English.
    """
    if preference in LOCALES:
        return preference
    languages = {name.split("_")[0]: name for name in reversed(LOCALES)}
    for tag in by_weight(accept_language):
        if (language := tag.partition("-")[0].lower()) in languages:
            return languages[language]
    return DEFAULT


def by_weight(accept_language: str) -> list[str]:
    """Language tags of the header, the best first. One page of header is enough for anybody."""
    weighed: list[tuple[float, int, str]] = []
    for part in accept_language[:1000].split(","):
        tag, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=").strip() if rest else "1"
        try:
            weighed.append((-float(weight), len(weighed), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(weighed) if weight < 0]


def html_lang(name: str) -> str:
    """How HTML writes a locale: zh_CN is `zh-CN`."""
    return name.replace("_", "-")


def direction(name: str) -> str:
    """`ltr` or `rtl`."""
    return Locale.parse(name).text_direction


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    catalogue = catalogue_of(name)
    if catalogue is None:
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue)  # in memory: plural rules and contexts then are Python's own
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def catalogue_of(name: str) -> Catalog | None:
    """All that was translated into a language: `messages.po`, and a file for each room that has one of its own."""
    whole: Catalog | None = None
    for path in sorted((_FOLDER / name).glob("*.po"), key=lambda path: (path.name != "messages.po", path.name)):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=name, abort_invalid=True)
        if whole is None:
            whole = catalogue
            continue
        for message in catalogue:
            if message.id:
                whole[message.id] = message
    return whole


def _(message: str) -> str:
    """The sentence in the language in force; the English one where nobody has translated it yet."""
    return _catalogue(_current.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Like `_` for something counted; the plural rule is the language's own."""
    return _catalogue(_current.get()).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """Like `_` where one English word is two words elsewhere: `pgettext("state", "open")`."""
    return _catalogue(_current.get()).pgettext(context, message)


def npgettext(context: str, one: str, many: str, count: int) -> str:
    return _catalogue(_current.get()).npgettext(context, one, many, count)


def lazy(message: str) -> LazyProxy:
    """A sentence that is translated when it is shown, for constants made before anybody asks."""
    return LazyProxy(_, message, enable_cache=False)
