"""Pictures that people send: looked at with suspicion, drawn anew, kept without a word of what else was in the file."""

from __future__ import annotations

import asyncio
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from crowdfund.database import ids, outside_transaction
from crowdfund.database.private_files import write_whole
from crowdfund.refusal import Invalid, NotFound
from crowdfund.settings import current
from crowdfund.web.routes import get, public

BYTES_MAX = 5 * 1024 * 1024
PIXELS_MAX = 25_000_000
WIDTHS = {"": 1600, "-640": 640}  # by what stands at the end of the file's name
_FORMATS = ("PNG", "JPEG", "WEBP")

_drawing = ThreadPoolExecutor(1, thread_name_prefix="images")  # one at a time: each may take 100 MB for a moment


def _begin_anew() -> None:
    """In a forked process, as the server's are: threads stay behind, and what is given to their pool would never be done."""
    global _drawing
    _drawing = ThreadPoolExecutor(1, thread_name_prefix="images")


os.register_at_fork(after_in_child=_begin_anew)


class NotAPicture(Invalid):
    pass


class PictureTooLarge(Invalid):
    pass


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew as WebP. files: the content by the end of the name. width, height: of the largest."""

    files: dict[str, bytes]
    width: int
    height: int


async def read_picture(content: bytes, *, field: str = "image") -> Picture:
    """What was sent, as a picture of ours. Raises NotAPicture, PictureTooLarge."""
    outside_transaction("drawing a picture")
    if len(content) > BYTES_MAX:
        raise PictureTooLarge("Please send a picture of at most 5 MB.", field=field)
    return await asyncio.get_running_loop().run_in_executor(_drawing, _drawn, content, field)


def _drawn(content: bytes, field: str) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=_FORMATS) as opened:
                if opened.width * opened.height > PIXELS_MAX:
                    raise PictureTooLarge("Please send a picture of at most 25 megapixels.", field=field)
                opened.draft("RGB", (1600, 1600))  # a JPEG is read at the size that is needed
                upright = ImageOps.exif_transpose(opened)
                whole = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except PictureTooLarge:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge("Please send a picture of at most 25 megapixels.", field=field) from error
    except Exception as error:  # a decoder fed with anything raises anything
        raise NotAPicture("Please send a picture as PNG, JPEG or WebP.", field=field) from error
    return _sized(whole)


def _sized(whole: Image.Image) -> Picture:
    files, largest = {}, (0, 0)
    for ending, width in WIDTHS.items():
        height = max(1, round(whole.height * width / whole.width))
        sized = whole if whole.width <= width else whole.resize((width, height), Image.Resampling.LANCZOS)
        plain = Image.new(sized.mode, sized.size)  # new, so that nothing of the old file comes along
        plain.paste(sized)
        written = BytesIO()
        plain.save(written, "WEBP", quality=82, method=4)
        files[ending] = written.getvalue()
        largest = max(largest, plain.size)
    return Picture(files, *largest)


async def keep(image_id: int, picture: Picture) -> None:
    """Put the files where `/images/` serves them from; their name is the picture's public id. Its row is the people room's."""
    outside_transaction("writing a picture")
    await asyncio.get_running_loop().run_in_executor(_drawing, _keep, ids.public(image_id), picture)


def _keep(name: str, picture: Picture) -> None:
    for ending, content in picture.files.items():
        write_whole(path_of(name + ending), content)


async def drop(image_id: int) -> None:
    """Take the files of a picture away for good, once no row names it."""
    outside_transaction("deleting a picture")
    await asyncio.get_running_loop().run_in_executor(_drawing, _drop, ids.public(image_id))


def _drop(name: str) -> None:
    for ending in WIDTHS:
        path_of(name + ending).unlink(missing_ok=True)


def path_of(name: str) -> Path:
    """Where a file lies: in a folder for the last two letters of its picture's id, so that none grows too large."""
    return current().uploads / name.partition("-")[0][-2:] / f"{name}.webp"


def url_of(image_id: int, *, small: bool = False) -> str:
    """The address of a picture, 1600 px wide at most, or 640."""
    return f"/images/{ids.public(image_id)}{'-640' if small else ''}.webp"


async def send(request: Request) -> Response:
    """A picture, kept by browsers for ever: another picture has another name."""
    name, dash, size = request.path_params["name"].partition("-")
    ids.private(name)  # refuses everything that isn't the name of one of ours, dots and slashes included
    path = path_of(name + dash + size)
    if dash + size not in WIDTHS or not path.is_file():
        raise NotFound("There is nothing here under that address.")
    return FileResponse(path, media_type="image/webp", headers={"cache-control": "public, max-age=31536000, immutable"})


routes = [get("/images/{name}.webp", send, may=public)]
