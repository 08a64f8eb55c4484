"""Pictures that people send: looked at with suspicion, drawn anew, nothing of the old file kept (S15)."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from crowdfund import settings
from crowdfund.refusal import Invalid
from crowdfund.web import images
from crowdfund.web.images import NotAPicture, PictureTooLarge, read_picture


def written(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def photo(width: int = 800, height: int = 600, mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "a secret place"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)
    return written(photo(800, 600), "JPEG", exif=exif)


GOOD: dict[str, Callable[[], bytes]] = {
    "png": lambda: written(photo(), "PNG"),
    "jpeg": lambda: written(photo(), "JPEG"),
    "webp": lambda: written(photo(), "WEBP"),
    "transparent png": lambda: written(photo(mode="RGBA"), "PNG"),
    "palette png": lambda: written(photo().convert("P"), "PNG"),
    "grey 16 bit": lambda: written(photo(mode="I;16"), "PNG"),
    "black and white": lambda: written(photo(mode="1"), "PNG"),
    "cmyk jpeg": lambda: written(photo(mode="CMYK"), "JPEG"),
    "one pixel": lambda: written(photo(1, 1), "PNG"),
    "very wide": lambda: written(photo(5000, 10), "PNG"),
    "very tall": lambda: written(photo(10, 5000), "PNG"),
    "with a place in it": with_exif,
    "png and html": lambda: written(photo(), "PNG") + b"<script>alert(1)</script>",
    "jpeg and zip": lambda: written(photo(), "JPEG") + b"PK\x03\x04" + b"x" * 100,
    "moving webp": lambda: written(photo(100, 100), "WEBP", save_all=True, append_images=[photo(100, 100)] * 50),
    "moving png": lambda: written(photo(100, 100), "PNG", save_all=True, append_images=[photo(100, 100)] * 5),
}
BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "words": lambda: b"hello",
    "html": lambda: b"<html><script>alert(1)</script></html>",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg as xml": lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "gif": lambda: written(photo(), "GIF"),
    "gif of 1,000 frames": lambda: written(
        photo(8, 8), "GIF", save_all=True, append_images=[photo(8, 8).rotate(i) for i in range(1_000)]
    ),
    "bmp": lambda: written(photo(), "BMP"),
    "tiff": lambda: written(photo(), "TIFF"),
    "ico": lambda: written(photo(64, 64), "ICO"),
    "pdf": lambda: b"%PDF-1.7\n" + b"x" * 1000,
    "eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file\n",
    "png's name only": lambda: b"\x89PNG\r\n\x1a\n",
    "half a png": lambda: written(photo(), "PNG")[:2000],
    "half a jpeg": lambda: written(photo(), "JPEG")[:700],
    "broken png": lambda: written(photo(), "PNG").replace(b"IDAT", b"IDAX", 1),
    "noise": lambda: os.urandom(10_000),
}
LARGE: dict[str, Callable[[], bytes]] = {
    "100,000 x 100,000": lambda: png_that_claims(100_000, 100_000),
    "26 megapixels": lambda: png_that_claims(5_200, 5_000),
    "60 megapixels": lambda: png_that_claims(10_000, 6_000),
    "more than 5 MB": lambda: os.urandom(5 * 1024 * 1024 + 1),
}


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path) -> Path:
    settings.use(settings.Settings(secret="a secret for tests", uploads=tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", GOOD)
async def test_a_picture_is_drawn_anew(name: str) -> None:
    picture = await read_picture(GOOD[name]())
    assert set(picture.files) == {"", "-640"}
    for ending, content in picture.files.items():
        assert content[:4] == b"RIFF" and content[8:12] == b"WEBP"
        with Image.open(BytesIO(content)) as opened:
            assert opened.width <= images.WIDTHS[ending]
            assert not opened.getexif() and not opened.info.get("exif") and not opened.info.get("xmp")
            assert getattr(opened, "n_frames", 1) == 1
        assert b"script" not in content and b"PK\x03\x04" not in content and b"secret place" not in content


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_picture_is_refused(name: str) -> None:
    with pytest.raises(NotAPicture):
        await read_picture(BAD[name]())


@pytest.mark.parametrize("name", LARGE)
async def test_what_is_too_large_is_refused_before_it_is_drawn(name: str) -> None:
    with pytest.raises(PictureTooLarge):
        await read_picture(LARGE[name]())


async def test_a_picture_lying_on_its_side_stands_up() -> None:
    picture = await read_picture(with_exif())
    assert (picture.width, picture.height) == (600, 800)


async def test_a_large_picture_becomes_1600_wide() -> None:
    picture = await read_picture(written(photo(4000, 3000), "JPEG"))
    assert (picture.width, picture.height) == (1600, 1200)


async def test_the_refusal_names_the_field() -> None:
    with pytest.raises(Invalid) as refused:
        await read_picture(b"x", field="poster")
    assert (refused.value.field, refused.value.status_code) == ("poster", 422)
