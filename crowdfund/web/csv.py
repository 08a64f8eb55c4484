"""CSV files that people open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from io import StringIO

from starlette.responses import StreamingResponse

from crowdfund.web.headers import kept_as

BEGIN = "\ufeff"  # without the mark Excel reads UTF-8 as something else
# What a spreadsheet takes for the start of a formula, the wide forms too (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs: what looks like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def text_of(rows: Iterable[Sequence[str]]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()


def file(name: str, columns: Sequence[str], pages: AsyncIterator[list[list[str]]]) -> StreamingResponse:
    """A file to keep, sent while it is read: its columns, and then rows, a page of them at a time."""
    return StreamingResponse(_lines(columns, pages), media_type="text/csv; charset=utf-8", headers=kept_as(name))


async def _lines(columns: Sequence[str], pages: AsyncIterator[list[list[str]]]) -> AsyncIterator[str]:
    yield BEGIN + text_of([columns])
    async for rows in pages:
        yield text_of(rows)
