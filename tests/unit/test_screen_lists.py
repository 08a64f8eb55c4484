"""Lists that others keep, without a database: a script supervisor's table, an editor's EDL."""

from __future__ import annotations

from fractions import Fraction

import pytest

from crowdfund.merch.screen.cues import Offset
from crowdfund.merch.screen.importing.edl import WrongFrameRate, read_edl
from crowdfund.merch.screen.importing.keeping import ListForm, form_of
from crowdfund.merch.screen.importing.rows import Known, ListNotUnderstood, on_master, outcome_of
from crowdfund.merch.screen.importing.table import read_table, text_of
from crowdfund.merch.screen.models import ProductKind
from crowdfund.merch.screen.rules import Box, Span
from crowdfund.merch.screen.timecode import RATES, NoSuchFrame

FPS = Fraction(25)
TABLE = """scene,scene_name,product,kind,wearer,actor,designer,category,start,end,prominence,spoiler,alt,box
S12,The gate,,,,,,,12:00,15:00,,1,,
S12,,Pearl drop earring,Jewellery,Lin,Zhao Wei,Mo Chen,earrings,12:34.2,12:41,3,0,left ear,0 0.62 0.31 0.08 0.12; 2.4 0.58 0.3 0.08 0.12

S12,,Jacket,costume,Lin,,,,00:12:34:05,12:50,,,,
"""
EDL = """TITLE: RIVER MOON
FCM: NON-DROP FRAME

001  A012     V     C        10:02:11:04 10:02:15:00 01:12:00:00 01:12:03:21
* FROM CLIP NAME: S12-3A T4
* LOC: 01:12:01:10 RED     PEARL EARRING | LIN
002  A013     AA/V  C        10:03:00:00 10:03:10:00 01:12:03:21 01:12:13:21
* FROM CLIP NAME: S12-4 T1
003  A014     A     C        10:03:00:00 10:03:10:00 01:12:03:21 01:12:13:21
004  A015     V     C        10:05:00:00 10:05:00:00 01:12:13:21 01:12:13:21
004  A015     V     D    025 10:05:00:00 10:05:02:00 01:12:13:21 01:12:15:21
M2   A015     050.0                10:05:00:00
* FROM CLIP NAME: S14_1
 |C:ResolveColorBlue |M:JACKET |D:50
"""


def test_a_table_says_scenes_and_products() -> None:
    listed = read_table(TABLE, FPS)
    (scene,) = listed.scenes
    assert (scene.code, scene.name, scene.start_ms, scene.end_ms, scene.spoiler, scene.line) == (
        "S12",
        "The gate",
        720_000,
        900_000,
        1,
        2,
    )
    earring, jacket = listed.sightings
    assert (earring.kind, earring.wearer, earring.actor, earring.designer) == (
        ProductKind.JEWELLERY,
        "Lin",
        "Zhao Wei",
        "Mo Chen",
    )
    assert (earring.start_ms, earring.end_ms, earring.prominence, earring.alt) == (754_200, 761_000, 3, "left ear")
    assert earring.boxes == (Box(0, 0.62, 0.31, 0.08, 0.12), Box(2.4, 0.58, 0.3, 0.08, 0.12))
    assert (jacket.start_ms, jacket.line, listed.problems) == (754_200, 5, ())


@pytest.mark.parametrize("between", [";", "\t"])
def test_a_table_may_have_other_marks_between_its_cells(between: str) -> None:
    text = f"start{between}product{between}end\n12:00{between}Lamp{between}12:05\n"
    assert [one.product for one in read_table(text, FPS).sightings] == ["Lamp"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing in this list"), ("start,end\n", "names the columns"), ("scene,start\nS1,0\n", "names the columns"),
        ("scene,start,end,colour\n", "no column colour"), ("scene,start,end,end\n", "stands there twice"),
        ("scene,start,end\n", "nothing in this list"),
    ],
)  # fmt: skip
def test_what_is_no_such_table(text: str, words: str) -> None:
    with pytest.raises(ListNotUnderstood, match=words):
        read_table(text, FPS)


