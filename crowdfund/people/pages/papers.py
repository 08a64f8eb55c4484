"""Taking a document that was sent: looked at, kept, and written down, in that order."""

from __future__ import annotations

from typing import Any

from crowdfund.database import atomic, new_id
from crowdfund.database.once import made_before, once
from crowdfund.people.documents import keep_document
from crowdfund.web import documents
from crowdfund.web.documents import Paper
from crowdfund.web.rate_limit import Limit

# All receipts of a shoot at one sitting, and not the whole disk: each may have ten megabytes, and is kept for good.
_SENDING = Limit("documents", 120, 6 * 3600, by="person", shared=True)


async def take_document(sent: tuple[bytes, str], *, by: int, field: str = "document") -> int:
    """Keep what was sent; gives its id. sent: its bytes, and what its file is called.

    Raises NotADocument, DocumentTooLarge, TooMany.
    """
    await _SENDING.take(str(by))
    paper = await documents.read_document(*sent, field=field)
    document_id = new_id()
    await documents.keep(document_id, paper)
    await _write_down(document_id, paper, by)
    return document_id


async def _write_down(document_id: int, paper: Paper, by: int) -> None:
    size = len(paper.content)
    await keep_document(
        document_id, name=paper.name, media_type=paper.media_type, size=size, sha256=paper.sha256, by=by
    )


async def take_document_once(sent: tuple[bytes, str], *, by: int, key: str, wish: Any) -> int:
    """The same, once a key. Raises KeyUsedForAnother."""
    if (before := await made_before(by, key, wish)) is not None:
        return before
    await _SENDING.take(str(by))
    paper = await documents.read_document(*sent)
    document_id = new_id()
    await documents.keep(document_id, paper)
    return await _keep_once(document_id, paper, by, key, wish)


@atomic
async def _keep_once(document_id: int, paper: Paper, by: int, key: str, wish: Any) -> int:
    async def make() -> int:
        await _write_down(document_id, paper, by)
        return document_id

    return await once(by, key, wish, make)
