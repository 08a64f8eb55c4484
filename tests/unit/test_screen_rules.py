"""What holds of what is on screen, without a database: times, boxes, crowds, documents, cuts, differences, lint."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.merch.screen.captions import CaptionsNotUnderstood, read_captions
from crowdfund.merch.screen.cues import (
    Airing,
    Cue,
    CueDocument,
    Offset,
    OnProduct,
    OnScene,
    OnWearer,
    ProductNow,
    changes_between,
    document_of,
    fingerprint_of,
    from_the_cut,
    in_cut,
    released,
    text_of,
    times_in_cut,
)
from crowdfund.merch.screen.files import ending_of
from crowdfund.merch.screen.lint import FindingKind, Weight, lint
from crowdfund.merch.screen.rules import (
    Box,
    BoxNotUnderstood,
    BoxOffTheFrame,
    EndsBeforeItStarts,
    OutsideTheFilm,
    Span,
    TooManyAtOnce,
    boxes_of,
    boxes_text,
    checked_boxes,
    crowds,
    refuse_crowd,
    refuse_span,
    why_not_cleared,
)
from crowdfund.merch.screen.timecode import (
    RATES,
    NoSuchFrame,
    TimeNotUnderstood,
    clock_text,
    frame_at,
    frame_of,
    ms_of_frame,
    understand,
)

LIN = OnWearer(1, "Lin", "Zhao Wei")
EARRING = OnProduct(10, "Earring", "jewellery", "earrings", "Mo Chen", "", None, "", LIN)
LAMP = OnProduct(11, "Lamp", "set", "", "", "", None, "", None)
GATE = OnScene(5, "S12", "The gate", 720_000, 900_000, 1)
BOX = Box(0, 0.62, 0.31, 0.08, 0.12)


def a_cue(number: int, start: int, end: int, product: OnProduct = EARRING, **more: object) -> Cue:
    facts = {"scene": None, "wearer": product.wearer, "boxes": (BOX,), "prominence": 2, "alt": "left ear", "spoiler": 0}
    return Cue(number, product, start_ms=start, end_ms=end, kind=product.kind, **(facts | more))  # type: ignore[arg-type]


def a_document(*cues: Cue, length: int = 5_400_000) -> CueDocument:
    return CueDocument(7, 0, "", length, (GATE,), cues, {cue.product.id: cue.product for cue in cues})


# --- times ---


@pytest.mark.parametrize(
    ("typed", "ms"),
    [
        ("00:12:34.200", 754_200), ("12:34", 754_000), ("12:34.2", 754_200), ("754.2", 754_200), ("754,25", 754_250), ("0", 0),
        ("00:12:34:05", 754_200), ("90:00", 5_400_000), ("1:30:00", 5_400_000), ("01:00:00:24", 3_600_960),
    ],
)  # fmt: skip
def test_a_time_is_typed_as_people_do(typed: str, ms: int) -> None:
    assert understand(typed, Fraction(25)) == ms


@pytest.mark.parametrize(
    "typed", ["", "noon", "12:60", "1:60:00", "-5", "1e3", "12:34.2001", "１２:34", "12:34:56:78:90", "0x10"]
)
def test_what_is_no_time_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(TimeNotUnderstood):
        understand(typed, Fraction(25))


def test_a_frame_that_a_rate_does_not_have() -> None:
    assert frame_of("00:00:01:23", Fraction(24)) == 47
    with pytest.raises(NoSuchFrame, match="at 24 a second has only frames 0 to 23"):
        frame_of("00:00:01:24", Fraction(24))
    with pytest.raises(NoSuchFrame, match="only frames 0 to 23"):
        frame_of("00:00:01:24", RATES["23.976"])


def test_dropped_frames_keep_up_with_the_clock() -> None:
    """SMPTE 12M: an hour at 29.97 has 107892 frames; minute ten drops none, minute one the first two."""
    rate = RATES["29.97"]
    assert frame_of("01:00:00;00", rate) == 107_892
    assert frame_of("00:00:59;29", rate) == 1_799 and frame_of("00:01:00;02", rate) == 1_800
    assert frame_of("00:10:00;00", rate) == 17_982
    assert ms_of_frame(frame_of("01:00:00;00", rate), rate) == 3_599_996, "four milliseconds an hour, not 3.6 seconds"
    assert frame_of("01:00:00;00", RATES["59.94"]) == 215_784
    with pytest.raises(NoSuchFrame, match="does not exist"):
        frame_of("00:01:00;01", rate)
    with pytest.raises(NoSuchFrame, match=r"only 29\.97 and 59\.94 do"):
        frame_of("00:01:00;02", Fraction(25))
    assert frame_of("01:00:00:00", rate) == 108_000, "counted, not dropped"


@given(st.integers(0, 2_000_000), st.sampled_from(sorted(RATES.values())))
def test_a_frame_and_its_moment_lead_to_each_other(frame: int, fps: Fraction) -> None:
    assert frame_at(ms_of_frame(frame, fps), fps) == frame


def test_a_moment_is_written_as_webvtt_has_it() -> None:
    assert (clock_text(754_200), clock_text(0), clock_text(36_000_001)) == (
        "00:12:34.200",
        "00:00:00.000",
        "10:00:00.001",
    )


# --- spans and boxes ---


def test_a_span_is_in_the_film() -> None:
    refuse_span(0, 5_000, 5_000)
    for span, refusal in (((5, 5), EndsBeforeItStarts), ((6, 5), EndsBeforeItStarts), ((0, 5_001), OutsideTheFilm)):
        with pytest.raises(refusal):
            refuse_span(*span, 5_000)


def test_boxes_are_typed_one_a_line() -> None:
    assert boxes_of("0.62 0.31 0.08 0.12") == [[0, 0.62, 0.31, 0.08, 0.12]]
    assert boxes_of("0 0.62 0.31 0.08 0.12; 2.4, 0.58, 0.3, 0.08, 0.12\n") == [
        [0, 0.62, 0.31, 0.08, 0.12], [2.4, 0.58, 0.3, 0.08, 0.12],
    ]  # fmt: skip
    assert boxes_of(boxes_text([BOX, (2.4, 0.58, 0.3, 0.08, 0.12)])) == [list(BOX), [2.4, 0.58, 0.3, 0.08, 0.12]]
    assert boxes_of(" \n ") == []
    for typed in ("1 2 3", "a b c d", "1 2 3 4 5 6", "nan 0 0 1 1", "1e3 0 0 1 1"):
        with pytest.raises(BoxNotUnderstood):
            boxes_of(typed)


def test_a_box_fills_the_frame_and_no_more() -> None:
    assert checked_boxes([[0, 0, 0, 1, 1]], 1_000) == [Box(0, 0, 0, 1, 1)]
    assert checked_boxes([[1, 0.3333333, 0, 0.6666667, 1]], 1_000)[0].x == 0.3333
    with pytest.raises(BoxOffTheFrame, match=r"second 0"):
        checked_boxes([[0, 0.5, 0.5, 0.51, 0.1]], 1_000)
    with pytest.raises(BoxNotUnderstood):
        checked_boxes([[0, True, 0, 1, 1]], 1_000)


def test_crowds_are_told_once_at_their_worst() -> None:
    spans = [Span(i, i * 10, 1_000) for i in range(7)] + [Span(9, 2_000, 3_000)]
    assert crowds(spans) == [(60, [0, 1, 2, 3, 4, 5, 6])]
    assert crowds([Span(i, 0, 100) for i in range(5)] + [Span(6, 100, 200)]) == [], "one comes as the others go"
    with pytest.raises(TooManyAtOnce, match=r"2 boxes too many: at 00:00:00\.000 7 products"):
        refuse_crowd([Span(i, 0, 100) for i in range(5)], [Span(6, 0, 100), Span(7, 0, 100)])


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=25))
def test_crowds_are_found_as_counting_every_moment_finds_them(rows: list[tuple[int, int]]) -> None:
    spans = [Span(i, start, start + length) for i, (start, length) in enumerate(rows)]
    worst = max((sum(s.start_ms <= t < s.end_ms for s in spans) for t in range(100)), default=0)
    found = crowds(spans)
    assert bool(found) == (worst > 5)
    if found:
        assert max(len(ids) for _at, ids in found) == worst


def test_what_is_missing_before_a_product_is_cleared() -> None:
    assert why_not_cleared(design=True, likeness=False, has_wearer=False) is None
    assert why_not_cleared(design=True, likeness=True, has_wearer=True) is None
    assert "design" in str(why_not_cleared(design=False, likeness=True, has_wearer=True))
    assert "wears it" in str(why_not_cleared(design=True, likeness=False, has_wearer=True))


# --- documents ---


def test_a_document_reads_back_as_it_was_written() -> None:
    document = a_document(a_cue(1, 754_200, 761_000, scene=GATE, spoiler=1), a_cue(2, 800_000, 801_000, LAMP, boxes=()))
    text = text_of(document)
    found = document_of(text, 3, fingerprint_of(text))
    assert found == replace(document, number=3, sha256=fingerprint_of(text))
    assert text_of(found) == text, "the number is no part of what is in it"
    assert len(fingerprint_of(text)) == 64


def test_changes_are_told_in_the_order_of_the_film() -> None:
    first = a_document(a_cue(1, 1_000, 2_000), a_cue(2, 3_000, 4_000), a_cue(3, 5_000, 6_000))
    second = a_document(a_cue(1, 1_000, 2_000), a_cue(2, 3_000, 4_500, alt="right ear"), a_cue(4, 500, 900))
    found = changes_between(first, second)
    assert [(c.cue.id, c.before is None, c.after is None, c.fields) for c in found] == [
        (4, True, False, ()), (2, False, False, ("end_ms", "alt")), (3, False, True, ()),
    ]  # fmt: skip
    assert len(changes_between(None, first)) == 3 and changes_between(first, first) == []


def test_what_is_released_and_when_the_next_is() -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    later, much_later = now + timedelta(hours=1), now + timedelta(hours=2)
    document = a_document(a_cue(1, 1_000, 2_000), a_cue(2, 3_000, 4_000, LAMP))
    facts = {10: ProductNow(True, much_later), 11: ProductNow(True, None)}
    assert released(document, facts, Airing(None, 0), now)[0].cues == (document.cues[1],)
    assert released(document, facts, Airing(later, 0), now) == (document.with_cues(()), later)
    assert released(document, facts, Airing(later, 0), later) == (document.with_cues(document.cues[1:]), much_later)
    assert released(document, facts, Airing(None, 0), much_later) == (document, None)
    gone = {10: ProductNow(False, None)}
    assert released(document, gone, Airing(None, 0), now) == (document.with_cues(()), None)


# --- other cuts ---

TV = [Offset(0, 60_000, 2_000), Offset(120_000, 600_000, -58_000)]  # a logo of two seconds before it, a minute cut out


def test_a_span_is_nowhere_once_or_in_pieces_in_another_cut() -> None:
    assert times_in_cut(10_000, 20_000, TV) == [(12_000, 22_000)]
    assert times_in_cut(70_000, 80_000, TV) == []
    assert times_in_cut(50_000, 130_000, TV) == [(52_000, 72_000)], "what was cut away is not seen as a gap"
    swapped = [Offset(0, 10_000, 10_000), Offset(10_000, 20_000, -10_000)]
    assert times_in_cut(5_000, 15_000, swapped) == [(0, 5_000), (15_000, 20_000)]
    assert times_in_cut(12_000, 22_000, from_the_cut(TV)) == [(10_000, 20_000)]


def test_a_document_of_another_cut_keeps_each_box_at_its_moment() -> None:
    moving = (BOX, Box(20, 0.5, 0.31, 0.08, 0.12), Box(75, 0.4, 0.31, 0.08, 0.12))
    document = in_cut(a_document(a_cue(1, 50_000, 130_000, boxes=moving), a_cue(2, 70_000, 80_000), length=600_000), TV)
    (cue,) = document.cues
    assert (document.duration_ms, cue.start_ms, cue.end_ms) == (542_000, 52_000, 72_000)
    assert [box.at for box in cue.boxes] == [0, 15], "the one in between was cut away"


@given(st.integers(0, 590_000), st.integers(1, 10_000))
def test_there_and_back_is_where_it_was(start: int, length: int) -> None:
    for first, last in times_in_cut(start, start + length, TV):
        found = times_in_cut(first, last, from_the_cut(TV))
        assert sum(end - begin for begin, end in found) == last - first
        for back in found:
            assert start <= back[0] < back[1] <= start + length


# --- lint ---


def test_lint_tells_what_is_wrong_where() -> None:
    crowd = [a_cue(20 + i, 10_000, 12_000, replace(LAMP, id=50 + i, name=f"Lamp {i}")) for i in range(6)]
    cues = [
        a_cue(1, 1_000, 2_000), a_cue(2, 2_500, 3_000), a_cue(3, 5_399_000, 5_400_001),
        a_cue(4, 20_000, 21_000, LAMP, scene=GATE, alt=""), *crowd,
    ]  # fmt: skip
    cleared = {cue.product.id: cue.product.id != LAMP.id for cue in cues}
    found = lint(a_document(*cues), cleared)
    assert [(one.kind, one.weight, one.at_ms) for one in found] == [
        (FindingKind.GAP, Weight.HINT, 2_500), (FindingKind.OVERLAP, Weight.STOPS, 10_000),
        (FindingKind.NO_WORDS, Weight.HINT, 20_000), (FindingKind.NOT_CLEARED, Weight.LEAVES_OUT, 20_000),
        (FindingKind.OUTSIDE_SCENE, Weight.HINT, 20_000), (FindingKind.OUTSIDE, Weight.STOPS, 5_399_000),
    ]  # fmt: skip
    assert "6 products are marked in the frame at 00:00:10.000" in str(found[1].words)
    assert "less than a second later" in str(found[0].words)


def test_lint_is_silent_where_all_is_well() -> None:
    cues = [
        a_cue(1, 754_200, 761_000, scene=GATE),
        a_cue(2, 762_000, 763_000, scene=GATE),
        a_cue(3, 754_000, 762_500, LAMP),
    ]
    assert lint(a_document(*cues), {10: True, 11: True}) == []


def test_a_long_list_at_one_moment_is_a_hint() -> None:
    cues = [a_cue(i, 0, 1_000, replace(LAMP, id=i), boxes=()) for i in range(1, 8)]
    (found,) = lint(a_document(*cues), dict.fromkeys(range(1, 8), True))
    assert (found.kind, found.weight) == (FindingKind.CROWDED_LIST, Weight.HINT)


# --- files ---


def test_a_film_is_known_by_its_first_bytes() -> None:
    assert ending_of(b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00") == ".mp4"
    assert ending_of(b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm") == ".webm"
    for other in (b"", b"GIF89a", b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", b"<html>ftyp", b"\x00\x00\x00\x20moov"):
        assert ending_of(other) is None


def test_captions_are_webvtt_for_this_film() -> None:
    good = b"WEBVTT\r\n\r\n1\r\n00:01.000 --> 00:00:04.000 line:90%\r\nWait.\r\n"
    assert read_captions(b"\xef\xbb\xbf" + good, 60_000).startswith("WEBVTT\n\n1\n00:01.000")
    for content, words in (
        (b"1\n00:00:01,000 --> 00:00:04,000\nWait.", "begins with WEBVTT"),
        (b"WEBVTT\n\n00:00:01,000 --> 00:00:04,000\nWait.", "Line 3: times"),
        (b"WEBVTT\n\n00:04.000 --> 00:01.000\nWait.", "Line 3: this caption ends"),
        (b"WEBVTT\n\n01:00.000 --> 01:01.000\nWait.", "outside the film"),
        (b"WEBVTT\n\nNOTE nothing", "not a single caption"),
        (b"WEBVTT\n\xff", "UTF-8"),
    ):
        with pytest.raises(CaptionsNotUnderstood, match=words):
            read_captions(content, 60_000)
