"""Hours by the clocks of a venue: a cinema plans by them, and what is kept is the moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from crowdfund import clock
from crowdfund.refusal import Invalid

SERIES_MAX = 60
SERIES_DAYS_MAX = 62
ALL_DAYS = frozenset(range(7))


class WrongHours(Invalid):
    pass


@cache
def zones() -> tuple[str, ...]:
    """Time zones that people live in, by name."""
    lived_in = {zone for zone in available_timezones() if "/" in zone}
    return tuple(sorted(zone for zone in lived_in if not zone.startswith(("Etc/", "posix", "right"))))


def moment_at(local: datetime, zone: str, *, field: str) -> datetime:
    """The moment, UTC, that the clocks of a zone show so. local: naive. Raises WrongHours for a time that they skip or show twice."""
    there = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(there).replace(tzinfo=None) != local:
        raise WrongHours(
            "The clocks of {zone} go forward on {day} and skip {time}. Choose another time.",
            field=field, zone=zone, day=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}",
        )  # fmt: skip
    if first != second:
        raise WrongHours(
            "The clocks of {zone} go back on {day} and show {time} twice. Choose another time.",
            field=field, zone=zone, day=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}",
        )  # fmt: skip
    return first


def local_of(moment: datetime, zone: str) -> datetime:
    """What the clocks of a zone show, naive."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def starts_of(
    first: date, last: date, times: Sequence[time], zone: str, *, weekdays: Collection[int] = ALL_DAYS
) -> list[datetime]:
    """All starts of a series: each of these hours on each of the days. weekdays: 0 is Monday. Raises WrongHours."""
    if last < first:
        raise WrongHours("The last day is before the first.", field="last_day")
    if last - first > timedelta(days=SERIES_DAYS_MAX):
        raise WrongHours("A series is at most {days} days long.", field="last_day", days=SERIES_DAYS_MAX)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    chosen = [day for day in days if day.weekday() in weekdays]
    if not chosen:
        raise WrongHours("None of these days is one of the weekdays that you chose.", field="weekdays")
    if len(chosen) * len(times) > SERIES_MAX:
        raise WrongHours("At most {most} screenings at once.", field="times", most=SERIES_MAX)
    starts = [moment_at(datetime.combine(day, at), zone, field="times") for day in chosen for at in times]
    if starts[0] < clock.now():
        raise WrongHours("It starts in the past.", field="first_day")
    return starts
