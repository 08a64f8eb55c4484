"""A ticket on paper: what a PDF reader finds in it, what a camera sees on it, and how words are set."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdfund.screenings.codes.paper import KEYS, CannotMakePdf, TicketOnPaper, make_pdf
from crowdfund.screenings.codes.reading_picture import read_picture
from crowdfund.screenings.codes.setting import fitted, lines_of

ROOT = Path(__file__).parents[2]
CODE: str = json.loads((ROOT / "tests/unit/ticket_vectors.json").read_text(encoding="utf-8"))["codes"][0]["text"]
ENGLISH = TicketOnPaper(
    title="River Moon", cinema="Grand Theatre Shanghai", hall="Hall 2", address="21 Nanjing West Road, Shanghai 200003",
    day="Friday 10 September 2027", time="19:30", doors="Doors open at 19:00", seat="F 12", seat_words="Row F, seat 12, stalls",
    price_type="Standard", price="CN¥80.00", fee="CN¥8.00", total="CN¥88.00", holder="Zoë Müller-Łukasiewicz", order_number="2S8V-6V9D",
    code=CODE, typed="7K3QM-2P9DX", terms="Full refund until 10 September 2027, 13:30; after that half of the price.", key="sky",
)  # fmt: skip
CHINESE = TicketOnPaper(
    title="河上一日：江月", cinema="上海大光明电影院", hall="二号厅", address="上海市黄浦区南京西路 216 号，邮编 200003",
    day="2027年9月10日 星期五", time="19:30", doors="19:00 开始入场", seat="8 排 12 座", seat_words="8 排 12 座，池座",
    price_type="普通票", price="¥80.00", fee="¥8.00", total="¥88.00", holder="林美", order_number="2S8V-6V9D", code=CODE,
    typed="7K3QM-2P9DX", key="rose",
    terms="2027年9月10日 13:30 前可全额退款；之后至入场前退还票价的一半。若场次取消或改期，票款连同手续费全额退还。",
)  # fmt: skip


def printed(*tickets: TicketOnPaper) -> bytes:
    return make_pdf(tickets, _=str, language="en", site="crowdfund", made_at=datetime(2027, 1, 1, tzinfo=UTC))


def said(pdf: bytes, page: int = 0) -> str:
    """All letters of a page, without spaces and ends of lines. (PDFium tells a hyphen at the end of a line by a sign of its own.)"""
    found = pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range()
    return "".join(found.replace("\ufffe", "-").split())


def words(ticket: TicketOnPaper) -> list[str]:
    unsaid = {"code", "key"}
    return ["".join(getattr(ticket, one.name).split()) for one in fields(ticket) if one.name not in unsaid]


@pytest.mark.landing
@pytest.mark.parametrize("ticket", [ENGLISH, CHINESE], ids=["english", "chinese"])
def test_all_that_stands_on_it_can_be_searched(ticket: TicketOnPaper) -> None:
    found = said(printed(ticket))
    assert [word for word in words(ticket) if word not in found] == []


def test_pdftotext_finds_it_too(tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("no pdftotext on this machine")
    file = tmp_path / "ticket.pdf"
    file.write_bytes(printed(CHINESE, ENGLISH))
    found = subprocess.run([program, "-layout", file, "-"], capture_output=True, check=True, text=True).stdout
    lines = (
        "河上一日：江月",
        "8 排 12 座，池座",
        "上海大光明电影院 · 二号厅",
        "Row F, seat 12, stalls",
        ENGLISH.holder,
    )
    assert [line for line in lines if line not in found] == []


@pytest.mark.parametrize("dots", [72, 150, 300])
def test_a_camera_reads_its_code(dots: int) -> None:
    """From the whole page, as coarse as a fax."""
    picture = BytesIO()
    pypdfium2.PdfDocument(printed(CHINESE))[0].render(scale=dots / 72, grayscale=True).to_pil().save(picture, "PNG")
    assert read_picture(picture.getvalue()) == CODE


@pytest.mark.landing
def test_each_ticket_has_a_page_of_a4_and_the_file_stays_small() -> None:
    assert len(printed(ENGLISH)) < 25_000 and len(printed(CHINESE)) < 45_000
    many = printed(*[replace(CHINESE, seat=f"8 排 {number} 座") for number in range(1, 11)])
    document = pypdfium2.PdfDocument(many)
    assert len(document) == 10 and len(many) < 100_000
    assert all((round(page.get_width()), round(page.get_height())) == (595, 842) for page in document)
    assert "8排10座" in said(many, 9)


def test_the_file_says_what_it_is_and_is_the_same_each_time() -> None:
    pdf = make_pdf([CHINESE], _=str, language="zh-CN", site="crowdfund", made_at=datetime(2027, 1, 1, tzinfo=UTC))
    told = pypdfium2.PdfDocument(pdf).get_metadata_dict()
    assert (told["Title"], told["Author"]) == ("河上一日：江月 · 2027年9月10日 星期五", "crowdfund")
    assert b"/Lang (zh-CN)" in pdf and b"+NotoSansSC" in pdf and b"+NotoSerifSC" in pdf


def test_the_words_around_it_are_the_readers() -> None:
    pdf = make_pdf(
        [CHINESE],
        _=lambda text: {"Your place": "您的座位"}.get(text, text),
        language="zh-CN",
        site="s",
        made_at=datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert "您的座位" in said(pdf) and "Yourplace" not in said(pdf)


LONG = (
    "The Extraordinarily Long Journey of Captain Ferdinand von Hohenzollern-Sigmaringen across the Ice, and Back Again"
)


def test_long_words_are_smaller_then_cut_and_never_leave_their_place() -> None:
    found = said(
        printed(
            replace(
                ENGLISH, title=LONG, cinema="Lichtspieltheater " * 9, holder="Maximiliane " * 20, terms="Terms. " * 900
            )
        )
    )
    assert "".join(LONG.split()) in found and "…" in found and len(found) < 2500
    widest = pypdfium2.PdfDocument(printed(replace(ENGLISH, title="W" * 300, seat="W" * 99, holder="W" * 300)))[
        0
    ].get_textpage()
    boxes = [widest.get_rect(place) for place in range(widest.count_rects())]
    assert max(right for _, _, right, _ in boxes) < 595 - 28 and min(left for left, _, _, _ in boxes) > 28


@pytest.mark.landing
@given(st.text(max_size=60), st.text(max_size=30))
@settings(max_examples=8, deadline=None)
def test_whatever_people_are_called_there_is_a_page(title: str, holder: str) -> None:
    assert len(pypdfium2.PdfDocument(printed(replace(ENGLISH, title=title, holder=holder)))) == 1


@pytest.mark.parametrize(
    "holder", ["Łukasz Świątek", "Київ Їжак", "Ελένη Παπαδοπούλου", "Žižek 林美 Ğüneş", "Nguyễn Thị Ánh", "Zoe\u0308"]
)
def test_names_of_many_scripts_have_all_their_letters(holder: str, caplog: pytest.LogCaptureFixture) -> None:
    assert "".join(normalize("NFC", holder).split()) in said(printed(replace(ENGLISH, holder=holder, title=holder)))
    assert [record.getMessage() for record in caplog.records if "missing" in record.getMessage()] == []


def test_what_a_font_lacks_breaks_nothing() -> None:
    assert "abc" in said(printed(replace(ENGLISH, title="🎬 ليلة \x00\u202e abc", holder="\ud800", key="none such")))


def test_without_the_extra_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fpdf", None)
    with pytest.raises(CannotMakePdf, match="Print the ticket's page instead"):
        printed(ENGLISH)


def test_its_colours_are_the_sites_by_day() -> None:
    tokens = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    for name, colour in KEYS.items():
        assert f"--{name}: light-dark(#{bytes(colour).hex()}," in tokens
    assert set(KEYS) == set(re.findall(r"\.key--([a-z]+) ", tokens))


# --- words set into lines ---


def wide(text: str) -> float:
    """As in a terminal: Chinese is twice as wide."""
    return sum(2 if letter > "⺀" else 1 for letter in text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("River Moon", ["River Moon"]),
        ("The River and the Moon", ["The River", "and the", "Moon"]),
        ("Hohenzollern-Haus", ["Hohenzolle", "rn-Haus"]),
        ("a-b-c-d-e-f-g", ["a-b-c-d-e-", "f-g"]),
        ("河上一日江月", ["河上一日江", "月"]),
        ("河上一日江，月", ["河上一日", "江，月"]),
        ("河上一日《江月》", ["河上一日", "《江月》"]),
        ("第 8 排 12 座", ["第 8 排 12", "座"]),
        ("  two \n  words ", ["two words"]),
    ],
)
def test_lines_break_where_each_script_breaks(text: str, lines: list[str]) -> None:
    assert lines_of(text, 10, wide) == lines


@given(st.text(alphabet="ab河月，。《 -", max_size=60), st.integers(4, 20))
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str, width: int) -> None:
    lines = lines_of(text, width, wide)
    assert all(line and wide(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_title_is_as_large_as_it_fits_and_leaves_no_letter_alone() -> None:
    def at(text: str, size: float) -> float:
        return wide(text) * size

    assert fitted("河上一日：江月", 130, 3, [10, 9, 8], at) == (9, ["河上一日：江月"])
    assert fitted("one two three four", 100, 1, [10, 9], at) == (9, ["one two…"])
    assert fitted("river moon river moon", 100, 2, [10, 9], at) == (10, ["river moon", "river moon"])