def test_what_is_wrong_in_a_line_is_told_of_that_line() -> None:
    text = "scene,product,kind,start,end,prominence,box\n" + "\n".join([
        ",,,0,5,,", "S1,,,noon,5,,", ",Lamp,hat,0,5,,", ",Lamp,,0,5,4,", ",Lamp,,0,5,,1 2", f",{'x' * 81},,0,5,,", ",Lamp,,0,5,,",
    ])  # fmt: skip
    found = read_table(text, FPS)
    assert [problem.line for problem in found.problems] == [2, 3, 4, 5, 6, 7] and len(found.sightings) == 1
    told = [str(problem.words) for problem in found.problems]
    assert told[1] == "Please write a time like 00:12:34.200, or with frames like 00:12:34:05; noon is none."
    assert "hat is no kind of product" in told[2] and "prominence is a number from 1 to 3" in told[3]


def test_a_file_is_text_in_utf_8() -> None:
    assert text_of(b"\xef\xbb\xbfa\r\nb\rc") == "a\nb\nc"
    for content in (b"\xff\xfe", b"a\x00b", b"x" * 1_000_001):
        with pytest.raises(ListNotUnderstood):
            text_of(content)


def test_which_list_it_is_is_seen() -> None:
    assert form_of(EDL) is ListForm.EDL and form_of(TABLE) is ListForm.TABLE
    assert form_of("FCM: DROP FRAME\n") is ListForm.EDL and form_of("\n001  A V C 1 2 3 4") is ListForm.EDL


# --- EDL ---


def test_shots_become_scenes_and_markers_products() -> None:
    listed = read_edl(EDL, FPS, FPS)
    assert listed.counted_from == "01:00:00:00"
    assert [(one.code, one.start_ms, one.end_ms) for one in listed.scenes] == [
        ("S12", 720_000, 733_840), ("S14", 733_840, 735_840),
    ]  # fmt: skip
    earring, jacket = listed.sightings
    assert (earring.product, earring.wearer, earring.scene) == ("PEARL EARRING", "LIN", "S12")
    assert (earring.start_ms, earring.end_ms) == (721_400, 723_840), "from the marker to the end of its shot"
    assert (jacket.product, jacket.start_ms, jacket.end_ms) == ("JACKET", 733_840, 735_840), "for 50 frames"


def test_a_list_at_another_rate_than_the_master_is_refused() -> None:
    with pytest.raises(WrongFrameRate, match="at 24 frames a second, and the master at 25"):
        read_edl(EDL, Fraction(24), FPS)
    with pytest.raises(NoSuchFrame, match="only frames 0 to 23"):
        read_edl(EDL.replace("01:12:03:21", "01:12:03:24"), Fraction(24), Fraction(24))
    with pytest.raises(WrongFrameRate, match="drops frames"):
        read_edl(EDL.replace("NON-DROP", "DROP"), FPS, FPS)
    with pytest.raises(WrongFrameRate, match="itself says 24 frames"):
        read_edl(EDL.replace("FCM: NON-DROP FRAME", "* FRAME RATE: 24"), FPS, FPS)


def test_a_list_that_drops_frames_keeps_up_with_the_clock() -> None:
    text = "FCM: DROP FRAME\n001  A V C 00:00:00;00 00:00:10;00 02:00:00;00 02:10:00;00\n* FROM CLIP NAME: 7A\n"
    rate = RATES["29.97"]
    (scene,) = read_edl(text, rate, rate, "01:00:00;00").scenes
    assert (scene.code, scene.start_ms, scene.end_ms) == ("7A", 3_599_996, 4_199_996)


