"""A screening in somebody's calendar: opened by another program's library, and looked at byte by byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.screenings.codes.calendar import Appointment, calendar_file

EVENING = Appointment(
    uid="order-2s8v6v9d2m7ha@crowdfund.example", sequence=0, written_at=datetime(2031, 2, 1, 9, tzinfo=UTC),
    starts_at=datetime(2031, 3, 1, 19, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
    ends_at=datetime(2031, 3, 1, 21, 38, tzinfo=ZoneInfo("Asia/Shanghai")),
    summary="River Moon · 江月", location="Grand Theatre, hall 2; 21 Nanjing West Road, Shanghai",
    description="Row F, seats 12 and 13\nDoors open at 19:00. The code lets one person in, once. 请提前入场，迟到不退。",
    url="https://crowdfund.example/orders/2s8v6v9d2m7ha?a=1,2;b",
)  # fmt: skip


def opened(*appointments: Appointment) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(calendar_file(appointments))
    assert isinstance(calendar, icalendar.Calendar)
    assert (calendar["VERSION"], calendar["METHOD"], calendar.errors) == ("2.0", "PUBLISH", [])
    return calendar.events


def test_another_program_reads_what_was_meant() -> None:
    (event,) = opened(EVENING)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (
        "order-2s8v6v9d2m7ha@crowdfund.example",
        0,
        "CONFIRMED",
    )
    assert event.start == datetime(2031, 3, 1, 11, 30, tzinfo=UTC) and event.end == datetime(
        2031, 3, 1, 13, 38, tzinfo=UTC
    )
    assert event["DTSTAMP"].dt == datetime(2031, 2, 1, 9, tzinfo=UTC)
    said = (event["SUMMARY"], event["LOCATION"], event["DESCRIPTION"], event["URL"])
    assert said == (EVENING.summary, EVENING.location, EVENING.description, EVENING.url)
    (alarm,) = event.alarms.times
    assert alarm.trigger == datetime(2031, 3, 1, 9, 30, tzinfo=UTC)


def test_moved_it_is_the_same_entry_with_another_time() -> None:
    (moved,) = opened(
        replace(
            EVENING,
            sequence=1,
            starts_at=EVENING.starts_at + timedelta(days=7),
            ends_at=EVENING.ends_at + timedelta(days=7),
        )
    )
    assert (moved["UID"], moved["SEQUENCE"], moved.start.day) == (EVENING.uid, 1, 8)


def test_cancelled_it_says_so_and_reminds_nobody() -> None:
    (event,) = opened(replace(EVENING, sequence=2, cancelled=True))
    assert (event["STATUS"], event["SEQUENCE"], event.alarms.times) == ("CANCELLED", 2, [])


def test_two_orders_are_two_entries_and_none_is_a_calendar_still() -> None:
    assert [event["UID"] for event in opened(EVENING, replace(EVENING, uid="order-b@x"))] == [EVENING.uid, "order-b@x"]
    assert opened() == []


def test_no_line_is_longer_than_75_bytes_and_none_ends_in_half_a_letter() -> None:
    lines = calendar_file([EVENING, replace(EVENING, summary="a" * 500, location="座" * 200)]).split(b"\r\n")
    assert lines[-1] == b"" and max(map(len, lines)) <= 75 and b"\n" not in b"".join(lines)
    assert all(line.decode("utf-8") is not None for line in lines) and any(line.startswith(b" ") for line in lines)


@pytest.mark.parametrize(
    "said", ["a\r\nEND:VEVENT", "a\rATTENDEE:mailto:x@y.z", "\x00\x07a", "\\n is no line", "a" * 500, "座" * 200]
)
def test_no_text_breaks_out_of_its_line(said: str) -> None:
    (event,) = opened(replace(EVENING, summary=said, url="https://x.example/\r\nATTENDEE:mailto:x@y.z"))
    assert event["SUMMARY"] == said.replace("\r\n", "\n").replace("\r", "\n").replace("\x00\x07", "")
    assert "ATTENDEE" not in event


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120).map(str.strip), st.integers(0, 10**6))
def test_whatever_it_says_is_read_again(said: str, sequence: int) -> None:
    (event,) = opened(replace(EVENING, location=said, sequence=sequence))
    assert event.get("LOCATION", "") == said and event["SEQUENCE"] == sequence
