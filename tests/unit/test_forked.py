"""The demo makes its world and then forks its server: what had threads before has new ones after."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import asyncio, os, sys
from io import BytesIO
from PIL import Image
from crowdfund.people.passwords import hash_password, verify
from crowdfund.web.images import read_picture

written = BytesIO()
Image.new("RGB", (8, 8)).save(written, "PNG")

async def use() -> None:
    async with asyncio.timeout(20):
        assert await verify(await hash_password("river moon over lanting"), "river moon over lanting")
        assert (await read_picture(written.getvalue())).width == 8

asyncio.run(use())
if (child := os.fork()) == 0:
    try:
        asyncio.run(use())
    except BaseException as error:
        print(repr(error))
        os._exit(1)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_passwords_and_pictures_are_worked_on_after_a_fork() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stdout + done.stderr
