"""Children for tests that kill many: born of a process that has loaded the program once, which takes longer than all they do.

`python -m tests.crash.nursery FD`: for each message on that socket, with the ends of two pipes, a process of its own is forked.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from tests.crash import child

ROOT = Path(__file__).parents[2]


def main(door: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    while True:
        message, pipes, _, _ = socket.recv_fds(door, 65_536, 2)
        if not message:
            return
        if (number := os.fork()) == 0:
            door.close()
            be_born(json.loads(message), *pipes)
        for end in pipes:
            os.close(end)
        door.send(str(number).encode())


def be_born(asked: dict[str, object], stdin: int, stdout: int) -> None:
    """From here on as a process that was started afresh with this environment; it ends here."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.close(stdin)
    os.close(stdout)
    os.environ.update(asked["environ"])  # type: ignore[call-overload]
    try:
        asyncio.run(child.main(str(asked["work"])))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


@dataclass(frozen=True, slots=True)
class Born:
    """A process of ours at its work, until it is killed."""

    number: int
    said: asyncio.StreamReader

    async def killed_after(self, seconds: float, *, acknowledged: int = 0) -> list[int]:
        """Kill it, so long after it has acknowledged so many; gives the numbers that it acknowledged until then."""
        lines = b"".join([await self.said.readline() for _ in range(acknowledged)])
        await asyncio.sleep(seconds)
        os.kill(self.number, signal.SIGKILL)  # nobody waits for it, so this fails where it has ended by itself
        lines += await self.said.read()
        return [int(line) for line in lines.decode().splitlines(keepends=True) if line.endswith("\n")]


class Nursery:
    def __init__(self) -> None:
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.crash.nursery", str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        theirs.close()

    async def born(self, work: str, environ: dict[str, str], **asked: object) -> Born:
        """A child at its work, once it has said that it is ready."""
        (stdin, ours_in), (ours_out, stdout) = os.pipe(), os.pipe()
        socket.send_fds(self._door, [json.dumps({"work": work, "environ": environ}).encode()], [stdin, stdout])
        os.close(stdin)
        os.close(stdout)
        number = int(await asyncio.to_thread(self._door.recv, 100))
        with os.fdopen(ours_in, "wb") as told:
            told.write(json.dumps(asked).encode() + b"\n")
        said = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(said), os.fdopen(ours_out, "rb")
        )
        async with asyncio.timeout(30):
            assert await said.readline() == b"ready\n"
        return Born(number, said)

    def close(self) -> None:
        self._door.close()
        self._process.wait(10)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
