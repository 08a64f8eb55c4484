"""A statement of SQL with one text for both engines. Two words differ and are filled in here.

`{rows}`        the rows of a JSON array given as a parameter: a whole batch travels as one value, so the text never changes
                and prepared statements hit.
`{for_update}`  locks what a SELECT found, until the end of the transaction. SQLite has taken its one write lock at BEGIN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson
from tortoise.connection import get_connection

from crowdfund.database.engine import SqliteTogether
from crowdfund.database.names import connection_in_force, dialect, reading, writing

_ROWS = {"sqlite": "json_each({})", "postgres": "jsonb_array_elements({}::jsonb)"}
_FOR_UPDATE = {"sqlite": "", "postgres": "FOR UPDATE"}


def _filled_in(text: str, engine: str) -> str:
    text = re.sub(r"\{rows(?::(\d+))?\}", lambda match: _ROWS[engine].format(f"${match[1] or 1}"), text)
    text = text.replace("{for_update}", _FOR_UPDATE[engine])
    return re.sub(r"\$(\d+)", r"?\1", text) if engine == "sqlite" else text


class Sql:
    """One statement; calling it runs it on the transaction under way, else on the connection that pages read from.

    Parameters are written $1, $2, …; `{rows}` reads $1 and `{rows:2}` reads $2. Gives rows as dicts, RETURNING ones too.
    """

    __slots__ = ("_by_dialect", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._by_dialect: dict[str, str] = {}

    def bind(self, *values: Any) -> Bound:
        """This statement with its parameters, to run `together` with others."""
        return self, values

    async def __call__(self, *values: Any) -> list[dict[str, Any]]:
        return await connection_in_force().execute_query_dict(self.text, list(values))

    async def one(self, *values: Any) -> dict[str, Any] | None:
        rows = await self(*values)
        return rows[0] if rows else None

    async def alone(self, *values: Any) -> list[dict[str, Any]]:
        """Run it as a transaction of its own: one way to the database instead of three. It is not tried again."""
        return await get_connection(writing()).execute_query_dict(self.text, list(values))

    async def value(self, *values: Any) -> Any:
        """The first column of the first row, None without one."""
        row = await self.one(*values)
        return None if row is None else next(iter(row.values()))

    @property
    def text(self) -> str:
        engine = dialect()
        if engine not in self._by_dialect:
            self._by_dialect[engine] = _filled_in(self._text, engine)
        return self._by_dialect[engine]


Bound = tuple[Sql, tuple[Any, ...]]


async def together(*statements: Bound) -> list[list[dict[str, Any]]]:
    """The rows of several statements, run in this order and none of them waiting for what another gives."""
    connection = connection_in_force()
    if isinstance(connection, SqliteTogether):
        return await connection.execute_together([(sql.text, values) for sql, values in statements])
    return [await sql(*values) for sql, values in statements]


_LAST_WRITTEN = {"sqlite": "PRAGMA data_version", "postgres": "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"}


async def last_written() -> object:
    """What is another value once anything has been written, by whomever: SQLite's data version, PostgreSQL's next transaction."""
    row = (await get_connection(reading()).execute_query_dict(_LAST_WRITTEN[dialect()]))[0]
    return next(iter(row.values()))


def as_rows(rows: Iterable[Any]) -> str:
    """A batch as the one JSON parameter that `{rows}` reads."""
    return orjson.dumps(list(rows)).decode()
