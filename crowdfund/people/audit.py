"""Who did what, when and why: append-only, in the transaction of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.database import inside_transaction, new_id
from crowdfund.people.models import AuditEntry


async def record(
    action: str,
    subject: str,
    *,
    by: int | None,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write a line of the audit. subject: `organisation:1234`. by: a person's id, none for the site. before, after: what changed.

    Part of the caller's transaction: what didn't happen leaves no line, and nothing happens without one.
    """
    if not inside_transaction():
        raise RuntimeError("an audit line outside the transaction of what it tells")
    await AuditEntry.create(
        id=new_id(),
        at=clock.now(),
        by_person_id=by,
        action=action,
        subject=subject,
        reason=reason,
        before=orjson.dumps(before or {}).decode(),
        after=orjson.dumps(after or {}).decode(),
    )
