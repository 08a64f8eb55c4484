"""The sandbox as a child process, for the demo, the tests and the replays."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 20
_STOP_SECONDS = 5


class SandboxDidNotStart(Exception):
    """It ended, or did not answer in time. The message has what it said."""


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox under way. url: where it answers, such as http://127.0.0.1:40123. It ends with this process at the latest."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it and wait until it ended."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def start(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 0,
    clock_file: Path | None = None,
    *,
    origin: str = "",
    merchant: str = "crowdfund",
) -> Running:
    """Start the sandbox on its data folder and wait until it answers. port 0: a free one. clock_file: the site's movable clock.

    origin: where people reach its hosted pages, where that is not `url`. What it says goes to sandbox.log in the folder.
    Raises SandboxDidNotStart.
    """
    attempts = 1 if port else 5  # a port that was free a moment ago may be taken by now
    for attempt in range(attempts):
        try:
            return _start(data, host, port or _free_port(host), clock_file, origin, merchant)
        except SandboxDidNotStart:
            if attempt == attempts - 1:
                raise
    raise AssertionError("unreachable")


def _start(data: Path, host: str, port: int, clock_file: Path | None, origin: str, merchant: str) -> Running:
    nonce = secrets.token_hex(8)
    command = [
        sys.executable, "-m", "crowdfund.sandbox", "--host", host, "--port", str(port), "--data", str(data),
        "--origin", origin, "--merchant", merchant, "--until-stdin-closes",
    ]  # fmt: skip
    if clock_file is not None:
        command += ["--clock-file", str(clock_file)]
    environ = {**os.environ, "CROWDFUND_SANDBOX_NONCE": nonce}
    data.mkdir(parents=True, exist_ok=True)
    log = data / "sandbox.log"
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said, env=environ)  # noqa: S603  our own module
    running = Running(f"http://{_in_url(host)}:{port}", process)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _answers(running.url, nonce):
            return running
        time.sleep(0.03)
    running.stop()
    raise SandboxDidNotStart(f"The sandbox did not start on {host}:{port}.\n{log.read_text(errors='replace')}")


def _answers(url: str, nonce: str) -> bool:
    try:
        answer = httpx.get(f"{url}/_sandbox/health", timeout=1, trust_env=False)
        return bool(answer.json()["nonce"] == nonce)
    except (httpx.HTTPError, ValueError, KeyError):
        return False


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _in_url(host: str) -> str:
    """A host as it stands in a URL; one that means every interface is reached at loopback."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
