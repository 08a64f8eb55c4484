"""The rows of documents; the files are `crowdfund.web.documents`' business."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.people.models import Document
from crowdfund.refusal import NotFound


@atomic
async def keep_document(document_id: int, *, name: str, media_type: str, size: int, sha256: str, by: int) -> None:
    """Write down a document whose file is in place. size: in bytes; sha256: of the file as it came."""
    await Document.create(
        id=document_id, person_id=by, name=name, media_type=media_type, bytes=size, sha256=sha256, made_at=clock.now()
    )


async def own_document(document_id: int, *, by: int) -> Document:
    """A document that this person sent. Raises NotFound for anybody else's."""
    document = await Document.get_or_none(id=document_id, person_id=by)
    if document is None:
        raise NotFound("There is no such document.")
    return document