def test_a_long_list_that_never_has_the_last_frames_looks_like_another_rate() -> None:
    shots = [f"{i:03}  A V C 00:00:00:00 00:00:01:00 01:00:{i:02}:00 01:00:{i:02}:23" for i in range(1, 56)]
    (hint,) = read_edl("\n".join(shots), FPS, FPS).hints
    assert str(hint) == "None of its 110 timecodes has a frame above 23: was it perhaps made at 24 frames a second?"
    assert read_edl("\n".join(shots), Fraction(24), Fraction(24)).hints == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no shot in this list"),
        ("001  A V C 00:00:00:00 00:00:01:00 01:00:02:00 01:00:01:00", "ends before it starts"),
        ("001  A V C 00:00:00:00 00:00:01:00 01:00:02:00", "four timecodes"),
        ("001  A V C 00:00:00:00 00:00:01:00 01:00:02:00 01:99:01:00", "no timecode"),
    ],
)
def test_what_is_no_edl(text: str, words: str) -> None:
    with pytest.raises(Exception, match=words):
        read_edl(text, FPS, FPS)


def test_a_list_begins_at_the_films_first_frame() -> None:
    with pytest.raises(ListNotUnderstood, match="begins before 02:00:00:00"):
        read_edl(EDL, FPS, FPS, "02:00:00:00")
    (scene, *_) = read_edl(EDL, FPS, FPS, "01:12:00:00").scenes
    assert scene.start_ms == 0


# --- what it would change ---

FILM = Known(5_400_000)


def test_keeping_a_list_a_second_time_changes_nothing() -> None:
    listed = read_table(TABLE, FPS)
    first = outcome_of(listed, FILM)
    assert (len(first.new_scenes), first.new_products, len(first.new_sightings), first.problems) == (
        1, ["Pearl drop earring", "Jacket"], 2, [],
    )  # fmt: skip
    earring, jacket = listed.sightings
    known = Known(
        5_400_000, {"S12": ("The gate", 720_000, 900_000, 1)}, {"Pearl drop earring": 1, "Jacket": 2}, frozenset(),
        {(1, 754_200, 761_000): (7, "S12", 3, "left ear", earring.boxes), (2, 754_200, 770_000): (8, "S12", 2, "", ())},
        [Span(7, 754_200, 761_000)],
    )  # fmt: skip
    second = outcome_of(listed, known)
    assert not second.changes_something and second.same == 3
    third = outcome_of(read_table(TABLE.replace("left ear", "right ear"), FPS), known)
    assert [one.alt for one in third.changed_sightings] == ["right ear"] and third.problems == []
    assert jacket.prominence is None


def test_what_cant_be_is_told_line_by_line() -> None:
    text = "scene,product,start,end,box\n" + "\n".join([
        "S1,,1:29:00,1:31:00,", ",Lamp,5,4,", "S9,Lamp,0,5,", ",Lamp,10,12,0.9 0 0.2 0.1", ",Hat,0,5,", ",Hat,0,5,", ",Old fan,0,5,",
        *(f",Lamp {i},60,61,0 0 0.1 0.1" for i in range(6)),
    ])  # fmt: skip
    found = outcome_of(read_table(text, FPS), Known(5_400_000, retired=frozenset({"Old fan"})))
    told = {problem.line: str(problem.words) for problem in found.problems}
    assert sorted(told) == [2, 3, 4, 5, 7, 8, 14]
    assert (
        "outside the film" in told[2]
        and "end after" in told[3]
        and "no scene S9" in told[4]
        and "off the frame" in told[5]
    )
    assert told[7] == "This stands in line 6 already." and "retired" in told[8]
    assert told[14] == "6 products would be marked in the frame at 00:01:00.000; at most 5 may be."


def test_a_list_of_another_cut_is_told_in_times_of_the_master() -> None:
    tv = [Offset(0, 60_000, 2_000), Offset(120_000, 600_000, -58_000)]
    text = "product,start,end,box\nLamp,12,22,0 0 0.1 0.1\nHat,0:52,1:12,0 0 0.1 0.1\nFan,0,1,\n"
    found = on_master(read_table(text, FPS), tv)
    assert [(one.product, one.start_ms, one.end_ms, len(one.boxes)) for one in found.sightings] == [
        ("Lamp", 10_000, 20_000, 1), ("Hat", 50_000, 60_000, 0), ("Hat", 120_000, 130_000, 0),
    ]  # fmt: skip
    assert [(one.line, str(one.words)) for one in found.problems] == [
        (4, "At 00:00:00.000 this cut shows nothing of the master.")
    ]
