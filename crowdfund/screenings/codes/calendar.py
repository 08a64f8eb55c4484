"""A screening as a calendar file (iCalendar, RFC 5545), so that it stands among what somebody has to do that day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MEDIA_TYPE = "text/calendar; charset=utf-8"
_LINE_MAX = 75  # bytes
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})


@dataclass(frozen=True, slots=True)
class Appointment:
    """One entry. A calendar that has it already takes the one with the higher sequence.

    uid: the same for ever, as `order-2s8v6v9d2m7ha@crowdfund.example`. sequence: one more for each change, as of time, hall or
    seat. written_at, starts_at, ends_at: aware. url: of its page, absolute. remind: how long before, with the summary; none is no
    reminder, and a cancelled one has none.
    """

    uid: str
    sequence: int
    written_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    description: str
    url: str
    cancelled: bool = False
    remind: timedelta | None = timedelta(hours=2)


def calendar_file(appointments: Sequence[Appointment]) -> bytes:
    """The file, `.ics`: UTF-8, its lines folded, its times in UTC."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//crowdfund//tickets//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for appointment in appointments:
        lines += _entry(appointment)
    return "".join([_folded(line) + "\r\n" for line in [*lines, "END:VCALENDAR"]]).encode("utf-8")


def _entry(one: Appointment) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(one.uid)}"
    yield f"SEQUENCE:{one.sequence}"
    yield f"DTSTAMP:{_utc(one.written_at)}"
    yield f"DTSTART:{_utc(one.starts_at)}"
    yield f"DTEND:{_utc(one.ends_at)}"
    yield f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}"
    for name in ("summary", "location", "description"):
        if said := _text(getattr(one, name)):
            yield f"{name.upper()}:{said}"
    yield f"URL:{''.join(_CONTROLS.sub('', one.url).split())}"
    if one.remind and not one.cancelled:
        yield from _alarm(one.summary, one.remind)
    yield "END:VEVENT"


def _alarm(said: str, before: timedelta) -> Iterator[str]:
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_text(said)}"
    yield f"TRIGGER:-PT{max(1, before // timedelta(minutes=1))}M"
    yield "END:VALARM"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(said: str) -> str:
    lines = said.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", lines).strip().translate(_ESCAPES)


def _folded(line: str) -> str:
    """At most 75 bytes a line, no letter cut in two; what goes on begins with a space."""
    parts, part, room = [], "", _LINE_MAX
    for letter in line:
        if len((part + letter).encode("utf-8")) > room:
            parts.append(part)
            part, room = "", _LINE_MAX - 1
        part += letter
    return "\r\n ".join([*parts, part])
