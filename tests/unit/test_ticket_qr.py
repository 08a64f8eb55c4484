"""A ticket's QR code: what is drawn on a page, and what a door's camera sees of it."""

from __future__ import annotations

import json
import random
import sys
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from crowdfund.refusal import Refusal
from crowdfund.screenings.codes import qr
from crowdfund.screenings.codes.reading_picture import (
    CannotReadPictures,
    NoCodeFound,
    NotAPicture,
    PictureTooLarge,
    SeveralTickets,
    read_picture,
)

VECTORS = json.loads((Path(__file__).parent / "ticket_vectors.json").read_text(encoding="utf-8"))
TEXTS: list[str] = [one["text"] for one in VECTORS["codes"]]
GOOD, OTHER = TEXTS[:2]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str, side: int = 318) -> Image.Image:
    """The code as paper has it, so many pixels wide with its quiet zone."""
    wide, bars = qr.bars(text)
    image = Image.new("L", (wide * 6, wide * 6), 255)
    pen = ImageDraw.Draw(image)
    for x, y, length in bars:
        pen.rectangle((x * 6, y * 6, (x + length) * 6 - 1, y * 6 + 5), fill=0)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def in_hand(*codes: Image.Image, angle: float = 0, blur: float = 0, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A grey picture with codes side by side in it, turned and out of focus."""
    frame = Image.new("L", size, 170)
    for place, code in enumerate(codes):
        middle = size[0] * (2 * place + 1) // (2 * len(codes))
        frame.paste(code, (middle - code.width // 2, (size[1] - code.height) // 2))
    return frame.rotate(angle, fillcolor=170, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(blur))


def sent(image: Image.Image, kind: str = "PNG") -> bytes:
    written = BytesIO()
    image.save(written, kind, quality=70)
    return written.getvalue()


# --- on a page ---


def test_it_is_45_modules_wide_and_has_room_around_it() -> None:
    for text in [*TEXTS, "PT1." + "A" * 116]:
        wide, bars = qr.bars(text)
        assert wide == 45 + 2 * 4
        assert min(x for x, _, _ in bars) == min(y for _, y, _ in bars) == 4 and max(x + n for x, _, n in bars) == 49


def test_it_is_dark_on_white_whatever_the_page_is_and_says_what_it_is() -> None:
    text = str(qr.drawing(GOOD, label='Ticket of Mei "M" <Lin>, 第 F 排 12 座'))
    svg = ElementTree.fromstring(text)
    assert (svg.get("role"), svg.get("aria-label")) == ("img", 'Ticket of Mei "M" <Lin>, 第 F 排 12 座')
    assert svg.get("viewBox") == "0 0 53 53" and svg.get("width") is None and svg.get("class") == "qr"
    white, dark = svg.findall(f"{SVG}path")
    assert (white.get("fill"), dark.get("stroke")) == ("#fff", "#000")
    assert "style" not in text and len(text) < 6000


# --- seen by a camera ---


@pytest.mark.parametrize("angle", [0, 7, 45, 90, 133, 180, 270, 301])
def test_it_is_read_at_any_angle(angle: float) -> None:
    assert read_picture(sent(in_hand(drawn(GOOD), angle=angle), "JPEG")) == GOOD


@pytest.mark.parametrize("side", [159, 212, 318, 477])
def test_it_is_read_small_and_large(side: int) -> None:
    """From three pixels a module on."""
    assert [read_picture(sent(in_hand(drawn(text, side), angle=3), "JPEG")) for text in TEXTS] == TEXTS


def test_it_is_read_out_of_focus_and_in_bad_light() -> None:
    for text in TEXTS:
        frame = in_hand(drawn(text), angle=12, blur=1.5)
        noisy = Image.blend(frame, Image.effect_noise(frame.size, 60), 0.3).point(lambda level: level // 2 + 20)
        assert read_picture(sent(noisy, "JPEG")) == text


def test_it_is_read_with_a_fold_a_thumb_and_rain_on_it() -> None:
    chance = random.Random(1)
    for text in TEXTS:
        code = drawn(text, 424)
        pen = ImageDraw.Draw(code)
        pen.line((0, 230, 424, 236), fill=120, width=3)
        for _ in range(8):
            x, y = chance.randrange(140, 380), chance.randrange(140, 380)
            pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=chance.choice([90, 255]))
        assert read_picture(sent(in_hand(code, angle=5, blur=0.8), "JPEG")) == text


def test_it_is_read_from_a_phone_in_dark_mode_and_from_a_large_photograph() -> None:
    assert read_picture(sent(in_hand(drawn(GOOD)).point(lambda level: 255 - level))) == GOOD
    photograph = in_hand(drawn(GOOD, 900), angle=20, blur=2, size=(4000, 3000))
    assert read_picture(sent(photograph.convert("RGB"), "JPEG")) == GOOD


def test_a_picture_without_ground_is_on_white() -> None:
    code = drawn(GOOD)
    clear = Image.new("RGBA", code.size, (0, 0, 0, 0))
    clear.putalpha(code.point(lambda level: 255 - level))
    assert read_picture(sent(clear)) == read_picture(sent(clear, "WEBP")) == GOOD


def test_another_code_beside_a_ticket_is_no_matter_and_alone_it_is_told() -> None:
    menu = drawn("https://bar.example/menu")
    assert read_picture(sent(in_hand(menu, drawn(GOOD), size=(900, 480)))) == GOOD
    assert read_picture(sent(in_hand(menu))) == "https://bar.example/menu"


def test_two_tickets_in_one_picture_are_one_too_many() -> None:
    with pytest.raises(SeveralTickets, match="There are 2 tickets in this picture"):
        read_picture(sent(in_hand(drawn(GOOD), drawn(OTHER), size=(900, 480))))
    assert read_picture(sent(in_hand(drawn(GOOD), drawn(GOOD), size=(900, 480)))) == GOOD


def test_where_there_is_no_code_it_says_what_to_do() -> None:
    for nothing in (
        Image.new("L", (640, 480), 90),
        Image.effect_noise((640, 480), 90),
        Image.new("L", (1, 1)),
        Image.new("L", (20_000, 1)),
    ):
        with pytest.raises(NoCodeFound, match="Hold it closer"):
            read_picture(sent(nothing))


NOT_PICTURES = [b"", b"\x00" * 100, b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + bytes(40)]


@pytest.mark.parametrize(
    "content", [*NOT_PICTURES, sent(Image.new("L", (640, 480)))[:200], sent(in_hand(drawn(GOOD)), "JPEG")[:900]]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises((NotAPicture, NoCodeFound)):
        read_picture(content)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(PictureTooLarge, match="5 MB"):
        read_picture(bytes(5 * 1024 * 1024 + 1))
    for side in (5001, 10_000, 20_000):
        with pytest.raises(PictureTooLarge, match="25 megapixels"):
            read_picture(sent(Image.new("1", (side, side))))


PICTURE = sent(in_hand(drawn(GOOD), size=(360, 340)))


@given(st.integers(0, len(PICTURE) - 1), st.binary(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_damaged_picture_is_read_or_refused(place: int, bytes_in: bytes) -> None:
    try:
        assert read_picture(PICTURE[:place] + bytes_in + PICTURE[place + len(bytes_in) :])
    except Refusal as refusal:
        assert refusal.status_code == 422


def test_without_the_extra_it_says_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(CannotReadPictures, match="Type the code below it") as refused:
        read_picture(PICTURE)
    assert refused.value.status_code == 409
