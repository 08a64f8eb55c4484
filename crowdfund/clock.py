"""Business time, UTC. In sandbox mode it can be moved for every process of the machine; otherwise it is the wall clock.

The offset is eight bytes in a small mapped file, so that reading it costs nothing and every process sees a move at once.
Sessions, rate limits and signatures use `wall_now_us()`, so that nobody is signed out by a moved clock.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time_ns
from zoneinfo import ZoneInfo

_OFFSET = struct.Struct("<q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Between these lies every moment that somebody may choose: sums with them stay moments, whatever is added.
FIRST_MOMENT, LAST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

_shared: mmap.mmap | None = None


def wall_now_us() -> int:
    """Microseconds since 1970 by the wall clock."""
    return time_ns() // 1000


def offset_us() -> int:
    """How far business time is ahead of the wall clock, in microseconds."""
    return 0 if _shared is None else _OFFSET.unpack_from(_shared)[0]


def now_us() -> int:
    """Microseconds since 1970 in business time."""
    return wall_now_us() + offset_us()


def now() -> datetime:
    """Business time, aware, UTC."""
    return from_us(now_us())


def from_us(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def to_us(instant: datetime) -> int:
    """Microseconds since 1970. instant: aware; a naive one is refused, since nobody knows what it means."""
    if instant.tzinfo is None:
        raise ValueError("a naive time has no meaning here")
    return (instant - _EPOCH) // timedelta(microseconds=1)


def day_there(at_us: int, zone: str) -> int:
    """The day of a moment by the clocks of a place: days since 1970. zone: of the IANA's list."""
    return (from_us(at_us).astimezone(ZoneInfo(zone)).date() - _EPOCH.date()).days


@dataclass(frozen=True, slots=True)
class Local:
    """A moment as a value of a sentence, by the clocks of a place: its time, and its day where that is another one than today.

    zone: of the IANA's list.
    """

    at_us: int
    zone: str

    @property
    def there(self) -> datetime:
        return from_us(self.at_us).astimezone(ZoneInfo(self.zone))

    @property
    def is_today(self) -> bool:
        return self.there.date() == now().astimezone(ZoneInfo(self.zone)).date()

    def __str__(self) -> str:
        return f"{self.there:%H:%M}" if self.is_today else f"{self.there:%Y-%m-%d %H:%M}"


def can_be_moved() -> bool:
    return _shared is not None


def share(path: Path) -> None:
    """Make the clock movable, with its offset kept in this file (sandbox mode only: the caller has checked)."""
    global _shared
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size < _OFFSET.size:
        path.write_bytes(_OFFSET.pack(0))
    with path.open("r+b") as file:
        _shared = mmap.mmap(file.fileno(), _OFFSET.size)


def unshare() -> None:
    global _shared
    if _shared is not None:
        _shared.close()
    _shared = None


def set_offset(offset: timedelta) -> None:
    """Put business time this far from the wall clock. Raises RuntimeError where the clock can't be moved."""
    if _shared is None:
        raise RuntimeError("The clock can be moved in sandbox mode only.")
    _OFFSET.pack_into(_shared, 0, offset // timedelta(microseconds=1))
    _shared.flush()


def advance(by: timedelta) -> None:
    """Move business time forward for every process that shares the clock."""
    set_offset(timedelta(microseconds=offset_us()) + by)
