"""Closing a connection without an answer, which no ASGI message can ask for."""

from __future__ import annotations

import os
import socket

from starlette.requests import Request


def close(request: Request) -> None:
    """Close the connection this request came on: its client sees the server disconnect, and no HTTP status.

    The server's sockets live in this process: the one whose other end is the client is found and shut down. What the application
    answers afterwards has nowhere to go.
    """
    assert request.client is not None
    client = (request.client.host, str(request.client.port))
    for name in os.listdir("/dev/fd"):
        copy = _copy(int(name))
        if copy is None:
            continue
        with copy:
            if copy.family in (socket.AF_INET, socket.AF_INET6) and _peer(copy) == client:
                copy.shutdown(socket.SHUT_RDWR)
                return


def _copy(number: int) -> socket.socket | None:
    """This open file as a socket of our own; None where it is no socket, or was closed since."""
    try:
        number = os.dup(number)
    except OSError:
        return None
    try:
        return socket.socket(fileno=number)
    except OSError:
        os.close(number)
        return None


def _peer(connection: socket.socket) -> tuple[str, str] | None:
    try:
        host, port, *_ = connection.getpeername()
    except OSError:
        return None  # it listens
    return host.removeprefix("::ffff:"), str(port)
