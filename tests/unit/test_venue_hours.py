"""Hours by the clocks of a venue: what they skip, what they show twice, and a week of starts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from crowdfund import clock
from crowdfund.screenings.hours import WrongHours, local_of, moment_at, starts_of, zones


def test_an_hour_that_the_clocks_skip_or_show_twice_is_none() -> None:
    with pytest.raises(WrongHours, match=r"go forward on 2027-03-28 and skip 02:30"):
        moment_at(datetime(2027, 3, 28, 2, 30), "Europe/Berlin", field="times")
    with pytest.raises(WrongHours, match=r"go back on 2027-10-31 and show 02:30 twice"):
        moment_at(datetime(2027, 10, 31, 2, 30), "Europe/Berlin", field="times")
    assert moment_at(datetime(2027, 10, 31, 3, 0), "Europe/Berlin", field="times") == datetime(
        2027, 10, 31, 2, tzinfo=UTC
    )
    assert moment_at(datetime(2027, 3, 28, 2, 30), "Asia/Shanghai", field="times") == datetime(
        2027, 3, 27, 18, 30, tzinfo=UTC
    )


def test_what_is_kept_is_shown_as_it_was_typed() -> None:
    for zone in zones():
        local = datetime(2027, 6, 15, 20, 15)
        assert local_of(moment_at(local, zone, field="times"), zone) == local


def test_a_week_of_two_shows_a_day_but_not_on_mondays() -> None:
    first = clock.now().date() + timedelta(days=10)
    starts = starts_of(
        first, first + timedelta(days=6), [time(17), time(20, 15)], "Europe/Berlin", weekdays={1, 2, 3, 4, 5, 6}
    )
    assert len(starts) == 12 and starts == sorted(starts)
    assert {f"{local_of(at, 'Europe/Berlin'):%H:%M}" for at in starts} == {"17:00", "20:15"}
    assert all(local_of(at, "Europe/Berlin").weekday() != 0 for at in starts)


def test_a_series_that_cant_be() -> None:
    first = clock.now().date() + timedelta(days=10)
    for last, times, weekdays, says in (
        (first - timedelta(days=1), [time(20)], set(range(7)), "before the first"),
        (first + timedelta(days=63), [time(20)], set(range(7)), "at most 62 days"),
        (first, [time(20)], {(first.weekday() + 1) % 7}, "None of these days"),
        (first + timedelta(days=40), [time(18), time(20)], set(range(7)), "At most 60"),
    ):
        with pytest.raises(WrongHours, match=says):
            starts_of(first, last, times, "Asia/Shanghai", weekdays=weekdays)
    with pytest.raises(WrongHours, match="in the past"):
        starts_of(date(2020, 1, 1), date(2020, 1, 1), [time(20)], "Asia/Shanghai")
