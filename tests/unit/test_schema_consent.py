"""A database from before terms were kept: nobody is said to have agreed to anything, and no old pledge is written about."""

from __future__ import annotations

from crowdfund.database.migrate import migrate
from tests.unit.test_schema_deliveries import old_database, rows

__all__ = ["old_database"]


async def test_who_pledged_before_there_were_letters_is_not_written_to_now(old_database: str) -> None:
    await migrate(old_database)
    assert await rows(old_database, "SELECT what, id FROM read_up_to ORDER BY what") == [
        ("letters about pledges", 4),
        ("letters about pledges, a second look", 4),
    ]
    assert await rows(old_database, "SELECT DISTINCT terms FROM pledge_event") == [(None,)]
    assert await rows(old_database, "SELECT COUNT(*) FROM terms") == [(0,)]
