"""All work that rooms ask for within a transaction and that is done after it: letters, and files that nothing shows any more."""

from __future__ import annotations

from typing import Any

from crowdfund import letters
from crowdfund.database.outbox import Job
from crowdfund.merch.previews.files import FILES as PREVIEWS
from crowdfund.orders.returns.photos import FILES as CLAIMS
from crowdfund.web import images


async def _drop_files(payload: dict[str, Any]) -> None:
    await images.drop(payload["picture"])


async def _drop_preview(payload: dict[str, Any]) -> None:
    await PREVIEWS.drop(payload["files"])


async def _drop_photo(payload: dict[str, Any]) -> None:
    await CLAIMS.drop([payload["file"]])


JOBS: dict[str, Job] = {
    **letters.JOBS,
    "picture_forgotten": _drop_files,
    "preview_forgotten": _drop_preview,
    "claim_photo_forgotten": _drop_photo,
}
