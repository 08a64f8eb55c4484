"""How far a replay has come, on a terminal."""

from __future__ import annotations

import sys

import click


class Bar:
    """A progress bar on a terminal, silence elsewhere."""

    def __init__(self, label: str, length: int) -> None:
        self._bar = click.progressbar(length=length, label=label, file=sys.stderr) if sys.stderr.isatty() else None

    def __enter__(self) -> Bar:
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def update(self, n: int) -> None:
        if self._bar is not None and n:
            self._bar.update(n)
