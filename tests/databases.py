"""Copies of a test's database, so that one story can end in many ways."""

from __future__ import annotations

import shutil
from itertools import count

import asyncpg

from crowdfund.database.connect import postgres_parts, sqlite_path

_numbers = count(1)


async def a_copy(url: str) -> str:
    """A copy of a database that is closed; gives its address."""
    number = next(_numbers)
    if url.startswith("sqlite:"):
        path = sqlite_path(url)
        copy = path.with_name(f"{path.stem}_copy_{number}.db")
        shutil.copy(path, copy)
        return f"sqlite:///{copy}"
    parts = postgres_parts(url)
    name = f"{parts['database']}_copy_{number}"
    connection = await asyncpg.connect(**{**parts, "database": "postgres"})
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {parts['database']}")
    finally:
        await connection.close()
    return url.replace(f"/{parts['database']}?", f"/{name}?")
