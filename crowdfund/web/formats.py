"""How amounts, numbers and instants are written for the reader, in the locale in force. Templates see these by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from markupsafe import Markup

from crowdfund import clock
from crowdfund import money as amounts
from crowdfund.refusal import Refusal, Sentence
from crowdfund.web.i18n import _, locale, ngettext

# An instant as rows have it (microseconds since 1970, UTC) or as Python has it.
Instant = datetime | int

_AS_PRINTED = str.maketrans({" ": "\u00a0", "\u202f": "\u00a0", "-": "\u2212"})  # nothing wraps, and less is a minus
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def said(sentence: Sentence | Refusal | str) -> str:
    """What the site says, in the language in force, with its values as that language writes them.

    A text may as well be somebody's own words: these are given back as they are.
    """
    if isinstance(sentence, str):
        return _(sentence)
    words = sentence.words if isinstance(sentence, Refusal) else sentence
    text = ngettext(words.one, words.text, words.values["num"]) if words.one else _(words.text)
    return text.format(**{name: _valued(value) for name, value in words.values.items()}) if words.values else text


def _valued(value: Any) -> str:
    if isinstance(value, amounts.Amount):
        return money(value.amount_minor, value.currency)
    if isinstance(value, Sentence):
        return said(value)
    if isinstance(value, clock.Local):
        there = value.there
        shown = dates.format_skeleton("yMMMd", there, tzinfo=there.tzinfo, locale=_dated())
        return f"{there:%H:%M}" if value.is_today else f"{shown}, {there:%H:%M}"
    return number(value) if isinstance(value, int) else str(value)


def money(amount_minor: int, currency: str) -> str:
    """An amount that never wraps: `€1,234.50`."""
    return amounts.show(amount_minor, currency, locale()).translate(_AS_PRINTED)


def money_short(amount_minor: int, currency: str) -> str:
    """For large figures: without decimals where they are zero, `€1,234`."""
    return amounts.show(amount_minor, currency, locale(), short=True).translate(_AS_PRINTED)


def plain_money(amount_minor: int, currency: str) -> str:
    """As it may be typed: for the value of a field."""
    return amounts.plain(amount_minor, currency)


def symbol(currency: str) -> str:
    """What stands before an amount: `€`, `CN¥`."""
    return numbers.get_currency_symbol(currency, locale())


def currency_name(currency: str) -> str:
    """`Euro`, `Chinese Yuan`."""
    return numbers.get_currency_name(currency, locale=locale())


def number(n: int) -> str:
    return numbers.format_decimal(n, locale=locale())


def percent(part: int, whole: int) -> str:
    """A share as whole percent, rounded down: 99.9 % of a goal is not the goal."""
    return numbers.format_percent(0 if whole <= 0 else part * 100 // whole / 100, "#,##0%", locale=locale())


def rate(bps: int) -> str:
    """A rate in basis points as it is: `5%`, `2.25%`."""
    return numbers.format_percent(bps / 10_000, "#,##0.##%", locale=locale())


def aware(instant: Instant) -> datetime:
    """An instant as an aware time in UTC. Raises ValueError on a naive one."""
    if isinstance(instant, int):
        return clock.from_us(instant)
    if instant.tzinfo is None:
        raise ValueError("a naive time has no meaning here")
    return instant.astimezone(UTC)


def has_come(instant: Instant) -> bool:
    """Whether it is past, by business time."""
    return aware(instant) <= clock.now()


def day(instant: Instant) -> str:
    """`23 Nov 2026`"""
    return dates.format_skeleton("yMMMd", aware(instant), tzinfo=UTC, locale=_dated())


def day_long(instant: Instant) -> str:
    """`Monday, 23 November 2026`"""
    return dates.format_date(aware(instant), "full", locale=_dated())


def month(instant: Instant) -> str:
    """`Sep 2027`"""
    return dates.format_skeleton("yMMM", aware(instant), tzinfo=UTC, locale=_dated())


def day_of_month(instant: Instant) -> str:
    return str(aware(instant).day)


def month_name(instant: Instant) -> str:
    """`Sep`, for a leaf of a calendar."""
    return dates.format_date(aware(instant), "LLL", locale=_dated())


def moment_text(instant: Instant) -> str:
    """`23 Nov 2026, 20:14 UTC`, where no markup may stand."""
    return f"{day(instant)}, {aware(instant):%H:%M} UTC"


def moment(instant: Instant) -> Markup:
    """Date and time in UTC; a script adds the reader's own time as a tooltip."""
    return _time(instant, moment_text(instant))


