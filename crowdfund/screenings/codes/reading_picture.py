"""A QR code in a picture that a door's camera took, for browsers that can't find one themselves.

zxing-cpp does it (the extra `door`: 1 MB, no dependencies, wheels for most machines but not for all).
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from crowdfund.refusal import Invalid, Refusal
from crowdfund.screenings.codes.token import PREFIX

BYTES_MAX = 5 * 1024 * 1024
PIXELS_MAX = 25_000_000
SIDE_MAX = 1600  # a ticket that fills a sixth of it still has 4 pixels a module
_FORMATS = ("PNG", "JPEG", "WEBP")


class NotAPicture(Invalid):
    pass


class PictureTooLarge(Invalid):
    pass


class NoCodeFound(Invalid):
    pass


class SeveralTickets(Invalid):
    """Which of them is meant is for the one who holds them to say."""


class CannotReadPictures(Refusal):
    """The extra is not installed."""


def read_picture(content: bytes, *, field: str = "image") -> str:
    """The text of the QR code in a picture: of the ticket, where other codes are beside it.

    content: PNG, JPEG or WebP, at most 5 MB and 25 megapixels. Takes 2 ms of a core for a camera's frame, 50 for a phone's
    photograph: for a thread.
    Raises NotAPicture, PictureTooLarge, NoCodeFound, SeveralTickets, CannotReadPictures.
    """
    try:
        import zxingcpp
    except ImportError:
        raise CannotReadPictures(
            "This site can't read codes from pictures. Type the code below it instead.", field=field
        ) from None
    kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(_grey(content, field), formats=kinds, text_mode=zxingcpp.TextMode.Plain)
    texts = list(dict.fromkeys(one.text for one in found if one.text))
    tickets = [text for text in texts if text.startswith(PREFIX)]
    if len(tickets) > 1:
        raise SeveralTickets(
            "There are {num} tickets in this picture. Show one at a time.", num=len(tickets), field=field
        )
    if not texts:
        raise NoCodeFound(
            "No code can be made out in this picture. Hold it closer, flat, and in the light.", field=field
        )
    return (tickets or texts)[0]


def _grey(content: bytes, field: str) -> Image.Image:
    if len(content) > BYTES_MAX:
        raise PictureTooLarge("Please send a picture of at most 5 MB.", field=field)
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise PictureTooLarge("Please send a picture of at most 25 megapixels.", field=field)
            opened.draft("L", (SIDE_MAX, SIDE_MAX))  # a JPEG is read at the size that is needed
            return _on_white(opened)
    except PictureTooLarge:
        raise
    except Image.DecompressionBombError as error:
        raise PictureTooLarge("Please send a picture of at most 25 megapixels.", field=field) from error
    except Exception as error:  # a decoder fed with anything raises anything
        raise NotAPicture("Please send a picture as PNG, JPEG or WebP.", field=field) from error


def _on_white(opened: Image.Image) -> Image.Image:
    if opened.has_transparency_data:
        seen = opened.convert("RGBA")
        grey = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("L")
    else:
        grey = opened.convert("L")
    grey.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    return grey
