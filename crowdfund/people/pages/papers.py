"""Taking a document that was sent along with a form: looked at, kept, and written down, in that order."""

from __future__ import annotations

from crowdfund.database import new_id
from crowdfund.people.documents import keep_document
from crowdfund.web import documents


async def take_document(sent: tuple[bytes, str], *, by: int, field: str = "document") -> int:
    """Keep what was sent; gives its id. sent: its bytes, and what its file is called. Raises NotADocument, DocumentTooLarge."""
    paper = await documents.read_document(*sent, field=field)
    document_id = new_id()
    await documents.keep(document_id, paper)
    await keep_document(
        document_id, name=paper.name, media_type=paper.media_type, size=len(paper.content), sha256=paper.sha256, by=by
    )
    return document_id