def local_moment(instant: Instant, zone: str) -> Markup:
    """Date and time by the clocks of a place, and which place: `31 Aug 2027, 18:00 (Europe/Berlin)`."""
    there = aware(instant).astimezone(ZoneInfo(zone))
    shown = dates.format_skeleton("yMMMd", there, tzinfo=there.tzinfo, locale=_dated())
    return _time(instant, f"{shown}, {there:%H:%M} ({zone.replace('_', ' ')})")


def local_moment_text(instant: Instant, zone: str) -> str:
    """The same where no markup may stand: `Tue, 31 Aug 2027, 18:00 (Europe/Berlin)`."""
    return f"{there_text(instant, zone)} ({zone.replace('_', ' ')})"


def there_moment(instant: Instant, zone: str) -> Markup:
    """Date and time by the clocks of a place that the reader is told of: `Fri, 10 Sep 2027, 19:30`."""
    return _time(instant, there_text(instant, zone))


def there_text(instant: Instant, zone: str) -> str:
    """The same where no markup may stand."""
    there = aware(instant).astimezone(ZoneInfo(zone))
    shown = dates.format_skeleton("yMMMEd", there, tzinfo=there.tzinfo, locale=_dated())
    return f"{shown}, {there:%H:%M}"


def there_short(instant: Instant, zone: str) -> str:
    """`10 Sep, 19:30` by the clocks of a place, where there is little room and the year is plain."""
    there = aware(instant).astimezone(ZoneInfo(zone))
    shown = dates.format_skeleton("MMMd", there, tzinfo=there.tzinfo, locale=_dated())
    return f"{shown}, {there:%H:%M}"


def weekday(date: date) -> str:
    """`Friday, 27 November`, for a day of a programme."""
    return dates.format_skeleton("MMMMEEEEd", datetime(date.year, date.month, date.day), locale=_dated())


def clock_there(instant: Instant, zone: str) -> str:
    """`19:30` by the clocks of a place."""
    return f"{aware(instant).astimezone(ZoneInfo(zone)):%H:%M}"


def iso(instant: Instant) -> str:
    """For `datetime` attributes and feeds: `2026-11-23T20:14:00Z`."""
    return aware(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(instant: Instant) -> str:
    """`3 hours ago`, by business time; `just now` in the first minute."""
    seconds = (clock.now() - aware(instant)).total_seconds()
    if seconds < 60:
        return _("just now")
    return dates.format_timedelta(
        -_rounded(seconds), add_direction=True, threshold=1e9, granularity=_unit(seconds), locale=locale()
    )


def until(instant: Instant) -> str:
    """`in 9 days`, by business time and rounded down: nobody is told a day too many."""
    seconds = (aware(instant) - clock.now()).total_seconds()
    return dates.format_timedelta(
        _rounded(seconds), add_direction=True, threshold=1e9, granularity=_unit(seconds), locale=locale()
    )


def left(instant: Instant) -> str:
    """`9 days`: how long until then."""
    seconds = (aware(instant) - clock.now()).total_seconds()
    return dates.format_timedelta(_rounded(seconds), threshold=1e9, granularity=_unit(seconds), locale=locale())


def when(instant: Instant) -> Markup:
    """`3 hours ago` or `in 9 days`, with the exact time behind it."""
    return _time(instant, until(instant) if aware(instant) > clock.now() else ago(instant))


def art_url(title: Any) -> str:
    """A title's picture: its own where it has one, else the one the site draws."""
    return getattr(title, "art_url", None) or f"/art/{title.id}.svg"


def _dated() -> Locale:
    """English dates have the day first here: most readers of English as a second language expect it."""
    return Locale.parse("en_GB" if locale() == "en" else locale())


def _time(instant: Instant, text: str) -> Markup:
    template = Markup('<time datetime="{}" data-behaviour="local-time">{}</time>')
    return template.format(iso(instant), text)


def _unit(seconds: float) -> Any:
    """Days up from two of them, then hours, then minutes: weeks and months hide the day that counts."""
    seconds = abs(seconds)
    return next((unit for unit, size in _UNITS if seconds >= size * (2 if unit == "day" else 1)), "minute")


def _rounded(seconds: float) -> timedelta:
    size = dict(_UNITS)[_unit(seconds)]
    return timedelta(seconds=max(1, abs(seconds) // size) * size * (1 if seconds >= 0 else -1))
