"""When royalties are told and paid, and how much is missing of a minimum guarantee: pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import datetime


def add_months(at: datetime, months: int) -> datetime:
    """The same day of a later month at the same time, or its last day where it has fewer: 31 January is followed by 28 February."""
    month = at.month - 1 + months
    year, month = at.year + month // 12, month % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))


def periods(starts_at: datetime, months: int, ends_at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The reporting periods of a licence, each from its first moment to before its last; cut where the licence ends.

    What is sold under it and shipped after that is told in further ones of the same length.
    """
    number, begin = 0, starts_at
    while True:
        number += 1
        whole = add_months(starts_at, number * months)
        end = ends_at if begin < ends_at < whole else whole
        yield begin, end
        if end < whole:
            yield end, whole
        begin = whole


def missing_minor(minimum_minor: int, paid_minor: int) -> int:
    """What a licensee still owes at the end, so that its production has at least the minimum."""
    return max(0, minimum_minor - paid_minor)


def payable_minor(held_minor: int, later_minor: int) -> int:
    """Of what a licence's account holds, what may be paid: not what is of later periods, or can still be returned."""
    return max(0, held_minor - later_minor)
