"""The files of previews: kept apart from pictures that anybody may see, sent by links that end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from crowdfund import clock
from crowdfund.database import new_id, outside_transaction
from crowdfund.database.ids import public
from crowdfund.settings import current


def path_of(name: str) -> Path:
    return current().uploads / "previews" / Path(name).stem[-2:] / name


async def keep(content: bytes, ending: str) -> str:
    """Put a file in place; gives its name, which no other one ever has. ending: `.webp`, `.mp4`, `.webm`."""
    outside_transaction("writing a preview")
    name = public(new_id()) + ending
    await asyncio.get_running_loop().run_in_executor(None, _keep, name, content)
    return name


def _keep(name: str, content: bytes) -> None:
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


async def drop(names: Iterable[str]) -> None:
    """Take files away for good, once no row shows them."""
    outside_transaction("deleting a preview")
    await asyncio.get_running_loop().run_in_executor(None, _drop, [name for name in names if name])


def _drop(names: list[str]) -> None:
    for name in names:
        path_of(name).unlink(missing_ok=True)


async def older_than(seconds: float) -> list[str]:
    """The names of all files that were written longer ago, unfinished ones too."""
    return await asyncio.get_running_loop().run_in_executor(None, _older_than, seconds)


def _older_than(seconds: float) -> list[str]:
    before = clock.wall_now_us() / 1_000_000 - seconds
    folder = current().uploads / "previews"
    return sorted(path.name for path in folder.glob("*/*") if path.is_file() and path.stat().st_mtime < before)


async def read(name: str) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(None, path_of(name).read_bytes)
