"""Documents through the API: sent on their own, named where they prove something."""

from __future__ import annotations

from hashlib import blake2b

from starlette.requests import Request

from crowdfund.database.ids import public
from crowdfund.people.models import Document
from crowdfund.people.pages.papers import take_document_once
from crowdfund.web import api
from crowdfund.web.api import Out
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.documents import NAME_MAX
from crowdfund.web.routes import bearer, post

_NAME = api.Filter("name", "What its file is called.", length_max=NAME_MAX)


class DocumentOut(Out):
    """A document that was sent. sha256: of the file as it came."""

    id: str
    name: str
    media_type: str
    bytes: int
    sha256: str


async def send_document(request: Request) -> DocumentOut:
    """Send a PDF, PNG or JPEG of at most 10 MB; name its id where it proves something."""
    content, name = await api.document_in(request), _NAME.of(request)
    wish = [name, blake2b(content, digest_size=16).hexdigest()]
    key = f"document:api:{request.state.idempotency_key}"
    document_id = await take_document_once((content, name), by=request.state.person.id, key=key, wish=wish)
    document = await Document.get(id=document_id)
    return DocumentOut(
        id=public(document.id),
        name=document.name,
        media_type=document.media_type,
        bytes=document.bytes,
        sha256=document.sha256,
    )


routes = [
    post(
        "/api/v1/documents", send_document, may=bearer("campaigns:write"), gives=DocumentOut, creates=True, document=True,
        filters=[_NAME], body_max=UPLOAD_MAX, summary="Send a document",
    ),
]  # fmt: skip
