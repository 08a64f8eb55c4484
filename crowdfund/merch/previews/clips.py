"""What a short film file says of itself: its kind and how long it lasts. Nothing of it is decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from crowdfund.merch.screen.files import ending_of
from crowdfund.refusal import Invalid

CLIP_BYTES_MAX = 6 * 1024 * 1024
_TYPES = {".mp4": "video/mp4", ".webm": "video/webm"}
_SEGMENT, _INFO, _SCALE, _DURATION = 0x18538067, 0x1549A966, 0x2AD7B1, 0x4489


class NotAClip(Invalid):
    pass


@dataclass(frozen=True, slots=True)
class Clip:
    """length_ms: none where the file doesn't say."""

    content: bytes
    ending: str
    media_type: str
    length_ms: int | None


def read_clip(content: bytes, *, field: str = "clip") -> Clip:
    """Raises NotAClip."""
    if len(content) > CLIP_BYTES_MAX:
        raise NotAClip("Please send a clip of at most 6 MB.", field=field)
    ending = ending_of(content[:64])
    if ending is None:
        raise NotAClip("Please send a clip as MP4 or WebM.", field=field)
    try:
        length = _mp4_ms(content) if ending == ".mp4" else _webm_ms(content)
    except (struct.error, IndexError, ValueError, OverflowError):
        length = None
    return Clip(content, ending, _TYPES[ending], length)


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes of an MP4 (ISO/IEC 14496-12): their names and where their content lies."""
    while start + 8 <= end:
        size, name = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, start + 8)[0], 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            return
        yield name, start + head, start + size
        start += size


def _mp4_ms(content: bytes) -> int | None:
    for name, start, end in _boxes(content, 0, len(content)):
        if name != b"moov":
            continue
        for inner, at, _until in _boxes(content, start, end):
            if inner == b"mvhd":
                fields = (">IQ", at + 20) if content[at] == 1 else (">II", at + 12)
                scale, duration = struct.unpack_from(fields[0], content, fields[1])
                return duration * 1000 // scale if scale and duration else None
    return None


def _number(content: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """A variable-length number of EBML (RFC 8794), and where the next thing begins."""
    first = content[at]
    width = 9 - first.bit_length()
    if not first or at + width > len(content):
        raise ValueError("no number of EBML")
    value = int.from_bytes(content[at : at + width], "big")
    return (value if keep_marker else value & ((1 << 7 * width) - 1)), at + width


def _elements(content: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    while start < end:
        name, at = _number(content, start, keep_marker=True)
        size, at = _number(content, at, keep_marker=False)
        stop = min(at + size, end)  # a segment of unknown size says the largest there is
        yield name, at, stop
        start = stop


def _webm_ms(content: bytes) -> int | None:
    for name, start, end in _elements(content, 0, len(content)):
        if name != _SEGMENT:
            continue
        for inner, at, stop in _elements(content, start, end):
            if inner == _INFO:
                return _info_ms(content, at, stop)
    return None


def _info_ms(content: bytes, start: int, end: int) -> int | None:
    scale, length = 1_000_000, 0.0
    for name, at, stop in _elements(content, start, end):
        if name == _SCALE:
            scale = int.from_bytes(content[at:stop], "big")
        elif name == _DURATION:
            length = struct.unpack_from(">f" if stop - at == 4 else ">d", content, at)[0]
    return int(length * scale / 1_000_000) or None
