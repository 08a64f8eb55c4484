"""Captions of a film: a WebVTT file, looked at before it is kept, as it stands beside the film for who can't hear it. Pure."""

from __future__ import annotations

import re

from crowdfund.merch.screen.timecode import clock_text
from crowdfund.refusal import Invalid

CAPTIONS_MAX = 1_000_000  # bytes

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMES = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?", re.ASCII)


class CaptionsNotUnderstood(Invalid):
    pass


def read_captions(content: bytes, duration_ms: int) -> str:
    """The text of captions for a film of this length. Raises CaptionsNotUnderstood, which names the line."""
    if len(content) > CAPTIONS_MAX:
        raise CaptionsNotUnderstood("Please send captions of at most 1 MB.", field="captions")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeError:
        raise CaptionsNotUnderstood("Please send captions in UTF-8.", field="captions") from None
    if "\x00" in text or not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise CaptionsNotUnderstood(
            "Please send captions as WebVTT: a text file that begins with WEBVTT.", field="captions"
        )
    count = 0
    for number, line in enumerate(text.split("\n"), 1):
        if "-->" in line:
            _refuse_times(line.strip(), number, duration_ms)
            count += 1
    if not count:
        raise CaptionsNotUnderstood("There is not a single caption in this file.", field="captions")
    return text


def _refuse_times(line: str, number: int, duration_ms: int) -> None:
    match = _TIMES.fullmatch(line)
    if match is None:
        raise CaptionsNotUnderstood(
            "Line {line}: times of a caption look like 00:00:01.000 --> 00:00:04.000.", field="captions", line=number
        )
    start, end = _ms(match, 1), _ms(match, 5)
    if end <= start:
        raise CaptionsNotUnderstood("Line {line}: this caption ends before it starts.", field="captions", line=number)
    if start >= duration_ms:
        raise CaptionsNotUnderstood(
            "Line {line}: this caption is outside the film, which ends at {end}.",
            field="captions", line=number, end=clock_text(duration_ms),
        )  # fmt: skip


def _ms(match: re.Match[str], first: int) -> int:
    hours, minutes, seconds, thousandths = (int(match[first + i] or 0) for i in range(4))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
