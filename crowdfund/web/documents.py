"""Documents that people send as evidence: a PDF or a picture, kept byte for byte, so that its hash proves it.

Nothing of them is ever shown as a part of a page: they are sent to be saved, under the type that they were found to have.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from starlette.responses import FileResponse, Response

from crowdfund.database import ids, outside_transaction
from crowdfund.database.private_files import write_whole
from crowdfund.refusal import Invalid, NotFound
from crowdfund.settings import current

BYTES_MAX = 10 * 1024 * 1024
PIXELS_MAX = 40_000_000  # a page of A3 at 300 dots an inch is 17 million; looking at one takes memory for each
NAME_MAX = 80
_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg"}
_ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}

_keeping = ThreadPoolExecutor(1, thread_name_prefix="documents")


def _begin_anew() -> None:
    """In a forked process, as the server's are: threads stay behind, and what is given to their pool would never be done."""
    global _keeping
    _keeping = ThreadPoolExecutor(1, thread_name_prefix="documents")


os.register_at_fork(after_in_child=_begin_anew)


class NotADocument(Invalid):
    pass


class DocumentTooLarge(Invalid):
    pass


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it was sent. name: a plain one with the ending of its type."""

    content: bytes
    name: str
    media_type: str
    sha256: str


async def read_document(content: bytes, name: str, *, field: str = "document") -> Paper:
    """What was sent, once it is known to be what it says. Raises NotADocument, DocumentTooLarge."""
    outside_transaction("looking at a document")
    if len(content) > BYTES_MAX:
        raise DocumentTooLarge("Please send a document of at most 10 MB.", field=field)
    media_type = await asyncio.get_running_loop().run_in_executor(_keeping, _type_of, content, field)
    if media_type is None:
        raise NotADocument("Please send a document as PDF, PNG or JPEG.", field=field)
    return Paper(content, _plain(name, media_type), media_type, hashlib.sha256(content).hexdigest())


def _type_of(content: bytes, field: str) -> str | None:
    if content.startswith(b"%PDF-1.") or content.startswith(b"%PDF-2."):
        return "application/pdf" if b"%%EOF" in content[-1024:] else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=tuple(_PICTURES)) as opened:
                kind = opened.format or ""
                if opened.width * opened.height > PIXELS_MAX:
                    raise DocumentTooLarge("Please send a picture of at most 40 megapixels.", field=field)
                opened.load()
                return _PICTURES.get(kind)
    except DocumentTooLarge:
        raise
    except Exception:  # a decoder fed with anything raises anything
        return None


def _plain(name: str, media_type: str) -> str:
    stem = re.sub(r"[^\w .()-]+", " ", Path(name.replace("\\", "/")).stem).strip(" .")[:NAME_MAX]
    return (stem or "document") + _ENDINGS[media_type]


async def keep(document_id: int, paper: Paper) -> None:
    """Put the file where `send` finds it. Its row is the people room's."""
    outside_transaction("writing a document")
    await asyncio.get_running_loop().run_in_executor(_keeping, write_whole, path_of(document_id), paper.content)


def path_of(document_id: int) -> Path:
    name = ids.public(document_id)
    return current().uploads / "documents" / name[-2:] / f"{name}.bin"


def send(document_id: int, name: str, media_type: str) -> Response:
    """The file, to be saved: a browser never shows it as a page of ours. Raises NotFound where it is gone."""
    path = path_of(document_id)
    if not path.is_file():
        raise NotFound("There is nothing here under that address.")
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-cache",
    }
    return FileResponse(path, media_type=media_type, headers=headers)
