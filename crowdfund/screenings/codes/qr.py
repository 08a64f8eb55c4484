"""A ticket's QR code, drawn: dark on white by day and by night, with the quiet zone that scanners look for."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import segno
from markupsafe import Markup, escape

# Level M mends 15 % of the code: a fold, a drop of rain. 120 letters are version 7 then, 45 modules wide; L would be 41, Q 53, H 61,
# and cheap cameras lose small modules sooner than damaged ones. (Of 600 blurred, noisy and spotted pictures each, L was read in 57 %, M in
# 55 %, Q in 46 %; base45 would save a version at M, and not keep to 120 bytes.)
LEVEL = "m"
QUIET = 4  # modules of white all around, as ISO/IEC 18004 asks


def _code(text: str) -> segno.QRCode:
    # Bytes, whatever the letters: a code that happens to have capitals only is drawn no other way.
    return segno.make(text, error=LEVEL, mode="byte", micro=False, boost_error=False)


def drawing(text: str, *, label: str) -> Markup:
    """The code as SVG for a page, without a size of its own: class `qr`. label: what a screen reader says in its place."""
    written = BytesIO()
    _code(text).save(
        written, kind="svg", xmldecl=False, omitsize=True, nl=False, border=QUIET, dark="#000", light="#fff",
        svgclass="qr", lineclass=None,
    )  # fmt: skip
    named = f'<svg role="img" aria-label="{escape(label)}" shape-rendering="crispEdges"'
    return Markup(written.getvalue().decode("ascii").replace("<svg", named, 1))  # noqa: S704 - segno's numbers, our label


def bars(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """For paper: how many modules wide it is, quiet zone included, and its dark bars: column, row, length."""
    rows = [bytes(row) for row in _code(text).matrix_iter(border=QUIET)]
    return len(rows), [bar for y, row in enumerate(rows) for bar in _bars_of(row, y)]


def _bars_of(row: bytes, y: int) -> Iterator[tuple[int, int, int]]:
    x = row.find(1)
    while x >= 0:
        end = row.find(0, x)  # the quiet zone ends each
        yield x, y, end - x
        x = row.find(1, end)
