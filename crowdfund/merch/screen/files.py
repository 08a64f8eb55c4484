"""The films that producers send: looked at for what they are, kept byte for byte, never changed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crowdfund.database import new_id, outside_transaction
from crowdfund.database.ids import public
from crowdfund.refusal import Invalid
from crowdfund.settings import current

VIDEO_MAX = 64 * 1024 * 1024
_TYPES = {".mp4": "video/mp4", ".webm": "video/webm"}
_CHUNK = 1024 * 1024

_keeping = ThreadPoolExecutor(1, thread_name_prefix="films")


def _begin_anew() -> None:
    """In a forked process, as the server's are: threads stay behind, and what is given to their pool would never be done."""
    global _keeping
    _keeping = ThreadPoolExecutor(1, thread_name_prefix="films")


os.register_at_fork(after_in_child=_begin_anew)


class NotAFilm(Invalid):
    pass


class FilmTooLarge(Invalid):
    pass


@dataclass(frozen=True, slots=True)
class Video:
    """A film that is in place. name: of its file, which no other film ever has."""

    name: str
    media_type: str


def ending_of(head: bytes) -> str | None:
    """What a file is by its first bytes, whatever it is called: `.mp4`, `.webm`, or neither."""
    if len(head) >= 12 and head[4:8] == b"ftyp" and int.from_bytes(head[:4], "big") >= 12:
        return ".mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return ".webm"
    return None


def path_of(name: str) -> Path:
    """Where a film lies, by the name that its master keeps."""
    return current().uploads / "films" / Path(name).stem[-2:] / name


async def keep_video(file: BinaryIO) -> Video:
    """Keep what was sent with a form. Raises NotAFilm, FilmTooLarge."""

    async def parts() -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while part := await loop.run_in_executor(_keeping, file.read, _CHUNK):
            yield part

    file.seek(0)
    return await keep_stream(parts())


async def keep_stream(parts: AsyncIterator[bytes]) -> Video:
    """Keep a film as it arrives, piece by piece; nothing stays of what is none. Raises NotAFilm, FilmTooLarge."""
    outside_transaction("writing a film")
    loop, stem = asyncio.get_running_loop(), public(new_id())
    unfinished = path_of(f"{stem}.part")
    try:
        file = await loop.run_in_executor(_keeping, _open, unfinished)
        head = b""
        try:
            size = 0
            async for part in parts:
                size += len(part)
                if size > VIDEO_MAX:
                    raise FilmTooLarge("Please send a film of at most 64 MB.", field="video")
                head = head if len(head) >= 64 else (head + part)[:64]
                await loop.run_in_executor(_keeping, file.write, part)
            ending = ending_of(head)
            if ending is None:
                raise NotAFilm("Please send a film as MP4 or WebM.", field="video")
        finally:
            await loop.run_in_executor(_keeping, _finish, file)
        await loop.run_in_executor(_keeping, unfinished.rename, path_of(stem + ending))
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return Video(stem + ending, _TYPES[ending])


def _open(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


def _finish(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


async def drop_video(name: str) -> None:
    """Take a film away for good, once no master names it."""
    outside_transaction("deleting a film")
    if name:
        await asyncio.get_running_loop().run_in_executor(_keeping, lambda: path_of(name).unlink(missing_ok=True))
