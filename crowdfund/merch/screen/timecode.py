"""Times on a film: whole milliseconds, and the timecodes that people write. Pure.

A timecode counts frames. At 29.97 and 59.94 frames a second it may skip numbers ("drop frame", written with a semicolon), so that
it keeps up with the clock: the first two (four) numbers of every minute that is no tenth one don't exist.
"""

from __future__ import annotations

import re
from fractions import Fraction

from crowdfund.refusal import Invalid

# What films and broadcasts are made at, by how people call it.
RATES: dict[str, Fraction] = {
    "23.976": Fraction(24000, 1001), "24": Fraction(24), "25": Fraction(25), "29.97": Fraction(30000, 1001), "30": Fraction(30),
    "48": Fraction(48), "50": Fraction(50), "59.94": Fraction(60000, 1001), "60": Fraction(60),
}  # fmt: skip
DAY_MS = 86_400_000

_FRAMES = re.compile(r"(\d{1,2}):(\d\d):(\d\d)([:;])(\d\d)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d\d)(?:[.,](\d{1,3}))?", re.ASCII)
_SECONDS = re.compile(r"(\d{1,6})(?:[.,](\d{1,3}))?", re.ASCII)


class TimeNotUnderstood(Invalid):
    pass


class NoSuchFrame(Invalid):
    """A number of a frame that this rate doesn't have: the list was made at another one."""


def rate_name(fps: Fraction) -> str:
    """How a rate is called: `23.976`, `25`."""
    return next((name for name, rate in RATES.items() if rate == fps), f"{float(fps):.3f}".rstrip("0").rstrip("."))


def nominal(fps: Fraction) -> int:
    """How many numbers a second of timecode has."""
    return -(-fps.numerator // fps.denominator)


def can_drop(fps: Fraction) -> bool:
    return fps.denominator == 1001 and nominal(fps) in (30, 60)


def frame_of(text: str, fps: Fraction, *, drop: bool = False) -> int:
    """The frame that a timecode like 01:00:12:05 names, from 0. Raises TimeNotUnderstood, NoSuchFrame.

    drop: the list says so, or this one has a semicolon.
    """
    match = _FRAMES.fullmatch(text)
    if match is None:
        raise TimeNotUnderstood("{text} is no timecode like 01:00:12:05.", text=text[:40])
    hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
    each, drop = nominal(fps), drop or match[4] == ";"
    if minutes > 59 or seconds > 59 or hours > 23:
        raise TimeNotUnderstood("{text} is no timecode like 01:00:12:05.", text=text)
    if frames >= each:
        raise NoSuchFrame(
            "{text} has a frame {frame}, and at {rate} a second has only frames 0 to {last}: this was made at another frame rate.",
            text=text, frame=frames, rate=rate_name(fps), last=each - 1,
        )  # fmt: skip
    whole = ((hours * 60 + minutes) * 60 + seconds) * each + frames
    if not drop:
        return whole
    return whole - _dropped(text, hours, minutes, seconds, frames, fps)


def _dropped(text: str, hours: int, minutes: int, seconds: int, frames: int, fps: Fraction) -> int:
    if not can_drop(fps):
        raise NoSuchFrame(
            "{text} drops frames, which only 29.97 and 59.94 do: this was made at another frame rate than {rate}.",
            text=text, rate=rate_name(fps),
        )  # fmt: skip
    skipped = nominal(fps) // 15
    if seconds == 0 and minutes % 10 and frames < skipped:
        raise NoSuchFrame("{text} does not exist where frames are dropped.", text=text)
    past = hours * 60 + minutes
    return skipped * (past - past // 10)


def ms_of_frame(frame: int, fps: Fraction) -> int:
    """When a frame begins, to the nearest millisecond."""
    return round(frame * 1000 / fps)


def frame_at(ms: int, fps: Fraction) -> int:
    """The frame that is seen at this moment: of a start that was rounded down, still its own."""
    return int((Fraction(ms) + Fraction(1, 2)) * fps / 1000)


def understand(text: str, fps: Fraction) -> int:
    """Milliseconds of what somebody typed: 00:12:34.200, 12:34, 754.2 (seconds) or with frames, 00:12:34:05. Raises TimeNotUnderstood."""
    typed = text.strip()
    if _FRAMES.fullmatch(typed):
        return ms_of_frame(frame_of(typed, fps), fps)
    if match := _CLOCK.fullmatch(typed):
        hours, minutes, seconds = int(match[1] or 0), int(match[2]), int(match[3])
        if seconds < 60 and (match[1] is None or minutes < 60):
            return ((hours * 60 + minutes) * 60 + seconds) * 1000 + _thousandths(match[4])
    if match := _SECONDS.fullmatch(typed):
        return int(match[1]) * 1000 + _thousandths(match[2])
    raise TimeNotUnderstood(
        "Please write a time like 00:12:34.200, or with frames like 00:12:34:05; {text} is none.",
        text=typed[:40] or "–",
    )


def _thousandths(digits: str | None) -> int:
    return int((digits or "0").ljust(3, "0"))


def clock_text(ms: int) -> str:
    """00:12:34.200, as WebVTT and people have it."""
    seconds, thousandths = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"
