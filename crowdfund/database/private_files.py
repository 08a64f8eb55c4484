"""Files that rows name and that are not for everybody: under names that nobody is told, sent to who may see them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from crowdfund import clock
from crowdfund.database.atomic import outside_transaction
from crowdfund.database.ids import new_id, public
from crowdfund.settings import current


class PrivateFiles:
    """The files of one room, in a folder of their own."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def path_of(self, name: str) -> Path:
        return current().uploads / self._folder / Path(name).stem[-2:] / name

    async def keep(self, content: bytes, ending: str) -> str:
        """Put a file in place; gives its name, which no other one ever has. ending: such as `.webp`."""
        outside_transaction("writing a file")
        name = public(new_id()) + ending
        await asyncio.get_running_loop().run_in_executor(None, write_whole, self.path_of(name), content)
        return name

    async def drop(self, names: Iterable[str]) -> None:
        """Take files away for good, once no row names them."""
        outside_transaction("deleting a file")
        paths = [self.path_of(name) for name in names if name]
        await asyncio.get_running_loop().run_in_executor(None, _drop, paths)

    async def older_than(self, seconds: float) -> list[str]:
        """The names of all files that were written longer ago, unfinished ones too."""
        before = clock.wall_now_us() / 1_000_000 - seconds
        folder = current().uploads / self._folder
        return await asyncio.get_running_loop().run_in_executor(None, _written_before, folder, before)

    async def read(self, name: str) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(None, self.path_of(name).read_bytes)


def write_whole(path: Path, content: bytes) -> None:
    """On the disk under its name when this ends, or not there at all, whenever the process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _drop(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _written_before(folder: Path, before: float) -> list[str]:
    return sorted(path.name for path in folder.glob("*/*") if path.is_file() and path.stat().st_mtime < before)
