"""What a program reads of an error: RFC 9457 problem+json with a stable `code`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response


class FieldError(BaseModel):
    field: str
    sentence: str


class Problem(BaseModel):
    """The body of every error of the API."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldError] | None = None


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    request_id: str,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    content: dict[str, Any] = {
        "type": f"/api#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
    }
    if errors:
        content["errors"] = errors
    return Response(
        orjson.dumps(content), status, {"cache-control": "no-store", **(headers or {})}, "application/problem+json"
    )
