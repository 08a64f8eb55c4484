"""Amounts, times and charts as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crowdfund import clock
from crowdfund.web import formats
from crowdfund.web.chart import bands_of, columns_of, share_width
from crowdfund.web.i18n import speaking


def test_amounts_never_wrap_and_speak_the_readers_language():
    assert formats.money(1_234_50, "EUR") == "€1,234.50" and formats.money_short(1_234_00, "EUR") == "€1,234"
    assert formats.money_short(1_234_50, "EUR") == "€1,234.50" and formats.money(5000, "JPY") == "¥5,000"
    assert formats.plain_money(1_234_50, "EUR") == "1234.50"
    with speaking("zh_CN"):
        assert formats.money(3_418_200_00, "CNY") == "¥3,418,200.00"
    for currency in ("EUR", "CNY", "CHF", "SEK", "KWD"):
        assert " " not in formats.money(-1_234_567, currency)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 100, "0%"),
        (999, 1000, "99%"),
        (100, 100, "100%"),
        (29, 100, "29%"),
        (57, 100, "57%"),
        (3, 2, "150%"),
        (1, 0, "0%"),
    ],
)
def test_a_goal_is_reached_when_it_is_reached(part, whole, said):
    assert formats.percent(part, whole) == said


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(days=9, hours=20), "in 9 days"),
        (timedelta(days=400, minutes=1), "in 400 days"),
        (timedelta(days=1, hours=23, minutes=30), "in 47 hours"),
        (timedelta(hours=1, seconds=30), "in 1 hour"),
        (timedelta(minutes=59, seconds=59), "in 59 minutes"),
        (timedelta(seconds=30), "in 1 minute"),
    ],
)
def test_nobody_is_told_a_day_too_many(ahead, said):
    assert formats.until(clock.now() + ahead) == said
    assert formats.left(clock.now() + ahead) == said.removeprefix("in ")


def test_what_was_is_told_by_how_long_ago():
    assert formats.ago(clock.now() - timedelta(days=12, minutes=1)) == "12 days ago"
    assert formats.ago(clock.now_us() - 3 * 3_600_000_000) == "3 hours ago"
    assert formats.ago(clock.now()) == "just now"
    with speaking("zh_CN"):
        assert (formats.ago(clock.now()), formats.until(clock.now() + timedelta(days=3, minutes=1))) == (
            "刚刚",
            "3天后",
        )


def test_times_are_utc_and_say_so():
    instant = datetime(2026, 11, 23, 20, 14, 9, tzinfo=UTC)
    assert str(formats.moment(instant)) == (
        '<time datetime="2026-11-23T20:14:09Z" data-behaviour="local-time">23 Nov 2026, 20:14 UTC</time>'
    )
    east = instant.astimezone(datetime.fromisoformat("2026-01-01T00:00+09:00").tzinfo)
    assert (
        formats.moment(east) == formats.moment(instant) == formats.moment(clock.to_us(instant) // 1_000_000 * 1_000_000)
    )
    assert (formats.day(instant), formats.month(instant), formats.iso(east)) == (
        "23 Nov 2026",
        "Nov 2026",
        "2026-11-23T20:14:09Z",
    )
    with speaking("zh_CN"):
        assert formats.day(instant) == "2026年11月23日"
    with pytest.raises(ValueError, match="naive"):
        formats.day(datetime(2026, 11, 23))


def test_bands_share_one_scale_and_a_cent_is_still_seen():
    assert (bands_of(0, 0, 100).promised, bands_of(1, 0, 10**12).promised) == (0, 4)
    under, over = bands_of(85, 0, 100), bands_of(250, 200, 100)
    assert (under.promised, under.goal) == (850, 1000)
    assert (over.promised, over.collected, over.goal) == (1000, 800, 400)
    assert bands_of(0, 0, 0).goal == 0 and share_width(7, 0) == 1000


def test_columns_stand_inside_their_picture():
    for count in (1, 2, 7, 30, 365):
        shown = columns_of([(str(i), i % 9, str(i % 9)) for i in range(count)])
        assert len(shown.columns) == count and shown.columns[-1].labelled
        assert all(
            0 <= c.x and c.x + c.width <= shown.width and c.y + c.height <= shown.floor + 0.2 for c in shown.columns
        )
        assert sum(c.labelled for c in shown.columns) <= 8
